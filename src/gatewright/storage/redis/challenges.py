"""Challenges that have not been used, in Redis.

All keys share one hash tag, since the limits of an address and of a client are checked in one atomic step.
"""

from __future__ import annotations

import json
from dataclasses import asdict, replace
from datetime import datetime
from typing import Any

from gatewright.model import Challenge, has_passed
from gatewright.ports import ChallengeLimit
from gatewright.storage.redis.keys import key, microseconds, milliseconds, moment_of
from gatewright.storage.redis.server import RedisServer, Script

_ADD = Script("""
-- KEYS: the challenge, its identifier, those of its address, those of its client if that is known
local record, life, id, digest, at, since, latest, forgotten = unpack(ARGV, 1, 8)
for i = 3, #KEYS do
    if redis.call('ZCOUNT', KEYS[i], '(' .. since, latest) >= tonumber(ARGV[6 + i]) then
        return 0
    end
end
redis.call('SET', KEYS[1], record, 'PX', life)
redis.call('SET', KEYS[2], digest, 'PX', life)
for i = 3, #KEYS do
    redis.call('ZREMRANGEBYSCORE', KEYS[i], '-inf', forgotten)
    redis.call('ZADD', KEYS[i], at, id)
    redis.call('PEXPIRE', KEYS[i], life)
end
return 1
""")


class RedisChallenges:
    """Stores challenges by their text, and the key of the text by the identifier.

    Args:
        server: The Redis to store them in.
    """

    def __init__(self, server: RedisServer) -> None:
        self._server = server

    async def add(self, challenge: Challenge, *, client: str | None, limit: ChallengeLimit) -> bool:
        """Store a challenge unless its address or its client is over the limit; return whether it was stored."""
        counted = [_key("of-address", challenge.evrmore_address)]
        counted += [] if client is None else [_key("of-client", client)]
        text = _key("text", challenge.challenge_text)
        window = challenge.created_at - limit.since
        counts_for = max(challenge.expires_at, challenge.created_at + window)
        life = counts_for - challenge.created_at
        arguments = [
            _write(challenge),
            milliseconds(life),
            challenge.id,
            text,
            microseconds(challenge.created_at),
            microseconds(limit.since),
            microseconds(challenge.created_at + window),  # anything later was created by a wrong clock
            microseconds(challenge.created_at - life),
            limit.per_address,
            limit.per_client,
        ]
        keys = [text, _key("id", challenge.id), *counted]
        return bool(await self._server.evaluate(_ADD, keys, arguments))

    async def find(self, challenge_text: str) -> Challenge | None:
        """Return the challenge with exactly this text."""
        return await self._read(_key("text", challenge_text))

    async def take(self, challenge_id: str, *, now: datetime) -> Challenge | None:
        """Mark a challenge as used, and return it to exactly one caller; None if it is gone, used or expired."""
        text = await self._server.run("GET", _key("id", challenge_id))
        challenge = None if text is None else await self._read(text.decode())
        if challenge is None or challenge.used or has_passed(challenge.expires_at, now=now):
            return None
        life = milliseconds(challenge.expires_at - now)
        won = await self._server.run("SET", _spent(text.decode()), 1, "NX", "PX", life)
        return challenge if won else None

    async def put_back(self, challenge: Challenge) -> None:
        """Mark a taken challenge as unused again, since taking it led to nothing."""
        await self._server.run("DEL", _spent(_key("text", challenge.challenge_text)))

    async def forget(self, evrmore_address: str) -> None:
        """Delete the challenges of an address."""
        index = _key("of-address", evrmore_address)
        ids = [_key("id", each.decode()) for each in await self._server.run("ZRANGE", index, 0, -1)]
        texts = [text.decode() for text in await self._server.run("MGET", *ids) if text] if ids else []
        await self._server.run("DEL", index, *ids, *texts, *map(_spent, texts))

    async def _read(self, text: str) -> Challenge | None:
        record, spent = await self._server.run("MGET", text, _spent(text))
        return None if record is None else replace(_read(record), used=spent is not None)


def _key(kind: str, about: str) -> str:
    return key("challenges", kind, about)


def _spent(text: str) -> str:
    """Return the key that marks a challenge as used, given the key of the challenge."""
    return f"{text}:spent"


def _write(challenge: Challenge) -> str:
    moments = {name: microseconds(getattr(challenge, name)) for name in ("created_at", "expires_at")}
    return json.dumps(asdict(challenge) | moments)


def _read(record: bytes) -> Challenge:
    fields: dict[str, Any] = json.loads(record)
    return Challenge(**fields | {name: moment_of(fields[name]) for name in ("created_at", "expires_at")})
