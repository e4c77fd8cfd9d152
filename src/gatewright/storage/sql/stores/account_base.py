"""Shared base of the parts of the store that change accounts."""

from __future__ import annotations

from datetime import datetime

from gatewright.model import Account, QueuedMail
from gatewright.storage.sql.database import Transaction
from gatewright.storage.sql.stores.base import StoreBase


class AccountBase(StoreBase):
    """Steps shared by several transactions. Each takes the transaction that it is part of."""

    async def _find(self, tx: Transaction, account_id: str) -> Account | None:
        row = await tx.fetch_one(self._statements.find_account, {"account_id": account_id})
        return None if row is None else self._read.account(row)

    async def _replace_password(
        self, tx: Transaction, account_id: str, new_hash: str, *, keep: str | None, by_mail: bool = False
    ) -> None:
        """Store the hash of a new password, and end whatever the old one had opened, except one session."""
        sql = self._statements
        change = {"account_id": account_id, "new_hash": new_hash, "by_mail": by_mail}
        await tx.execute(sql.set_password_hash, change)
        await tx.execute(sql.delete_links, {"account_id": account_id, "purpose": "password_reset"})
        await self._drop_email_change(tx, account_id)
        await self._forget(tx, account_id, keep=keep)

    async def _forget(self, tx: Transaction, account_id: str, *, keep: str | None) -> None:
        """End an account's sessions except the one with the identifier ``keep``, and forget its browsers.

        Its pending steps are deleted, too: they may rest on something that is no longer valid.
        """
        sql, owner = self._statements, {"user_id": account_id, "keep": keep or ""}
        await tx.execute(sql.end_sessions_of_account, owner)
        await tx.execute(sql.remove_remembered_of_account, owner)
        await tx.execute(sql.delete_pending_steps_of_account, {"account_id": account_id})

    async def _drop_email_change(self, tx: Transaction, account_id: str) -> None:
        """Cancel an account's pending change of email address, whether or not the link has been sent."""
        sql, purpose = self._statements, "email_change"
        await tx.execute(sql.delete_links, {"account_id": account_id, "purpose": purpose})
        await tx.execute(sql.remove_mails, {"account_id": account_id, "kind": purpose})

    async def _spend_link(
        self, tx: Transaction, link_id: str, *, purpose: str, now: datetime
    ) -> tuple[str, str] | None:
        """Use up a link and return its account and email address, to exactly one caller."""
        await tx.lock(self._statements.lock_account_of_link, {"link_id": link_id})
        which = {"link_id": link_id, "purpose": purpose, "now": self._moment(now)}
        spent: tuple[str, str] | None = await tx.fetch_one(self._statements.spend_link, which)
        return spent

    async def _post(self, tx: Transaction, mail: QueuedMail | None, *, is_due: bool = True) -> None:
        """Queue an email, if there is one; if it is not due, queue nothing with the same statement."""
        if mail is not None:
            await tx.execute(self._statements.insert_queued_mail, self._write.row(mail) | {"is_due": is_due})
