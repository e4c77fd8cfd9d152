"""Authenticators, in SQL."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime

from gatewright.errors import TakenError
from gatewright.model import Account, AuditEntry, Authenticator, QueuedMail
from gatewright.offload import quick
from gatewright.ports import Owner
from gatewright.storage.sql.database import DuplicateError, Transaction
from gatewright.storage.sql.rows import columns_of
from gatewright.storage.sql.stores.account_base import AccountBase

_COLUMNS = len(columns_of(Authenticator))
"""How many columns of a row are the authenticator's; those of its account follow."""


class SQLAuthenticators(AccountBase):
    """Implements `AuthenticatorStore`."""

    async def add_authenticators(
        self,
        authenticators: Sequence[Authenticator],
        *,
        owner: Owner,
        at_most: int,
        replaces: bool,
        audit: AuditEntry,
        mail: QueuedMail | None,
        keep: str | None = None,
        revoked: AuditEntry | None = None,
    ) -> bool:
        """Implement `AuthenticatorStore`."""
        method, account_id = authenticators[0].method, None if owner.provider else owner.user_id
        which = _chosen(owner, method=method)
        rows = [self._write.row(each) | {"account_id": account_id} for each in authenticators]
        try:
            async with self._database.transaction() as tx:
                await self._lock_owner(tx, owner)
                if account_id is not None and not await self._is_active(tx, account_id):
                    return False
                kept = await self._count(tx, self._statement_of(owner, "count_authenticators"), which)
                if len(rows) + (0 if replaces else kept) > at_most:
                    return False
                if replaces:
                    await tx.execute(self._statement_of(owner, "remove_authenticators"), which | {"until": None})
                await tx.execute_many(self._statements.insert_authenticator, rows)
                await self._post(tx, mail)
                await self._record(tx, audit)
                if revoked is not None:
                    await self._end_sessions_of(tx, owner, keep=keep, audit=revoked)
        except DuplicateError:
            raise TakenError("This authenticator is already enrolled.", method=method) from None
        return True

    @quick
    async def find_authenticator(self, method: str, key: bytes) -> tuple[Authenticator, Account | None] | None:
        """Implement `AuthenticatorStore`."""
        row = await self._database.fetch_one(self._statements.find_authenticator, {"method": method, "key": key})
        if row is None:
            return None
        account = row[_COLUMNS:]
        return self._read.authenticator(row[:_COLUMNS]), None if account[0] is None else self._read.account(account)

    async def list_authenticators(self, owner: Owner) -> list[Authenticator]:
        """Implement `AuthenticatorStore`."""
        rows = await self._database.fetch_all(self._statement_of(owner, "list_authenticators"), asdict(owner))
        return [self._read.authenticator(row) for row in rows]

    async def list_all_authenticators(self, *, after: str, at_most: int) -> list[tuple[Authenticator, Owner]]:
        """Implement `AuthenticatorStore`."""
        which = {"after": after, "at_most": at_most}
        rows = await self._database.fetch_all(self._statements.list_all_authenticators, which)
        return [_with_owner(self._read.authenticator(row[:_COLUMNS]), row[_COLUMNS]) for row in rows]

    async def replace_authenticator_data(self, authenticator_id: str, *, old: str, new: str) -> bool:
        """Implement `AuthenticatorStore`."""
        change = {"authenticator_id": authenticator_id, "old": old, "new": new}
        async with self._database.transaction() as tx:
            return await tx.change(self._statements.replace_authenticator_data, change) == 1

    async def use_authenticator(
        self, authenticator_id: str, *, counter: int, now: datetime, data: str | None = None
    ) -> bool:
        """Implement `AuthenticatorStore`."""
        use = {"authenticator_id": authenticator_id, "counter": counter, "now": self._moment(now), "data": data}
        async with self._database.transaction() as tx:
            return await tx.change(self._statements.use_authenticator, use) == 1

    async def touch_authenticator(self, authenticator_id: str, *, now: datetime, data: str | None = None) -> bool:
        """Implement `AuthenticatorStore`."""
        use = {"authenticator_id": authenticator_id, "now": self._moment(now), "data": data}
        async with self._database.transaction() as tx:
            return await tx.change(self._statements.touch_authenticator, use) == 1

    async def spend_authenticator(
        self, authenticator_id: str, *, audit: AuditEntry | None, mail: QueuedMail | None
    ) -> bool:
        """Implement `AuthenticatorStore`."""
        sql, which = self._statements, {"authenticator_id": authenticator_id}
        async with self._database.transaction() as tx:
            await tx.lock(sql.lock_account_of_authenticator, which)
            if await tx.change(sql.spend_authenticator, which) == 0:
                return False
            await self._post(tx, mail)
            await self._record(tx, audit)
        return True

    async def rename_authenticator(self, authenticator_id: str, name: str, *, owner: Owner) -> bool:
        """Implement `AuthenticatorStore`."""
        change = asdict(owner) | {"authenticator_id": authenticator_id, "name": name}
        async with self._database.transaction() as tx:
            return await tx.change(self._statement_of(owner, "rename_authenticator"), change) == 1

    async def note_username(self, owner: Owner, username: str) -> None:
        """Implement `AuthenticatorStore`."""
        async with self._database.transaction() as tx:
            await tx.change(self._statements.note_username, asdict(owner) | {"username": username})

    async def remove_authenticators(
        self,
        owner: Owner,
        *,
        method: str | None = None,
        authenticator_id: str | None = None,
        until: datetime | None = None,
        audit: AuditEntry,
        mail: QueuedMail | None,
    ) -> list[Authenticator]:
        """Implement `AuthenticatorStore`."""
        statement = self._statement_of(owner, "remove_authenticators")
        which = _chosen(owner, method=method, authenticator_id=authenticator_id) | {
            "until": None if until is None else self._moment(until)
        }
        async with self._database.transaction() as tx:
            await self._lock_owner(tx, owner)
            removed = [self._read.authenticator(row) for row in await tx.fetch_all(statement, which)]
            if removed:
                await self._post(tx, mail)
                await self._record(tx, audit)
        return removed

    async def _lock_owner(self, tx: Transaction, owner: Owner) -> None:
        """Let one transaction at a time decide how many authenticators a user has."""
        if owner.provider:
            await tx.lock_names(f"authenticators {owner.provider} {owner.user_id}")
        else:
            await self._lock_account(tx, owner.user_id)

    async def _is_active(self, tx: Transaction, account_id: str) -> bool:
        account = await self._find(tx, account_id)
        return account is not None and account.is_active

    def _statement_of(self, owner: Owner, name: str) -> str:
        """Return the variant of a statement for an account, or for a user of another provider."""
        statement: str = getattr(self._statements, f"{name}_of_{'user' if owner.provider else 'account'}")
        return statement


def _chosen(owner: Owner, *, method: str | None, authenticator_id: str | None = None) -> dict[str, object]:
    return asdict(owner) | {"method": method, "authenticator_id": authenticator_id}


def _with_owner(authenticator: Authenticator, account_id: str | None) -> tuple[Authenticator, Owner]:
    of_provider = Owner(authenticator.user_id, authenticator.provider)
    return authenticator, of_provider if account_id is None else Owner(account_id)
