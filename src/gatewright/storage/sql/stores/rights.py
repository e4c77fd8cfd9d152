"""Roles and permissions in SQL."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict

from gatewright.model import AuditEntry, Rights
from gatewright.offload import quick
from gatewright.ports import Holder
from gatewright.storage.sql.stores.base import StoreBase


class SQLRights(StoreBase):
    """Implements `RightsStore`."""

    @quick
    async def rights_of(self, account_id: str) -> Rights:
        """Implement `RightsStore`."""
        return rights_from(await self._database.fetch_all(self._statements.rights_of, {"account_id": account_id}))

    async def add_permissions(self, names: Sequence[str], *, audit: AuditEntry) -> None:
        """Implement `RightsStore`."""
        async with self._database.transaction() as tx:
            await tx.execute_many(self._statements.add_permission, [{"name": name} for name in names])
            await self._record(tx, audit)

    async def has_permission(self, name: str) -> bool:
        """Implement `RightsStore`."""
        declared = name.removesuffix(".*")
        return await self._database.fetch_one(self._statements.has_permission, {"name": declared}) is not None

    async def list_permissions(self) -> list[str]:
        """Implement `RightsStore`."""
        return [name for (name,) in await self._database.fetch_all(self._statements.list_permissions, {})]

    async def add_role(self, role: str, *, inherits: Sequence[str], audit: AuditEntry) -> None:
        """Implement `RightsStore`."""
        sql = self._statements
        async with self._database.transaction() as tx:
            await tx.execute_many(sql.add_role, [{"name": name} for name in (role, *inherits)])
            await tx.execute_many(sql.add_role_parent, [{"role": role, "parent": parent} for parent in inherits])
            await self._record(tx, audit)

    async def list_roles(self) -> list[str]:
        """Implement `RightsStore`."""
        return [name for (name,) in await self._database.fetch_all(self._statements.list_roles, {})]

    async def grant(self, permission: str, *, to: Holder, audit: AuditEntry) -> None:
        """Implement `RightsStore`."""
        sql = self._statements
        statement = sql.grant_to_role if to.account_id is None else sql.grant_to_account
        async with self._database.transaction() as tx:
            await tx.execute(statement, asdict(to) | {"permission": permission})
            await self._record(tx, audit)

    async def revoke(self, permission: str, *, of: Holder, audit: AuditEntry) -> bool:
        """Implement `RightsStore`."""
        sql = self._statements
        statement = sql.revoke_from_role if of.account_id is None else sql.revoke_from_account
        return await self._remove(statement, asdict(of) | {"permission": permission}, audit)

    async def assign_role(self, role: str, *, account_id: str, audit: AuditEntry) -> None:
        """Implement `RightsStore`."""
        async with self._database.transaction() as tx:
            await tx.execute(self._statements.assign_role, {"role": role, "account_id": account_id})
            await self._record(tx, audit)

    async def unassign_role(self, role: str, *, account_id: str, audit: AuditEntry) -> bool:
        """Implement `RightsStore`."""
        return await self._remove(self._statements.unassign_role, {"role": role, "account_id": account_id}, audit)

    async def _remove(self, sql: str, which: dict[str, str], audit: AuditEntry) -> bool:
        """Delete a row, record that, and return whether it existed."""
        async with self._database.transaction() as tx:
            if await tx.change(sql, which) == 0:
                return False
            await self._record(tx, audit)
        return True


def rights_from(held: Iterable[Sequence[str]]) -> Rights:
    """Return rights from pairs of a kind, ``role`` or ``permission``, and a name."""
    names: dict[str, list[str]] = {"role": [], "permission": []}
    for kind, name in held:
        names[kind].append(name)
    return Rights(roles=tuple(names["role"]), permissions=tuple(names["permission"]))
