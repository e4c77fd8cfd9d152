"""``gatewright user rename``, ``email``, ``export`` and ``delete``: change, export and delete users."""

from __future__ import annotations

from typing import Annotated

import typer

from gatewright.auth import Auth
from gatewright.cli.audit_actor import acting_user
from gatewright.cli.confirm import confirm
from gatewright.cli.output import AsJson, note, printable, write_json
from gatewright.cli.user import Name
from gatewright.cli.user_fields import user_fields


def rename_user(
    name: Name,
    username: Annotated[str, typer.Argument(metavar="USERNAME", help="The new username.")],
    as_json: AsJson = False,
) -> None:
    """Change a username. The user stays signed in; the old name becomes free for others."""
    with Auth() as auth:
        renamed = auth.change_username(auth.get_user(name).id, username=username, actor=acting_user())
        fields = user_fields(auth, renamed)
    if as_json:
        write_json(fields)
    else:
        print(f"{printable(name)} is now {printable(renamed.username)}.")


def change_email(
    name: Name,
    email: Annotated[str, typer.Argument(metavar="EMAIL", help="The new email address.")],
    as_json: AsJson = False,
) -> None:
    """Send a link to a user's new email address. Nothing changes until it is used; the old address is notified."""
    with Auth() as auth:
        user = auth.get_user(name)
        auth.request_email_change(user.id, email=email, actor=acting_user())
        fields = user_fields(auth, user)
    if as_json:
        write_json(fields)
    else:
        print(f"If nobody else has {printable(email)}, a link is on its way to it. Nothing has changed yet.")


def export_user(name: Name) -> None:
    """Print everything stored about a user, as JSON.

    This is one document, without hashes and secrets.
    """
    with Auth() as auth:
        document = auth.export_user(auth.get_user(name).id, actor=acting_user())
    write_json(document)


def delete_user(
    name: Name,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask for confirmation.")] = False,
    as_json: AsJson = False,
) -> None:
    """Delete a user and everything stored about them. The user's sessions end at once."""
    with Auth() as auth:
        user = auth.get_user(name)
        for role in auth.list_sole_roles(user.id):
            note(f"Nobody else has the role {printable(role)}.")
        shown = f"{printable(user.username)} ({user.id})"
        if not yes:
            confirm(f"Delete {shown} and everything stored about them? This cannot be undone.")
        auth.delete_user(user.id, actor=acting_user())
    if as_json:
        write_json({"deleted": user.id})
    else:
        print(f"Deleted {shown}.")
