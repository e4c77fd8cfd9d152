"""What belongs to one event loop: connections, above all."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncGenerator, Callable
from typing import Generic, TypeVar
from weakref import WeakKeyDictionary

T = TypeVar("T")


class PerLoop(Generic[T]):
    """Something of which every event loop has one, made when it first asks, and closed when the loop ends.

    It is lent by an asynchronous generator, since that is what ``asyncio.run`` and every server close before they
    close their loop (`asyncio.loop.shutdown_asyncgens`); nothing has to be told that the end has come.

    Args:
        lend: Makes one, yields it once without suspending before, and closes it.
    """

    def __init__(self, lend: Callable[[], AsyncGenerator[T, None]]) -> None:
        self._lend = lend
        self._lent: WeakKeyDictionary[asyncio.AbstractEventLoop, tuple[int, T, AsyncGenerator[T, None]]]
        self._lent = WeakKeyDictionary()

    async def get(self) -> T:
        """Return the running loop's own. A forked child never gets its parent's."""
        loop, process = asyncio.get_running_loop(), os.getpid()
        lent = self._lent.get(loop)
        if lent is None or lent[0] != process:
            generator = self._lend()
            lent = self._lent[loop] = process, await anext(generator), generator
        return lent[1]
