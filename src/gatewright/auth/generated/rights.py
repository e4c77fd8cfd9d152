# Generated from auth/async_rights.py by tools/write_facades.py: change that file, never this one.
"""Roles and permissions in our own tables, for blocking code."""

from __future__ import annotations

from collections.abc import Iterable

from gatewright.access import Voter
from gatewright.auth.facade import Facade
from gatewright.drive import run_to_completion
from gatewright.operations.decide_access import require_voter
from gatewright.operations.rights import (
    assign_role,
    create_permission,
    create_role,
    grant_permission,
    permission_exists,
    revoke_permission,
    unassign_role,
)


class Rights(Facade):
    """Declares, grants and revokes. Changes take effect on the next request. ``actor`` is always who makes them."""

    def create_permission(self, permission: str, *, actor: str | None = None) -> None:
        """Declare a permission, such as ``general.delete.local``, and every branch above it.

        Raises:
            InvalidParameterError: If it is not a dotted name.
        """
        run_to_completion(create_permission(self._parts, permission, actor=actor))

    def permission_exists(self, permission: str) -> bool:
        """Return whether a permission, or a branch such as ``general.*``, has been declared."""
        return run_to_completion(permission_exists(self._parts, permission))

    def list_permissions(self) -> list[str]:
        """Return every declared permission, in order."""
        return run_to_completion(self._parts.store.list_permissions())

    def grant_permission(
        self, permission: str, *, username: str | None = None, role: str | None = None, actor: str | None = None
    ) -> None:
        """Grant a permission, or a branch such as ``general.*``, to a user or a role.

        Raises:
            InvalidParameterError: Unless exactly one of ``username`` and ``role`` is given.
            PermissionNotFoundError: If the permission has not been declared.
            UserNotFoundError: If there is no such user.
        """
        run_to_completion(grant_permission(self._parts, permission, username=username, role=role, actor=actor))

    def revoke_permission(
        self, permission: str, *, username: str | None = None, role: str | None = None, actor: str | None = None
    ) -> bool:
        """Revoke a permission, or a branch, from a user or a role. Return whether it had been granted.

        Raises:
            InvalidParameterError: Unless exactly one of ``username`` and ``role`` is given.
            PermissionNotFoundError: If the permission has not been declared.
            UserNotFoundError: If there is no such user.
        """
        return run_to_completion(revoke_permission(self._parts, permission, username=username, role=role, actor=actor))

    def create_role(self, role: str, *, inherits: Iterable[str] = (), actor: str | None = None) -> None:
        """Declare a role, and the roles whose permissions it inherits.

        Raises:
            InvalidParameterError: If a name is not acceptable.
        """
        run_to_completion(create_role(self._parts, role, inherits=inherits, actor=actor))

    def list_roles(self) -> list[str]:
        """Return every declared role, in order."""
        return run_to_completion(self._parts.store.list_roles())

    def assign_role(self, role: str, *, username: str, actor: str | None = None) -> None:
        """Assign a declared role to a user.

        Raises:
            InvalidParameterError: If the role has not been declared.
            UserNotFoundError: If there is no such user.
        """
        run_to_completion(assign_role(self._parts, role, username=username, actor=actor))

    def unassign_role(self, role: str, *, username: str, actor: str | None = None) -> bool:
        """Remove a role from a user, and return whether they had it.

        Raises:
            InvalidParameterError: If the role has not been declared.
            UserNotFoundError: If there is no such user.
        """
        return run_to_completion(unassign_role(self._parts, role, username=username, actor=actor))

    def add_voter(self, voter: Voter) -> Voter:
        """Consult ``voter`` whenever a guard is asked whether something is granted. Works as a decorator.

        Args:
            voter: A function of the user, the permission and the subject that returns a `Vote`.

        Raises:
            ConfigurationError: If it cannot be called with these three, or has to be awaited under `Auth`.
        """
        self._parts.voters.append(require_voter(self._parts, voter))
        return voter
