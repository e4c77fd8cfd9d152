"""When visitors' sessions were last seen, in Redis: one key each, so that a cluster distributes them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime

from gatewright.model import Session
from gatewright.storage.redis.keys import PREFIX, microseconds, milliseconds, moment_of
from gatewright.storage.redis.server import RedisServer

LAST_SEEN = b":last-seen"
"""The suffix of the keys."""

_AT_ONCE = 1000
"""How many sessions to read in one batch, which takes a few milliseconds."""


class RedisLastSeen:
    """Records when sessions were last seen. A session that Redis has lost is unknown.

    Args:
        server: The Redis to store it in.
    """

    def __init__(self, server: RedisServer) -> None:
        self._server = server

    async def begin(self, session: Session) -> None:
        """Record that a new session has been seen. An existing record of the same identifier is left unchanged."""
        life = milliseconds(session.expires_at - session.created_at)
        await self._server.run("SET", last_seen_key(session.id), microseconds(session.last_seen_at), "NX", "PX", life)

    async def touch(self, session_id: str, *, now: datetime) -> None:
        """Record that a session has been seen, unless Redis has lost it: it must not come back to life."""
        await self._server.run("SET", last_seen_key(session_id), microseconds(now), "XX", "KEEPTTL")

    async def of(self, session: Session) -> Session | None:
        """Return a session with the time it was last seen, or None if that is unknown."""
        return _seen(session, await self._server.run("GET", last_seen_key(session.id)))

    async def of_all(self, sessions: Sequence[Session]) -> dict[str, Session]:
        """Return sessions with the time they were last seen, by their identifiers, without those that were lost."""
        seen: dict[str, Session] = {}
        for batch in _batches(sessions):
            answers = await self._server.run_all([("GET", last_seen_key(session.id)) for session in batch])
            found = (_seen(session, answer) for session, answer in zip(batch, answers, strict=True))
            seen |= {session.id: session for session in found if session is not None}
        return seen


def last_seen_key(session_id: str) -> str:
    """Return the key that holds when a session was last seen."""
    return f"{PREFIX}{{session:{session_id}}}{LAST_SEEN.decode()}"


def _seen(session: Session, answer: bytes | None) -> Session | None:
    if answer is None:
        return None
    moment = moment_of(answer)
    is_naive = session.created_at.tzinfo is None
    return replace(session, last_seen_at=moment.replace(tzinfo=None) if is_naive else moment)


def _batches(sessions: Sequence[Session]) -> Iterator[Sequence[Session]]:
    for start in range(0, len(sessions), _AT_ONCE):
        yield sessions[start : start + _AT_ONCE]
