"""Rate-limited attempts, in Redis.

All keys share one hash tag, since the limits on a name and on a client are checked in one atomic step.
"""

from __future__ import annotations

import json
from datetime import datetime

from gatewright.model import Attempt
from gatewright.ports import AttemptLimit
from gatewright.storage.redis.keys import key, microseconds, milliseconds, moment_of
from gatewright.storage.redis.server import RedisServer, Script

_ADD = Script("""
-- KEYS: the attempt, those on its name, and if its client is known those of the client and those of both
local id, places, at, since, latest, window, life, keep, every = unpack(ARGV, 1, 9)
local function nth_newest(key, n)
    local found = redis.call('ZREVRANGEBYSCORE', key, latest, '(' .. since, 'WITHSCORES', 'LIMIT', n - 1, 1)
    return tonumber(found[2])
end
local until_ = 0
for i = 2, #KEYS do
    local most = ARGV[8 + i]
    local nth = most ~= '' and nth_newest(KEYS[i], most)
    if nth and i == 2 and every ~= '' then
        until_ = math.max(until_, nth_newest(KEYS[i], 1) + every)
    elseif nth then
        until_ = math.max(until_, nth + window)
    end
end
if until_ > tonumber(at) then
    return string.format('%.0f', until_)
end
if keep == '1' then
    redis.call('SET', KEYS[1], places, 'PX', life)
    for i = 2, #KEYS do
        redis.call('ZREMRANGEBYSCORE', KEYS[i], '-inf', since)
        redis.call('ZADD', KEYS[i], at, id)
        redis.call('PEXPIRE', KEYS[i], life)
    end
end
return false
""")


class RedisAttempts:
    """The operations of `AttemptStore` except deleting expired attempts: their keys expire with the window.

    Args:
        server: The Redis to store them in.
    """

    def __init__(self, server: RedisServer) -> None:
        self._server = server

    async def add(self, attempt: Attempt, *, limit: AttemptLimit, keep: bool) -> datetime | None:
        """Return until when an attempt is blocked, or None if it is allowed; then record it if ``keep`` is set."""
        places = [_on_name(attempt.action, attempt.name)]
        if attempt.client is not None:
            places += [
                _key("of-client", attempt.action, attempt.client),
                _key("of-client-on-name", attempt.action, attempt.client, attempt.name),
            ]
        numbers = (limit.on_name, limit.of_client, limit.of_client_on_name)
        arguments = [
            attempt.id,
            json.dumps(places),
            microseconds(attempt.at),
            microseconds(attempt.at - limit.window),
            microseconds(attempt.at + limit.window),  # anything later was recorded by a wrong clock
            limit.window // limit.window.resolution,
            milliseconds(limit.window),
            int(keep),
            "" if limit.every is None else limit.every // limit.every.resolution,
            *("" if number is None else number for number in numbers),
        ]
        until = await self._server.evaluate(_ADD, [_key("id", attempt.id), *places], arguments)
        return None if until is None else moment_of(until)

    async def remove(self, attempt_id: str) -> None:
        """Delete an attempt."""
        places = await self._server.run("GET", _key("id", attempt_id))
        if places is not None:
            commands = [("ZREM", place, attempt_id) for place in json.loads(places)]
            await self._server.run_all([*commands, ("DEL", _key("id", attempt_id))])

    async def forget(self, action: str, name: str) -> None:
        """Delete all attempts on a name."""
        for attempt_id in await self._server.run("ZRANGE", _on_name(action, name), 0, -1):
            await self.remove(attempt_id.decode())


def _on_name(action: str, name: str) -> str:
    return _key("on-name", action, name)


def _key(kind: str, *about: str) -> str:
    return key("attempts", kind, *about)
