"""List sessions, and end them by what names them there, without their tokens."""

from __future__ import annotations

from gatewright.model import Session
from gatewright.operations.arguments import could_be_id
from gatewright.operations.parts import Parts


async def list_sessions(parts: Parts, user_id: object = None) -> list[Session]:
    """Return the sessions that are alive, newest first: one user's, or everybody's where ``user_id`` is None."""
    if user_id is not None and not could_be_id(user_id):
        return []
    return await parts.store.list_sessions(now=parts.clock.now(), user_id=user_id)


async def end_session(parts: Parts, session_id: object) -> bool:
    """End one session and say whether this call ended it."""
    return could_be_id(session_id) and await parts.store.end_session(session_id) is not None


async def end_sessions_of(parts: Parts, user_id: object) -> int:
    """End every session of a user and return how many that were."""
    return await parts.store.end_sessions_of(user_id) if could_be_id(user_id) else 0
