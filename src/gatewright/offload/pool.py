"""A blocking port in a bounded pool of threads, but for what is over sooner than the way there."""

from __future__ import annotations

import asyncio
import contextvars
import inspect
import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from math import inf
from typing import Any, TypeVar, cast

from gatewright.drive import run_to_completion
from gatewright.errors import StoreUnavailableError

P = TypeVar("P")
F = TypeVar("F", bound=Callable[..., Any])

_QUICK = "is_quick"


def quick(method: F) -> F:
    """Mark a method of a port that reads a few rows by an index: it takes less time than the way to a thread."""
    setattr(method, _QUICK, True)
    return method


class _Offloaded:
    """Stands in for a blocking port: every coroutine method runs to its end in a thread of the pool."""

    def __init__(self, port: object, *, threads: int, here: object, patience: float) -> None:
        self._port = port
        self._patience = patience
        self._here = here
        self._threads = threads
        self._process = 0

    def __getattr__(self, name: str) -> Any:
        method = getattr(self._port, name)
        if not inspect.iscoroutinefunction(method):
            return method

        async def run_in_pool(*args: Any, **kwargs: Any) -> Any:
            loop, context = asyncio.get_running_loop(), contextvars.copy_context()
            latest = loop.time() + self._patience

            def run() -> Any:
                if loop.time() > latest:
                    raise StoreUnavailableError("The store is not available: too many calls wait for it.")
                return context.run(run_to_completion, method(*args, **kwargs))

            return await loop.run_in_executor(self._pool(), run)

        is_here = self._here is not None and hasattr(method, _QUICK)
        offloaded = _first_here(getattr(self._here, name), run_in_pool) if is_here else run_in_pool
        setattr(self, name, offloaded)
        return offloaded

    def _pool(self) -> ThreadPoolExecutor:
        """Return this process's pool: a forked child inherits none of its parent's threads."""
        if self._process != os.getpid():
            name = f"gatewright-{type(self._port).__name__}"
            self._executor = ThreadPoolExecutor(self._threads, thread_name_prefix=name)
            self._process = os.getpid()
        return self._executor


def _first_here(here: Callable[..., Any], in_pool: Callable[..., Any]) -> Callable[..., Any]:
    """Return a method that answers on the event loop, or in the pool where the answer has to be waited for."""

    async def read(*args: Any, **kwargs: Any) -> Any:
        try:
            return await here(*args, **kwargs)
        except StoreUnavailableError:
            return await in_pool(*args, **kwargs)

    return read


def offload(port: P, *, threads: int, here: P | None = None, patience: float = inf) -> P:
    """Return a port that runs the blocking ``port`` in at most ``threads`` threads of its own.

    Threads start when they are first needed. Work beyond them waits in line; it never grows the pool.

    Args:
        port: What blocks.
        threads: How many of its calls run at once.
        here: The same port, which gives up where it would have to wait. Its `quick` methods run on the event loop,
            and once more in the pool where it gave up.
        patience: Seconds that a call waits in line. One that has waited longer is not made: where each waits for
            something that hangs, the last would wait for all others' waits. It raises `StoreUnavailableError`.
    """
    return cast(P, _Offloaded(port, threads=threads, here=here, patience=patience))
