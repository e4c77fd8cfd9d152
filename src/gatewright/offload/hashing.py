"""Passwords hashed here, or in a bounded pool."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from gatewright.errors import BusyError
from gatewright.offload.pool import offload
from gatewright.passwords import PasswordHasher
from gatewright.ports import Hasher, Verified

_COME_BACK = 2
"""Seconds after which a busy sign-in may be tried again."""


class PasswordsHere:
    """Hashes passwords where it is called. Blocking build, where every caller brings a thread of its own."""

    def __init__(self, hasher: PasswordHasher) -> None:
        self._hasher = hasher

    async def hash(self, password: str) -> str:
        """Return the hash of a password by today's policy."""
        return self._hasher.hash(password)

    async def verify(self, password: str, *, against: object, by: Hasher | None = None) -> Verified:
        """Compare a password with a hash, at the same cost where there is no hash; by another hasher than ours."""
        return (by or self._hasher).verify(password, against=against)


class BoundedPasswords:
    """Hashes passwords in a few threads of its own; a caller who finds the queue too long is told to come back.

    One hash takes tens of milliseconds and megabytes on purpose. Without a bound, a burst of sign-ins would take all
    memory, and without a pool it would stop the event loop.

    Args:
        hasher: What hashes.
        threads: How many passwords are hashed at once.
        queue: How many more may wait.
    """

    def __init__(self, hasher: PasswordHasher, *, threads: int, queue: int) -> None:
        self._port = offload(PasswordsHere(hasher), threads=threads)
        self._room = threads + queue
        self._taken = 0

    async def hash(self, password: str) -> str:
        """Return the hash of a password by today's policy.

        Raises:
            BusyError: If too many wait already.
        """
        with self._place():
            return await self._port.hash(password)

    async def verify(self, password: str, *, against: object, by: Hasher | None = None) -> Verified:
        """Compare a password with a hash, at the same cost where there is no hash; by another hasher than ours.

        Raises:
            BusyError: If too many wait already.
        """
        with self._place():
            return await self._port.verify(password, against=against, by=by)

    @contextmanager
    def _place(self) -> Iterator[None]:
        if self._taken >= self._room:
            raise BusyError("Too many passwords wait to be hashed.", retry_after=_COME_BACK)
        self._taken += 1
        try:
            yield
        finally:
            self._taken -= 1
