"""Limit how many passwords are hashed concurrently, here or in a pool."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from threading import BoundedSemaphore

from gatewright.errors import BusyError
from gatewright.offload.pool import offload
from gatewright.passwords import PasswordHasher
from gatewright.ports import Hasher, Verified

_COME_BACK = 2
"""Seconds after which a sign-in refused as busy may be retried."""


class PasswordsHere:
    """Hashes passwords in the calling thread, a few concurrently; a caller who finds the queue full is refused.

    For the blocking build, where every caller has its own thread, and some servers have hundreds.

    Args:
        hasher: Hashes the passwords.
        at_once: How many passwords are hashed concurrently, each in argon2's memory.
        queue: How many more may wait.
    """

    def __init__(self, hasher: PasswordHasher, *, at_once: int, queue: int) -> None:
        self._hasher = hasher
        self._sizes = at_once, at_once + queue
        self._by_process: dict[int, tuple[BoundedSemaphore, BoundedSemaphore]] = {}

    async def hash(self, password: str) -> str:
        """Return the hash of a password by the current policy.

        Raises:
            BusyError: If the queue is full.
        """
        with self._turn():
            return self._hasher.hash(password)

    async def verify(self, password: str, *, against: object, by: Hasher | None = None) -> Verified:
        """Verify a password against a hash, at the same cost if there is none; optionally with another hasher.

        Raises:
            BusyError: If the queue is full.
        """
        with self._turn():
            return (by or self._hasher).verify(password, against=against)

    @contextmanager
    def _turn(self) -> Iterator[None]:
        turns, places = self._semaphores()
        if not places.acquire(blocking=False):
            raise _busy()
        try:
            with turns:
                yield
        finally:
            places.release()

    def _semaphores(self) -> tuple[BoundedSemaphore, BoundedSemaphore]:
        """Return this process's semaphores: in a forked child, what the parent's threads hold is never released."""
        process = os.getpid()
        turns, places = self._sizes
        return self._by_process.get(process) or self._by_process.setdefault(  # atomic: all threads get the same pair
            process, (BoundedSemaphore(turns), BoundedSemaphore(places))
        )


class BoundedPasswords:
    """Hashes passwords in a few threads of its own; a caller who finds the queue full is refused.

    One hash takes tens of milliseconds and megabytes on purpose. Without a limit, a burst of sign-ins would use up all
    memory; without a pool, it would block the event loop.

    Args:
        hasher: Hashes the passwords.
        threads: How many passwords are hashed concurrently.
        queue: How many more may wait.
    """

    def __init__(self, hasher: PasswordHasher, *, threads: int, queue: int) -> None:
        self._port = offload(PasswordsHere(hasher, at_once=threads, queue=0), threads=threads)
        self._room = threads + queue
        self._taken = 0

    async def hash(self, password: str) -> str:
        """Return the hash of a password by the current policy.

        Raises:
            BusyError: If the queue is full.
        """
        with self._place():
            return await self._port.hash(password)

    async def verify(self, password: str, *, against: object, by: Hasher | None = None) -> Verified:
        """Verify a password against a hash, at the same cost if there is none; optionally with another hasher.

        Raises:
            BusyError: If the queue is full.
        """
        with self._place():
            return await self._port.verify(password, against=against, by=by)

    @contextmanager
    def _place(self) -> Iterator[None]:
        if self._taken >= self._room:
            raise _busy()
        self._taken += 1
        try:
            yield
        finally:
            self._taken -= 1


def _busy() -> BusyError:
    return BusyError("Too many passwords are waiting to be hashed.", retry_after=_COME_BACK)
