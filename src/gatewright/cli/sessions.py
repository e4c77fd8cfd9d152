"""``gatewright sessions``: see who is signed in, and end sessions."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

import typer

from gatewright.cli.audit_actor import acting_user
from gatewright.cli.confirm import confirm
from gatewright.cli.exit_codes import ExitCode
from gatewright.cli.identifiers import require_id
from gatewright.cli.output import AsJson, note, write_json, write_table
from gatewright.errors import InvalidParameterError
from gatewright.evrmore import EvrmoreAuth
from gatewright.model import Session

_COLUMNS = (
    "id",
    "user_id",
    "username",
    "provider",
    "created_at",
    "expires_at",
    "ip_address",
    "user_agent",
)

Provider = Annotated[
    str | None,
    typer.Option(metavar="NAME", help="The provider of the user named by --user; default: gatewright's own."),
]


def list_sessions(
    user: Annotated[str | None, typer.Option(metavar="ID", help="Only the sessions of this user.")] = None,
    provider: Provider = None,
    as_json: AsJson = False,
) -> None:
    """List the active sessions, newest first."""
    user_id = None if user is None else require_id("--user", user)
    with EvrmoreAuth() as auth:
        sessions = auth.list_sessions(user_id, provider=provider)
    if as_json:
        write_json({"sessions": [_fields_of(session) for session in sessions]})
    elif sessions:
        write_table(_COLUMNS, [_cells_of(session) for session in sessions])
    else:
        note("There are no sessions.")


def revoke_sessions(
    session_id: Annotated[str | None, typer.Argument(metavar="[ID]", help="The session to end.")] = None,
    user: Annotated[str | None, typer.Option(metavar="ID", help="End every session of this user.")] = None,
    provider: Provider = None,
    everybody: Annotated[bool, typer.Option("--all", help="End every session of every user.")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask for confirmation of --all.")] = False,
    as_json: AsJson = False,
) -> None:
    """End sessions. Their tokens stop working at once."""
    if (session_id is not None) + (user is not None) + everybody != 1:
        raise InvalidParameterError("Say which sessions to end: an ID, --user ID, or --all.")
    with EvrmoreAuth() as auth:
        if session_id is not None:
            revoked = int(auth.revoke_session(require_id("ID", session_id), actor=acting_user()))
        elif user is not None:
            user_id = require_id("--user", user)
            revoked = auth.invalidate_all_tokens(user_id, provider=provider, actor=acting_user())
        else:
            revoked = _revoke_everything(auth, is_confirmed=yes)
    if as_json:
        write_json({"revoked": revoked})
    else:
        print(f"{revoked} session{'' if revoked == 1 else 's'} ended.")
    if not revoked:
        raise typer.Exit(ExitCode.NO)


def _revoke_everything(auth: EvrmoreAuth, *, is_confirmed: bool) -> int:
    sessions = auth.list_sessions()
    if sessions and not is_confirmed:
        confirm(f"End all {len(sessions)} sessions?")
    return sum(auth.revoke_session(session.id, actor=acting_user()) for session in sessions)


def _fields_of(session: Session) -> dict[str, object]:
    return {name: value for name, value in asdict(session).items() if name != "token"}


def _cells_of(session: Session) -> list[str]:
    moments = {name: getattr(session, name).isoformat(timespec="seconds") for name in ("created_at", "expires_at")}
    fields = _fields_of(session) | moments
    return [str(fields[column] or "") for column in _COLUMNS]
