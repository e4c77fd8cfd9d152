"""The audit record: create its lines, and read them."""

from __future__ import annotations

from datetime import datetime

from gatewright.errors import InvalidParameterError
from gatewright.model import AuditEntry
from gatewright.operations.arguments import LONGEST_NOTE, require_count, require_flag, require_note, require_text
from gatewright.operations.names import name_for_record
from gatewright.operations.parts import Parts
from gatewright.ports import AuditFilter


def entry(
    parts: Parts,
    event: str,
    *,
    user_id: str | None = None,
    username: str | None = None,
    provider: str | None = None,
    method: str | None = None,
    client: str | None = None,
    reason: str | None = None,
    actor: str | None = None,
    at: datetime | None = None,
) -> AuditEntry:
    """Return a line about an event at the time ``at``, or now. None of its facts may be a secret.

    The reason is truncated to the 255 characters that are stored.

    Raises:
        InvalidParameterError: If the actor is not a string of at most 255 characters.
    """
    return AuditEntry(
        at=at or parts.clock.now(),
        event=event,
        user_id=user_id,
        username=username,
        provider=provider,
        method=method,
        client=client,
        reason=None if reason is None else reason[:LONGEST_NOTE],
        actor=require_note("actor", actor),
    )


async def list_audit(
    parts: Parts,
    *,
    since: datetime | None,
    event: str | None,
    username: str | None,
    after_id: int,
    at_most: int,
    newest: bool,
) -> list[tuple[int, AuditEntry]]:
    """Return lines of the audit record with their numbers, oldest first. Arguments that are None do not filter.

    If there are more than ``at_most``, return the first ones, or the ``newest``.

    Raises:
        InvalidParameterError: If an argument has the wrong type.
    """
    if since is not None and not isinstance(since, datetime):
        raise InvalidParameterError("since must be a datetime or None.", parameter="since")
    which = AuditFilter(
        since=since,
        event=require_note("event", event),
        usernames=None if username is None else _spellings(username),
        after_id=require_count("after_id", after_id, least=0),
        at_most=require_count("at_most", at_most),
        newest=require_flag("newest", newest),
    )
    return await parts.store.list_audit(which)


def _spellings(username: object) -> tuple[str, str]:
    """Return how a name may appear in the record: a wallet's address unchanged, any other name folded."""
    typed = require_text("username", username, at_most=LONGEST_NOTE)
    return typed, name_for_record(typed) or typed
