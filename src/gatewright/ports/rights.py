"""Storage for roles and permissions."""

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
    """Stores roles and permissions. Every method is one transaction."""

    async def rights_of(self, account_id: str) -> Rights:
        """Return an account's rights, by one indexed query whatever the number of accounts."""
        ...

    async def add_permissions(self, names: Sequence[str], *, audit: AuditEntry) -> None:
        """Declare permissions; existing ones are unaffected."""
        ...

    async def has_permission(self, name: str) -> bool:
        """Return whether a permission, or a branch such as ``general.*``, has been declared."""
        ...

    async def list_permissions(self) -> list[str]:
        """Return every declared permission, in order."""
        ...

    async def add_role(self, role: str, *, inherits: Sequence[str], audit: AuditEntry) -> None:
        """Declare a role, and the roles whose permissions it inherits."""
        ...

    async def list_roles(self) -> list[str]:
        """Return every declared role, in order."""
        ...

    async def grant(self, permission: str, *, to: Holder, audit: AuditEntry) -> None:
        """Grant a permission or a branch to an account or a role."""
        ...

    async def revoke(self, permission: str, *, of: Holder, audit: AuditEntry) -> bool:
        """Revoke a permission or a branch, and return whether it had been granted."""
        ...

    async def assign_role(self, role: str, *, account_id: str, audit: AuditEntry) -> None:
        """Assign a role to an account."""
        ...

    async def unassign_role(self, role: str, *, account_id: str, audit: AuditEntry) -> bool:
        """Remove a role from an account, and return whether the account had it."""
        ...
