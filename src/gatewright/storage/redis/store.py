"""A store that keeps short-lived, frequently written data in Redis, and whatever must not be lost in SQL.

Redis may lose data: it evicts, it is flushed, and its replication is asynchronous, so that a promoted replica lacks
the last writes (redis.io/docs, "Redis replication"). Losing data may only ever lock somebody out. Hence:

- Redis keeps unused challenges, attempts, and when visitors' sessions were last seen.
- SQL keeps who has signed in, which sessions have begun and ended, and which challenges are used. A session is alive
  if SQL says so *and* Redis knows when it was last seen: without that, nothing proves that it has not exceeded its
  idle time-out. So whatever ends sessions (a new password, a deactivation, a sign-out) is one transaction in SQL,
  with nothing to do in Redis, and no promoted replica can bring an ended session back.
- Remembered browsers stay in SQL, as do emailed links: they live for weeks, and a replica that lacks the last
  rotation of a token would take its owner for a thief.

When both stores are written, Redis is first. A crash in between leaves in Redis either the last-seen time of a session
that SQL does not know, which signs nobody in; or a challenge marked as used for nothing, so that a new one has to be
requested.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, cast

from gatewright.model import Account, Attempt, AuditEntry, Challenge, QueuedMail, Session, has_passed
from gatewright.operations.best_effort import best_effort_write
from gatewright.ports import AccountData, AttemptLimit, ChallengeLimit, Owner, SignedIn, Store, VisitSecrets
from gatewright.storage.redis.attempts import RedisAttempts
from gatewright.storage.redis.challenges import RedisChallenges
from gatewright.storage.redis.keys import PREFIX
from gatewright.storage.redis.last_seen import RedisLastSeen
from gatewright.storage.redis.server import RedisServer

_CENTURY = timedelta(days=36525)


@dataclass
class _Claim:
    """The outcome of taking a challenge in Redis: unless it was used up, it may be taken again."""

    is_spent: bool = False


class _StoreWithRedis:
    """Implements `Store`: methods that are not defined here are those of the SQL store."""

    def __init__(self, store: Store, server: RedisServer, *, naive_timestamps: bool) -> None:
        self._sql = store
        self._server = server
        self._naive_timestamps = naive_timestamps
        self._challenges = RedisChallenges(server)
        self._attempts = RedisAttempts(server)
        self._last_seen = RedisLastSeen(server)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._sql, name)

    async def check(self) -> None:
        """Implement `Store`. Deleting a missing key changes nothing, but a read-only Redis refuses it."""
        await self._server.run("DEL", f"{PREFIX}{{probe}}:text")
        await self._sql.check()

    def close(self) -> None:
        """Implement `Store`."""
        self._server.close()
        self._sql.close()

    async def open_session(
        self, session: Session, *, account_id: str | None, digest: bytes, ends: bytes | None, audit: AuditEntry
    ) -> Session | None:
        """Implement `SessionStore`."""
        await self._last_seen.begin(session)
        return await self._sql.open_session(session, account_id=account_id, digest=digest, ends=ends, audit=audit)

    async def find_session(
        self, digest: bytes, *, now: datetime, idle_since: datetime
    ) -> tuple[Session, SignedIn | None] | None:
        """Implement `SessionStore`."""
        found = await self._sql.find_session(digest, now=now, idle_since=now - _CENTURY)
        if found is None:
            return None
        session = await self._last_seen.of(found[0])
        return (session, found[1]) if session is not None and _is_recent(session, idle_since) else None

    async def touch_session(self, session_id: str, *, now: datetime) -> None:
        """Implement `SessionStore`."""
        await self._last_seen.touch(session_id, now=now)

    async def list_sessions(self, *, now: datetime, idle_since: datetime, owner: Owner | None = None) -> list[Session]:
        """Implement `SessionStore`. Sessions of tokens are in SQL alone: nothing records when they were last seen."""
        tokens = await self._sql.list_sessions(now=now, idle_since=now + _CENTURY, owner=owner)
        everything = await self._sql.list_sessions(now=now, idle_since=now - _CENTURY, owner=owner)
        of_tokens = {session.id for session in tokens}
        seen = await self._last_seen.of_all([session for session in everything if session.id not in of_tokens])
        alive = {session.id: session for session in seen.values() if _is_recent(session, idle_since)}
        return [
            alive.get(session.id, session) for session in everything if session.id in of_tokens or session.id in alive
        ]

    async def add_challenge(
        self, challenge: Challenge, *, client: str | None, limit: ChallengeLimit
    ) -> Challenge | None:
        """Implement `ChallengeStore`."""
        kept = await self._challenges.add(challenge, client=client, limit=limit)
        return await self.find_challenge(challenge.challenge_text) if kept else None

    async def find_challenge(self, challenge_text: str) -> Challenge | None:
        """Implement `ChallengeStore`."""
        challenge = await self._challenges.find(challenge_text)
        if challenge is None or not self._naive_timestamps:
            return challenge
        created_at, expires_at = challenge.created_at.replace(tzinfo=None), challenge.expires_at.replace(tzinfo=None)
        return replace(challenge, created_at=created_at, expires_at=expires_at)

    async def claim_challenge(
        self,
        challenge_id: str,
        *,
        newcomer: Account,
        session: Session,
        audit: AuditEntry,
        visit: VisitSecrets | None = None,
    ) -> tuple[Account, Session] | None:
        """Implement `ChallengeStore`."""
        async with self._claiming(challenge_id, now=audit.at) as claim:
            if claim is None:
                return None
            if visit is not None:
                await self._last_seen.begin(session)
            claimed = await self._sql.claim_challenge(
                challenge_id, newcomer=newcomer, session=session, audit=audit, visit=visit
            )
            claim.is_spent = claimed is None or claimed[0].is_active
            return claimed

    async def claim_challenge_for_wallet(
        self, challenge_id: str, *, account_id: str, evrmore_address: str, audit: AuditEntry
    ) -> bool:
        """Implement `ChallengeStore`."""
        async with self._claiming(challenge_id, now=audit.at) as claim:
            if claim is None:
                return False
            linked = await self._sql.claim_challenge_for_wallet(
                challenge_id, account_id=account_id, evrmore_address=evrmore_address, audit=audit
            )
            claim.is_spent = True
            return linked

    async def spend_challenge(self, challenge_id: str, *, now: datetime) -> bool:
        """Implement `ChallengeStore`."""
        async with self._claiming(challenge_id, now=now) as claim:
            if claim is None:
                return False
            spent = await self._sql.spend_challenge(challenge_id, now=now)
            claim.is_spent = True
            return spent

    async def add_attempt(self, attempt: Attempt, *, limit: AttemptLimit) -> datetime | None:
        """Implement `AttemptStore`."""
        return await self._attempts.add(attempt, limit=limit, keep=True)

    async def blocked_until(self, attempt: Attempt, *, limit: AttemptLimit) -> datetime | None:
        """Implement `AttemptStore`."""
        return await self._attempts.add(attempt, limit=limit, keep=False)

    async def remove_attempt(self, attempt_id: str) -> None:
        """Implement `AttemptStore`."""
        await self._attempts.remove(attempt_id)

    async def delete_account(
        self, account_id: str, *, attempts: Sequence[tuple[str, str]], mail: QueuedMail | None, audit: AuditEntry
    ) -> bool:
        """Implement `AccountChangeStore`. What Redis holds about the account expires, even if not deleted here."""
        names = await self._sql.names_of_account(account_id)
        deleted = await self._sql.delete_account(account_id, attempts=attempts, mail=mail, audit=audit)
        if deleted:
            with best_effort_write("The deletion of a deleted account's challenges and attempts"):
                for name in names:  # which include wallet addresses
                    await self._challenges.forget(name)
                for action, name in attempts:
                    await self._attempts.forget(action, name)
        return deleted

    async def export_account(self, account_id: str, *, audit: AuditEntry) -> AccountData | None:
        """Implement `AccountChangeStore`."""
        data = await self._sql.export_account(account_id, audit=audit)
        if data is None:
            return None
        seen = await self._last_seen.of_all(data.sessions)
        return replace(data, sessions=[seen.get(session.id, session) for session in data.sessions])

    @asynccontextmanager
    async def _claiming(self, challenge_id: str, *, now: datetime) -> AsyncIterator[_Claim | None]:
        """Take a challenge in Redis and store it in SQL, which decides; put it back unless it was used up.

        SQL stores a challenge once somebody has signed it, and so remembers that it is used.
        """
        challenge = await self._challenges.take(challenge_id, now=now)
        if challenge is None:
            yield None
            return
        claim = _Claim()
        try:
            if await self._sql.find_challenge(challenge.challenge_text) is None:
                unlimited = ChallengeLimit(since=challenge.created_at, per_address=2**31, per_client=2**31)
                await self._sql.add_challenge(challenge, client=None, limit=unlimited)
            yield claim
        finally:
            if not claim.is_spent:
                await self._challenges.put_back(challenge)


def _is_recent(session: Session, idle_since: datetime) -> bool:
    return not has_passed(session.last_seen_at, now=idle_since)


def keep_in_redis(store: Store, server: RedisServer, *, naive_timestamps: bool) -> Store:
    """Return a store that keeps short-lived, frequently written data in Redis.

    Args:
        store: The store for everything else. It suspends only if the server does.
        server: The Redis.
        naive_timestamps: Whether records are returned with naive UTC datetimes.
    """
    return cast(Store, _StoreWithRedis(store, server, naive_timestamps=naive_timestamps))
