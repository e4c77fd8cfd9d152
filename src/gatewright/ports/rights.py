"""Where roles and permissions are kept."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from gatewright.model import AuditEntry, Rights


@dataclass(frozen=True, slots=True)
class Holder:
    """Who holds a permission: one account, or everybody who has a role."""

    account_id: str | None = None
    role: str | None = None


class RightsStore(Protocol):
    """Keeps roles and permissions. Every method is one transaction."""

    async def rights_of(self, account_id: str) -> Rights:
        """Return what an account may do, by one indexed question whatever the number of accounts."""
        ...

    async def add_permissions(self, names: Sequence[str], *, audit: AuditEntry) -> None:
        """Declare permissions; those that exist stay."""
        ...

    async def has_permission(self, name: str) -> bool:
        """Say whether a permission, or a branch such as ``general.*``, has been declared."""
        ...

    async def list_permissions(self) -> list[str]:
        """Return every declared permission, in order."""
        ...

    async def add_role(self, role: str, *, inherits: Sequence[str], audit: AuditEntry) -> None:
        """Declare a role, and the roles whose permissions it has as well."""
        ...

    async def list_roles(self) -> list[str]:
        """Return every declared role, in order."""
        ...

    async def grant(self, permission: str, *, to: Holder, audit: AuditEntry) -> None:
        """Give a permission or a branch to an account or a role."""
        ...

    async def revoke(self, permission: str, *, of: Holder, audit: AuditEntry) -> bool:
        """Take a permission or a branch away, and say whether it was there."""
        ...

    async def assign_role(self, role: str, *, account_id: str, audit: AuditEntry) -> None:
        """Give a role to an account."""
        ...

    async def unassign_role(self, role: str, *, account_id: str, audit: AuditEntry) -> bool:
        """Take a role from an account, and say whether it was there."""
        ...
