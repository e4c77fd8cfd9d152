"""Invariants of Redis, and between Redis and SQL, as long as Redis has lost nothing."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import closing
from datetime import datetime, timedelta
from itertools import islice

from gatewright.drive import run_to_completion
from gatewright.storage.redis.keys import PREFIX, microseconds
from gatewright.storage.redis.last_seen import LAST_SEEN, last_seen_key
from gatewright.storage.redis.server import RedisServer
from gatewright.storage.redis.url import RedisURL
from gatewright.storage.sql.invariants import CLOCKS_APART, LONGEST_LIFE, WRONG_CLOCK, Breach, FetchAll, Rule

_AT_ONCE = 1000
"""How many keys or sessions to check in one batch."""

_LASTING = Rule(
    "redis keys",
    "Redis keys never expire, or expire in more than a year",
    "They fill the memory; gatewright does not write such keys.",
    "Delete them.",
    "",
)
_UNREADABLE = Rule(
    "redis sessions",
    "sessions have an unreadable last-seen time in Redis",
    "Every request in them fails.",
    "Delete these keys; their visitors can sign in again.",
    "",
)
_AHEAD = Rule(
    "redis sessions",
    "sessions were last seen in the future, according to Redis",
    "That is more than five minutes ahead: a clock was wrong.",
    WRONG_CLOCK,
    "",
)
_LOST = Rule(
    "redis sessions",
    "live sessions of visitors are unknown to Redis",
    "Redis has lost them, or they were opened without it. Their visitors are signed out and have to sign in again.",
    "Make sure that Redis evicts nothing, and check whether it was restarted. Nothing needs to be repaired.",
    "SELECT id AS which FROM sessions WHERE is_active AND expires_at > :now AND secret_digest IS NOT NULL"
    " AND id > :after ORDER BY id LIMIT :at_most",
)


def redis_breaches(url: RedisURL, fetch_all: FetchAll, *, now: datetime) -> Iterator[Breach]:
    """Look for violations of each rule. Only reads; takes as long as reading every key once.

    Args:
        url: The address of the Redis.
        fetch_all: Runs a query on the SQL store that is used with it, as in `gatewright.storage.sql.invariants`.
        now: The current time, aware.

    Raises:
        StoreUnavailableError: If Redis cannot be reached.
    """
    found: dict[Rule, list[str]] = {rule: [] for rule in (_LASTING, _UNREADABLE, _AHEAD, _LOST)}
    with closing(RedisServer(url, is_async=False)) as server:
        keys = server.keys(PREFIX)
        while batch := [*islice(keys, _AT_ONCE)]:
            for rule, broken in _broken_keys(server, batch, now):
                found[rule].append(broken.decode(errors="replace"))
        for session_ids in _living_sessions(fetch_all, now):
            known = run_to_completion(server.run_all([("EXISTS", last_seen_key(each)) for each in session_ids]))
            found[_LOST] += [each for each, is_known in zip(session_ids, known, strict=True) if not is_known]
    for rule, broken_ones in found.items():
        if broken_ones:
            yield Breach(rule, len(broken_ones), min(broken_ones), max(broken_ones))


def _broken_keys(server: RedisServer, keys: Sequence[bytes], now: datetime) -> Iterator[tuple[Rule, bytes]]:
    lives = run_to_completion(server.run_all([("PTTL", key) for key in keys]))
    too_long = (LONGEST_LIFE + CLOCKS_APART) // timedelta(milliseconds=1)
    yield from ((_LASTING, key) for key, life in zip(keys, lives, strict=True) if life == -1 or life > too_long)
    seen_keys = [key for key in keys if key.endswith(LAST_SEEN)]
    moments = run_to_completion(server.run_all([("GET", key) for key in seen_keys])) if seen_keys else []
    latest = microseconds(now + CLOCKS_APART)
    for key, moment in zip(seen_keys, moments, strict=True):
        if moment is not None and not moment.isdigit():
            yield _UNREADABLE, key
        elif moment is not None and int(moment) > latest:
            yield _AHEAD, key


def _living_sessions(fetch_all: FetchAll, now: datetime) -> Iterator[list[str]]:
    after = ""
    while rows := fetch_all(_LOST.sql, {"now": now, "after": after, "at_most": _AT_ONCE}):
        ids = [str(session_id) for (session_id,) in rows]
        yield ids
        after = ids[-1]
