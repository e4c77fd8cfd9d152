"""Objects that belong to one event loop, above all connections."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncGenerator, Awaitable, Callable
from dataclasses import dataclass
from typing import Generic, TypeVar
from weakref import WeakKeyDictionary

T = TypeVar("T")


class PerLoop(Generic[T]):
    """Holds one object per event loop, created on first use and closed when the loop ends.

    An asynchronous generator lends it, because ``asyncio.run`` and every server close those before they close their
    loop (`asyncio.loop.shutdown_asyncgens`); so nobody needs to signal the end.

    Args:
        lend: Creates the object, yields it once, and closes it.
    """

    def __init__(self, lend: Callable[[], AsyncGenerator[T, None]]) -> None:
        self._lend = lend
        self._lent: WeakKeyDictionary[asyncio.AbstractEventLoop, _Lent[T]] = WeakKeyDictionary()

    async def get(self) -> T:
        """Return the running loop's object. A forked child never gets its parent's.

        Raises:
            Exception: Whatever creating it raised. The next call tries again.
        """
        loop = asyncio.get_running_loop()
        lent = self._lent.get(loop)
        if lent is None or lent.process != os.getpid() or lent.has_failed():
            generator = self._lend()
            lent = self._lent[loop] = _Lent(os.getpid(), asyncio.ensure_future(anext(generator)), generator)
        return lent.made.result() if lent.made.done() else await asyncio.shield(lent.made)  # others await it too

    def close(self) -> None:
        """Close the objects of all loops: the calling loop's as soon as it continues, any other at once.

        A later call of `get` creates a new one.
        """
        here = asyncio._get_running_loop()
        while self._lent:
            loop, lent = self._lent.popitem()
            if loop.is_closed() or lent.process != os.getpid():
                continue
            if loop.is_running():
                closing = asyncio.run_coroutine_threadsafe(lent.close(), loop)
                if loop is not here:
                    closing.result()
            elif here is None:
                loop.run_until_complete(lent.close())


class ClosedOnCancellation:
    """Close something after the block, or earlier if the loop cancels all its tasks.

    ``asyncio.run`` cancels its tasks first, and waits for them before it closes anything else. This is a class because
    the loop would close a generator in here concurrently with the one that lends.

    Args:
        close: Closes it.
    """

    def __init__(self, close: Callable[[], Awaitable[None]]) -> None:
        self._close = close

    async def __aenter__(self) -> None:
        self._ending = asyncio.ensure_future(self._close_in_the_end())
        await asyncio.sleep(0)  # a task that is cancelled before it starts never runs at all

    async def __aexit__(self, *_: object) -> None:
        self._ending.cancel()
        await asyncio.wait([self._ending])

    async def _close_in_the_end(self) -> None:
        try:
            await asyncio.Event().wait()
        finally:
            await self._close()


@dataclass(frozen=True, slots=True)
class _Lent(Generic[T]):
    """What one loop of one process has been lent, and the generator that will close it."""

    process: int
    made: asyncio.Future[T]
    generator: AsyncGenerator[T, None]

    def has_failed(self) -> bool:
        """Return whether it could not be created."""
        return self.made.done() and (self.made.cancelled() or self.made.exception() is not None)

    async def close(self) -> None:
        """Run the generator to its end."""
        await self.generator.aclose()
