"""``gatewright user``: create, inspect and change users."""

from __future__ import annotations

from typing import Annotated

import typer

from gatewright.auth import Auth
from gatewright.cli.audit_actor import acting_user
from gatewright.cli.output import AsJson, printable, write_json, write_table
from gatewright.cli.user_fields import cell_of, user_fields
from gatewright.cli.user_password import PasswordFile, read_new_password
from gatewright.errors import InvalidParameterError

Name = Annotated[str, typer.Argument(metavar="NAME", help="The username, the email address or a wallet address.")]


def create_user(
    name: Annotated[str, typer.Argument(metavar="NAME", help="The username.")],
    email: Annotated[str | None, typer.Option(metavar="EMAIL", help="The email address.")] = None,
    roles: Annotated[
        list[str] | None, typer.Option("--role", metavar="ROLE", help="A declared role; can be repeated.")
    ] = None,
    is_verified: Annotated[bool, typer.Option("--verified", help="Mark the user as verified at once.")] = False,
    has_no_password: Annotated[bool, typer.Option("--no-password", help="Set no password, and do not ask.")] = False,
    password_file: PasswordFile = None,
    as_json: AsJson = False,
) -> None:
    """Create a user. Prompts for the password."""
    if has_no_password and password_file is not None:
        raise InvalidParameterError("Use either --no-password or --password-file, not both.")
    password = None if has_no_password else read_new_password(password_file)
    with Auth() as auth:
        user = auth.create_user(
            name, email=email, password=password, is_verified=is_verified, roles=roles or (), actor=acting_user()
        )
        fields = user_fields(auth, user)
    if as_json:
        write_json(fields)
    else:
        print(f"Created {printable(user.username)} ({user.id}).")


def show_user(name: Name, as_json: AsJson = False) -> None:
    """Show a user with roles, permissions and wallets."""
    with Auth() as auth:
        fields = user_fields(auth, auth.get_user(name))
    if as_json:
        write_json(fields)
    else:
        write_table(("field", "value"), [(field, cell_of(value)) for field, value in fields.items()])


def disable_user(name: Name, as_json: AsJson = False) -> None:
    """Stop a user from signing in. The user's sessions end at once."""
    with Auth() as auth:
        auth.disable_user(name, actor=acting_user())
        _tell(auth, name, "is disabled", as_json=as_json)


def enable_user(name: Name, as_json: AsJson = False) -> None:
    """Let a user sign in again."""
    with Auth() as auth:
        auth.enable_user(name, actor=acting_user())
        _tell(auth, name, "is enabled", as_json=as_json)


def verify_user(name: Name, as_json: AsJson = False) -> None:
    """Mark a user as verified."""
    with Auth() as auth:
        auth.verify_user(name, actor=acting_user())
        _tell(auth, name, "is verified", as_json=as_json)


def set_password(name: Name, password_file: PasswordFile = None, as_json: AsJson = False) -> None:
    """Set a new password for a user. Prompts for it; the user's sessions end at once."""
    with Auth() as auth:
        auth.get_user(name)  # so that nobody types a password for a user who does not exist
        auth.set_password(name, read_new_password(password_file), actor=acting_user())
        _tell(auth, name, "has a new password", as_json=as_json)


def _tell(auth: Auth, name: str, change: str, *, as_json: bool) -> None:
    user = auth.get_user(name)
    if as_json:
        write_json(user_fields(auth, user))
    else:
        print(f"{printable(user.username)} {change}.")
