"""Accounts and their wallets in SQL."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager

from gatewright.errors import TakenError
from gatewright.model import Account, AuditEntry, QueuedMail
from gatewright.offload import quick
from gatewright.storage.sql.database import DuplicateError, Transaction
from gatewright.storage.sql.stores.account_base import AccountBase
from gatewright.storage.sql.stores.profiles import profile_row


class SQLAccounts(AccountBase):
    """Implements `AccountStore`."""

    async def add_account(
        self, account: Account, *, password_hash: str | None, roles: Sequence[str], audit: AuditEntry
    ) -> Account:
        """Implement `AccountStore`."""
        assigned = [{"account_id": account.id, "role": role} for role in roles]
        async with self._new_account(account, password_hash) as tx:
            await tx.execute_many(self._statements.assign_role, assigned)
            await self._record(tx, audit)
        return self._read.account(tuple(self._write.row(account).values()))

    async def sign_up_account(
        self,
        account: Account,
        *,
        password_hash: str | None,
        profile: Mapping[str, str],
        mail: QueuedMail,
        audit: AuditEntry,
        is_free: bool = True,
        is_due: bool = True,
    ) -> Account:
        """Implement `AccountStore`."""
        profile_of = profile_row(account.id, profile) | {"is_free": is_free}
        async with self._new_account(account, password_hash, is_free=is_free) as tx:
            await tx.execute(self._statements.insert_profile, profile_of)
            await self._post(tx, mail, is_due=is_due)
            await self._record(tx, audit)
        return self._read.account(tuple(self._write.row(account).values()))

    @quick
    async def find_account(self, account_id: str) -> Account | None:
        """Implement `AccountStore`."""
        row = await self._database.fetch_one(self._statements.find_account, {"account_id": account_id})
        return None if row is None else self._read.account(row)

    @quick
    async def find_credentials(self, name: str) -> tuple[Account, str | None] | None:
        """Implement `AccountStore`."""
        row = await self._database.fetch_one(self._statements.find_credentials, {"name": name})
        return None if row is None else (self._read.account(row[:-1]), row[-1])

    @quick
    async def find_account_by_wallet(self, evrmore_address: str) -> Account | None:
        """Implement `AccountStore`."""
        which = {"evrmore_address": evrmore_address}
        row = await self._database.fetch_one(self._statements.find_account_by_wallet, which)
        return None if row is None else self._read.account(row)

    async def list_accounts(self, *, after: str, at_most: int) -> list[Account]:
        """Implement `AccountStore`."""
        page = {"after": after, "at_most": at_most}
        return [self._read.account(row) for row in await self._database.fetch_all(self._statements.list_accounts, page)]

    async def change_account(
        self, account_id: str, *, is_active: bool | None = None, is_verified: bool | None = None, audit: AuditEntry
    ) -> bool:
        """Implement `AccountStore`."""
        change = {"account_id": account_id, "is_active": is_active, "is_verified": is_verified}
        async with self._database.transaction() as tx:
            if await tx.change(self._statements.change_account, change) == 0:
                return False
            if is_active is False:
                await self._forget(tx, account_id, keep=None)
            await self._record(tx, audit)
        return True

    async def set_password_hash(
        self, account_id: str, new_hash: str, *, keep: str | None, mail: QueuedMail | None = None, audit: AuditEntry
    ) -> None:
        """Implement `AccountStore`."""
        async with self._database.transaction() as tx:
            await self._replace_password(tx, account_id, new_hash, keep=keep)
            await self._post(tx, mail)
            await self._record(tx, audit)

    async def is_password_by_mail(self, account_id: str) -> bool:
        """Implement `AccountStore`."""
        row = await self._database.fetch_one(self._statements.is_password_by_mail, {"account_id": account_id})
        return row is not None and bool(row[0])

    async def renew_password_hash(self, account_id: str, *, old_hash: str, new_hash: str) -> None:
        """Implement `AccountStore`."""
        async with self._database.transaction() as tx:
            change = {"account_id": account_id, "old_hash": old_hash, "new_hash": new_hash}
            await tx.execute(self._statements.renew_password_hash, change)

    async def list_wallets(self, account_id: str) -> list[str]:
        """Implement `AccountStore`."""
        rows = await self._database.fetch_all(self._statements.list_wallets, {"account_id": account_id})
        return [address for (address,) in rows]

    async def remove_wallet(self, evrmore_address: str, *, account_id: str, audit: AuditEntry) -> bool:
        """Implement `AccountStore`."""
        which = {"evrmore_address": evrmore_address, "account_id": account_id}
        async with self._database.transaction() as tx:
            await self._lock_account(tx, account_id)
            if await tx.change(self._statements.remove_wallet, which) == 0:
                return False
            await tx.execute(self._statements.end_sessions_of_wallet, which)
            await self._record(tx, audit)
        return True

    @asynccontextmanager
    async def _new_account(
        self, account: Account, password_hash: str | None, *, is_free: bool = True
    ) -> AsyncIterator[Transaction]:
        """Insert an account in a transaction if it is free, and let the caller add what belongs to it."""
        try:
            async with self._database.transaction() as tx:
                row = self._write.account(account, password_hash=password_hash)
                await tx.execute(self._statements.insert_account, row | {"is_free": is_free})
                yield tx
        except DuplicateError:
            raise TakenError("This username, email address or id is taken.", username=account.username) from None
