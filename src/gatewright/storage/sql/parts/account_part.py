"""What the parts of the store that change accounts have in common."""

from __future__ import annotations

import sqlite3

from gatewright.model import Letter
from gatewright.storage.sql.parts.part import StorePart
from gatewright.storage.sql.rows import row_of


class AccountPart(StorePart):
    """Steps of several transactions. Each takes the connection whose transaction it is a step of."""

    def _replace_password(
        self, connection: sqlite3.Connection, account_id: str, new_hash: str, *, keep: str | None
    ) -> None:
        """Keep the hash of a new password; whatever the old one has let in is out, but for one session."""
        sql = self._statements
        connection.execute(sql.set_password_hash, {"account_id": account_id, "new_hash": new_hash})
        connection.execute(sql.delete_links, {"account_id": account_id, "purpose": "password_reset"})
        self._forget(connection, account_id, keep=keep)

    def _forget(self, connection: sqlite3.Connection, account_id: str, *, keep: str | None) -> None:
        """End an account's sessions but the one with the identifier ``keep``, and forget its browsers."""
        sql, owner = self._statements, {"user_id": account_id, "keep": keep or ""}
        connection.execute(sql.end_sessions_of_account, owner)
        connection.execute(sql.remove_remembered_of_account, owner)

    def _post(self, connection: sqlite3.Connection, letter: Letter | None) -> None:
        """Keep a mail to be sent, if there is one."""
        if letter is not None:
            connection.execute(self._statements.insert_letter, row_of(letter))
