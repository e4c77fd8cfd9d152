"""What the parts of the store that change accounts have in common."""

from __future__ import annotations

import sqlite3
from datetime import datetime

from gatewright.model import QueuedMail
from gatewright.storage.sql.rows import row_of, text_of
from gatewright.storage.sql.stores.base import StoreBase


class AccountBase(StoreBase):
    """Steps of several transactions. Each takes the connection whose transaction it is a step of."""

    def _replace_password(
        self, connection: sqlite3.Connection, account_id: str, new_hash: str, *, keep: str | None
    ) -> None:
        """Keep the hash of a new password; whatever the old one has let in is out, but for one session."""
        sql = self._statements
        connection.execute(sql.set_password_hash, {"account_id": account_id, "new_hash": new_hash})
        connection.execute(sql.delete_links, {"account_id": account_id, "purpose": "password_reset"})
        self._drop_email_change(connection, account_id)
        self._forget(connection, account_id, keep=keep)

    def _forget(self, connection: sqlite3.Connection, account_id: str, *, keep: str | None) -> None:
        """End an account's sessions but the one with the identifier ``keep``, and forget its browsers."""
        sql, owner = self._statements, {"user_id": account_id, "keep": keep or ""}
        connection.execute(sql.end_sessions_of_account, owner)
        connection.execute(sql.remove_remembered_of_account, owner)

    def _drop_email_change(self, connection: sqlite3.Connection, account_id: str) -> None:
        """Forget that an account was about to move to another mail address, be the link sent already or not."""
        sql, purpose = self._statements, "email_change"
        connection.execute(sql.delete_links, {"account_id": account_id, "purpose": purpose})
        connection.execute(sql.remove_mails, {"account_id": account_id, "kind": purpose})

    def _spend_link(
        self, connection: sqlite3.Connection, link_id: str, *, purpose: str, now: datetime
    ) -> tuple[str, str] | None:
        """Use a link up and return whose it was, and for which mail address, to exactly one caller."""
        which = {"link_id": link_id, "purpose": purpose, "now": text_of(now)}
        spent: tuple[str, str] | None = connection.execute(self._statements.spend_link, which).fetchone()
        return spent

    def _post(self, connection: sqlite3.Connection, mail: QueuedMail | None) -> None:
        """Keep a mail to be sent, if there is one."""
        if mail is not None:
            connection.execute(self._statements.insert_queued_mail, row_of(mail))
