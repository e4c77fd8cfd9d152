"""``gatewright role``: declare, assign and unassign roles."""

from __future__ import annotations

from typing import Annotated

import typer

from gatewright.auth import Auth
from gatewright.cli.audit_actor import acting_user
from gatewright.cli.exit_codes import ExitCode
from gatewright.cli.output import AsJson, note, printable, write_json
from gatewright.cli.user import Name

Role = Annotated[str, typer.Argument(metavar="ROLE", help="The role's name.")]


def create_role(
    role: Role,
    inherits: Annotated[
        list[str] | None,
        typer.Option(metavar="ROLE", help="A role whose permissions this one inherits; can be repeated."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Declare a role. One that already exists gains what it inherits."""
    with Auth() as auth:
        auth.create_role(role, inherits=inherits or (), actor=acting_user())
    if as_json:
        write_json({"role": role, "inherits": inherits or []})
    else:
        print(f"The role {printable(role)} is declared.")


def list_roles(as_json: AsJson = False) -> None:
    """List the declared roles, in order."""
    with Auth() as auth:
        roles = auth.list_roles()
    if as_json:
        write_json({"roles": roles})
    elif roles:
        print("\n".join(map(printable, roles)))
    else:
        note("There are no roles.")


def assign_role(role: Role, name: Name, as_json: AsJson = False) -> None:
    """Assign a role to a user."""
    with Auth() as auth:
        auth.assign_role(role, username=name, actor=acting_user())
    if as_json:
        write_json({"role": role, "user": name, "assigned": True})
    else:
        print(f"{printable(name)} has the role {printable(role)}.")


def unassign_role(role: Role, name: Name, as_json: AsJson = False) -> None:
    """Take a role from a user. The exit code is 1 if the user did not have it."""
    with Auth() as auth:
        had_it = auth.unassign_role(role, username=name, actor=acting_user())
    if as_json:
        write_json({"role": role, "user": name, "unassigned": had_it})
    else:
        print(f"{printable(name)} {'no longer has' if had_it else 'did not have'} the role {printable(role)}.")
    if not had_it:
        raise typer.Exit(ExitCode.NO)
