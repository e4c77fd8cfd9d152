"""End sessions by what names them in lists and logs, without their tokens."""

from __future__ import annotations

from gatewright.operations.arguments import could_be_id
from gatewright.operations.parts import Parts


async def end_session(parts: Parts, session_id: object) -> bool:
    """End one session and say whether this call ended it."""
    return could_be_id(session_id) and await parts.store.end_session(session_id) is not None


async def end_sessions_of(parts: Parts, user_id: object) -> int:
    """End every session of a user and return how many that were."""
    return await parts.store.end_sessions_of(user_id) if could_be_id(user_id) else 0
