"""``gatewright permission``: declare, grant and revoke permissions."""

from __future__ import annotations

from typing import Annotated

import typer

from gatewright.auth import Auth
from gatewright.cli.audit_actor import acting_user
from gatewright.cli.exit_codes import ExitCode
from gatewright.cli.output import AsJson, note, printable, write_json
from gatewright.errors import InvalidParameterError

Permission = Annotated[
    str, typer.Argument(metavar="NAME", help="The permission, such as general.read, or a branch: general.*")
]
UserOption = Annotated[str | None, typer.Option("--user", metavar="NAME", help="The user who holds it.")]
RoleOption = Annotated[str | None, typer.Option("--role", metavar="ROLE", help="The role that holds it.")]


def create_permission(
    permission: Annotated[str, typer.Argument(metavar="NAME", help="A dotted name, such as general.read.")],
    as_json: AsJson = False,
) -> None:
    """Declare a permission and every branch above it."""
    with Auth() as auth:
        auth.create_permission(permission, actor=acting_user())
    if as_json:
        write_json({"permission": permission})
    else:
        print(f"The permission {printable(permission)} is declared.")


def list_permissions(as_json: AsJson = False) -> None:
    """List the declared permissions, in order."""
    with Auth() as auth:
        permissions = auth.list_permissions()
    if as_json:
        write_json({"permissions": permissions})
    elif permissions:
        print("\n".join(map(printable, permissions)))
    else:
        note("There are no permissions.")


def grant_permission(
    permission: Permission, user: UserOption = None, role: RoleOption = None, as_json: AsJson = False
) -> None:
    """Grant a permission, or a whole branch, to a user or to a role."""
    holder = _one_of(user, role)
    with Auth() as auth:
        auth.grant_permission(permission, username=user, role=role, actor=acting_user())
    if as_json:
        write_json({"permission": permission, "user": user, "role": role, "granted": True})
    else:
        print(f"{printable(holder)} holds {printable(permission)}.")


def revoke_permission(
    permission: Permission, user: UserOption = None, role: RoleOption = None, as_json: AsJson = False
) -> None:
    """Revoke a permission exactly as it was granted. The exit code is 1 if it was not."""
    holder = _one_of(user, role)
    with Auth() as auth:
        was_held = auth.revoke_permission(permission, username=user, role=role, actor=acting_user())
    if as_json:
        write_json({"permission": permission, "user": user, "role": role, "revoked": was_held})
    else:
        print(f"{printable(holder)} {'no longer holds' if was_held else 'was not granted'} {printable(permission)}.")
    if not was_held:
        raise typer.Exit(ExitCode.NO)


def _one_of(user: str | None, role: str | None) -> str:
    """Return the holder's name.

    Raises:
        InvalidParameterError: Unless exactly one of the two is given.
    """
    if (user is None) == (role is None):
        raise InvalidParameterError("Say who holds the permission: --user NAME or --role ROLE.")
    return str(role if user is None else user)
