"""``gatewright user factors``: list what a user signs in with, and remove what they have lost."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

import typer

from gatewright.auth import Auth
from gatewright.cli.audit_actor import acting_user
from gatewright.cli.exit_codes import ExitCode
from gatewright.cli.output import AsJson, note, write_json, write_table
from gatewright.cli.user import Name
from gatewright.errors import InvalidParameterError
from gatewright.model import Authenticator

_COLUMNS = ("id", "method", "name", "created_at", "last_used_at")
_EVERYTHING = "all"


def user_factors(
    name: Name,
    remove: Annotated[
        str | None, typer.Option(metavar="METHOD", help="Remove those of this method, or all; needs --reason.")
    ] = None,
    reason: Annotated[
        str | None, typer.Option(metavar="TEXT", help="How you know that the user asked for it, for the audit record.")
    ] = None,
    provider: Annotated[
        str | None, typer.Option(metavar="NAME", help="The provider of the user; default: gatewright's own.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """List or remove what a user has set up to sign in with.

    These are passkeys, authenticator apps, recovery codes and the like.
    Sessions continue: gatewright sessions revoke --user ID ends them.
    """
    if (remove is None) != (reason is None):
        raise InvalidParameterError("Use both --remove METHOD and --reason TEXT, or neither.")
    with Auth() as auth:
        enrolled = found = auth.list_authenticators(name, provider=provider)
        if remove is not None and reason is not None:
            method = None if remove == _EVERYTHING else remove
            enrolled = [each for each in enrolled if method in (None, each.method)]
            found = auth.remove_authenticators(name, method, provider=provider, actor=acting_user(), reason=reason)
        hours = auth.settings.factor_reset_hours
    if remove is not None and hours and enrolled:
        _tell_announced(hours, as_json=as_json)
        return
    if as_json:
        write_json({"authenticators" if remove is None else "removed": [_fields_of(each) for each in found]})
    elif not found:
        note("There are none.")
    elif remove is None:
        write_table(_COLUMNS, [tuple(map(_cell, _fields_of(each).values())) for each in found])
    else:
        print(f"Removed {len(found)}: {', '.join(sorted({each.method for each in found}))}.")
    if remove is not None and not found:
        raise typer.Exit(ExitCode.NO)


def _tell_announced(hours: float, *, as_json: bool) -> None:
    if as_json:
        write_json({"removed": [], "announced_for_hours": hours})
    else:
        print(f"Announced. It is removed when the user signs in after {hours:g} hours, unless they use it before then.")


def _fields_of(authenticator: Authenticator) -> dict[str, object]:
    fields = asdict(authenticator)
    return {name: fields[name] for name in _COLUMNS}


def _cell(value: object) -> str:
    return "" if value is None else str(value)
