"""Emailed links in SQL."""

from __future__ import annotations

from dataclasses import fields
from datetime import datetime

from gatewright.model import Account, AuditEntry, Link, QueuedMail
from gatewright.storage.sql.database import Transaction
from gatewright.storage.sql.stores.account_base import AccountBase

_ACCOUNT_COLUMNS = len(fields(Account))


class SQLLinks(AccountBase):
    """Implements `LinkStore`."""

    async def add_link(self, link: Link, *, digest: bytes) -> None:
        """Implement `LinkStore`."""
        sql, row = self._statements, self._write.row(link)
        async with self._database.transaction() as tx:
            await self._lock_account(tx, link.account_id)
            replaced = await tx.fetch_one(sql.delete_links, row)
            next_path = link.next_path if link.next_path or replaced is None else replaced[0]
            await tx.execute(sql.insert_link, row | {"digest": digest, "next_path": next_path})

    async def find_link(self, digest: bytes, *, purpose: str, now: datetime) -> tuple[Link, Account] | None:
        """Implement `LinkStore`."""
        which = {"digest": digest, "purpose": purpose, "now": self._moment(now)}
        row = await self._database.fetch_one(self._statements.find_link, which)
        if row is None:
            return None
        return self._read.link(row[_ACCOUNT_COLUMNS:]), self._read.account(row[:_ACCOUNT_COLUMNS])

    async def verify_email(self, link_id: str, *, audit: AuditEntry) -> bool:
        """Implement `LinkStore`."""
        async with self._database.transaction() as tx:
            account_id = await self._spend(tx, link_id, purpose="email_verification", now=audit.at)
            if account_id is None:
                return False
            verified = {"account_id": account_id, "is_active": None, "is_verified": True}
            await tx.execute(self._statements.change_account, verified)
            await self._record(tx, audit)
        return True

    async def reset_password(self, link_id: str, new_hash: str, *, mail: QueuedMail, audit: AuditEntry) -> bool:
        """Implement `LinkStore`."""
        async with self._database.transaction() as tx:
            account_id = await self._spend(tx, link_id, purpose="password_reset", now=audit.at)
            if account_id is None:
                return False
            await self._replace_password(tx, account_id, new_hash, keep=None, by_mail=True)
            await self._post(tx, mail)
            await self._record(tx, audit)
        return True

    async def delete_expired_links(self, *, now: datetime, at_most: int) -> int:
        """Implement `LinkStore`."""
        return await self._delete(self._statements.delete_expired_links, now=self._moment(now), at_most=at_most)

    async def _spend(self, tx: Transaction, link_id: str, *, purpose: str, now: datetime) -> str | None:
        """Use up a link inside a transaction and return its account, to exactly one caller."""
        spent = await self._spend_link(tx, link_id, purpose=purpose, now=now)
        return None if spent is None else spent[0]
