"""Declare, grant and revoke permissions, and assign roles."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import accumulate

from gatewright.access import require_grantable, require_permission
from gatewright.crypto import is_address
from gatewright.errors import InvalidParameterError, PermissionNotFoundError, UserNotFoundError
from gatewright.model import Account, AuditEntry, User
from gatewright.operations.arguments import require_names
from gatewright.operations.audit import entry
from gatewright.operations.names import canonical_name, name_for_record
from gatewright.operations.parts import Parts
from gatewright.operations.users import find_by_name
from gatewright.ports import Holder


async def create_permission(parts: Parts, name: str, *, actor: str | None) -> None:
    """Declare a permission and every branch above it.

    Raises:
        InvalidParameterError: If it is not a dotted name.
    """
    names = list(accumulate(require_permission(name).split("."), "{}.{}".format))
    await parts.store.add_permissions(names, audit=entry(parts, "permission_created", reason=name, actor=actor))


async def permission_exists(parts: Parts, name: str) -> bool:
    """Return whether a permission, or a branch such as ``general.*``, has been declared."""
    try:
        return await parts.store.has_permission(require_grantable(name))
    except InvalidParameterError:
        return False


async def create_role(parts: Parts, role: str, *, inherits: Iterable[str], actor: str | None) -> None:
    """Declare a role, and the roles that it inherits from.

    Raises:
        InvalidParameterError: If a name is invalid, or a role to inherit from has not been declared.
    """
    parents = [await require_role(parts, parent) for parent in require_names("inherits", inherits)]
    name = canonical_name("role", role)
    await parts.store.add_role(name, inherits=parents, audit=entry(parts, "role_created", reason=name, actor=actor))


async def grant_permission(
    parts: Parts, permission: str, *, username: str | None, role: str | None, actor: str | None
) -> None:
    """Grant a permission, or a whole branch, to a user or a role.

    Raises:
        InvalidParameterError: Unless exactly one of ``username`` and ``role`` is given.
        PermissionNotFoundError: If the permission has not been declared.
        UserNotFoundError: If there is no such user or role.
    """
    holder = await _holder(parts, username=username, role=role)
    if not await permission_exists(parts, permission):
        raise PermissionNotFoundError(
            f"The permission {_shown(permission)} has not been declared. Declare it with create_permission."
        )
    granted = _about(parts, "permission_granted", holder, permission, username=username, actor=actor)
    await parts.store.grant(permission, to=holder, audit=granted)


async def revoke_permission(
    parts: Parts, permission: str, *, username: str | None, role: str | None, actor: str | None
) -> bool:
    """Revoke a permission, or a whole branch, from a user or a role, and return whether it had been granted.

    Raises:
        InvalidParameterError: Unless exactly one of ``username`` and ``role`` is given.
        PermissionNotFoundError: If the permission has not been declared.
        UserNotFoundError: If there is no such user or role.
    """
    holder = await _holder(parts, username=username, role=role)
    if not await permission_exists(parts, permission):
        raise PermissionNotFoundError(f"The permission {_shown(permission)} has not been declared.")
    revoked = _about(parts, "permission_revoked", holder, permission, username=username, actor=actor)
    return await parts.store.revoke(permission, of=holder, audit=revoked)


async def assign_role(parts: Parts, role: str, *, username: str, actor: str | None) -> None:
    """Assign a declared role to a user.

    Raises:
        InvalidParameterError: If the role has not been declared.
        UserNotFoundError: If there is no such user.
    """
    account, name = await require_account(parts, username), await require_role(parts, role)
    assigned = entry(
        parts, "role_assigned", user_id=account.id, username=User(account).username, reason=name, actor=actor
    )
    await parts.store.assign_role(name, account_id=account.id, audit=assigned)


async def unassign_role(parts: Parts, role: str, *, username: str, actor: str | None) -> bool:
    """Remove a role from a user, and return whether they had it.

    Raises:
        InvalidParameterError: If the role has not been declared.
        UserNotFoundError: If there is no such user.
    """
    account, name = await require_account(parts, username), await require_role(parts, role)
    unassigned = entry(
        parts, "role_unassigned", user_id=account.id, username=User(account).username, reason=name, actor=actor
    )
    return await parts.store.unassign_role(name, account_id=account.id, audit=unassigned)


async def require_account(parts: Parts, username: str) -> Account:
    """Return the account with this username, email address or wallet. A wallet's address can be nothing else.

    Raises:
        UserNotFoundError: If there is none.
    """
    if is_address(username, parts.networks):
        account = await parts.store.find_account_by_wallet(username)
    else:
        found = await find_by_name(parts.store, username)
        account = None if found is None else found[0]
    if account is None:
        raise UserNotFoundError(f"There is no user {username!r:.80}.", username=username)
    return account


async def _holder(parts: Parts, *, username: str | None, role: str | None) -> Holder:
    if username is None and role is not None:
        return Holder(role=await require_role(parts, role))
    if role is None and username is not None:
        return Holder(account_id=(await require_account(parts, username)).id)
    raise InvalidParameterError("Name either a username or a role to hold the permission.")


def _about(
    parts: Parts, event: str, holder: Holder, permission: str, *, username: str | None, actor: str | None
) -> AuditEntry:
    """Return the audit entry for a permission: its holder is a user, or the reason names the role."""
    reason = permission if holder.role is None else f"{permission} role:{holder.role}"
    name = name_for_record(username)
    return entry(parts, event, user_id=holder.account_id, username=name, reason=reason, actor=actor)


def _shown(permission: object) -> str:
    return f"{permission!r:.80}" if isinstance(permission, str) else f"of type {type(permission).__name__}"


async def require_role(parts: Parts, role: str) -> str:
    """Return the canonical spelling of a declared role.

    Raises:
        InvalidParameterError: If it has not been declared.
    """
    name = canonical_name("role", role)
    if name not in await parts.store.list_roles():
        raise InvalidParameterError(f"The role {name!r} has not been declared. Declare it with create_role.")
    return name
