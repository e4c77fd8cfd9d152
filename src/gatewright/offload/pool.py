"""Run a blocking port in a bounded pool of threads, except for calls that are faster than the switch to a thread."""

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
    """Mark a port's method that reads a few rows by an index: it is faster than switching to a thread."""
    setattr(method, _QUICK, True)
    return method


class _Offloaded:
    """Stands in for a blocking port: every coroutine method runs to completion in a thread of the pool."""

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
                    raise StoreUnavailableError("The store is not available: too many calls are waiting for it.")
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
    """Return a method that runs on the event loop, or in the pool if it would have to wait."""

    async def read(*args: Any, **kwargs: Any) -> Any:
        try:
            return await here(*args, **kwargs)
        except StoreUnavailableError:
            return await in_pool(*args, **kwargs)

    return read


def offload(port: P, *, threads: int, here: P | None = None, patience: float = inf) -> P:
    """Return a port that runs the blocking ``port`` in at most ``threads`` threads of its own.

    Threads start on first use. Calls beyond the limit queue; they never grow the pool.

    Args:
        port: The blocking port.
        threads: How many of its calls run concurrently.
        here: The same port, but one that gives up instead of waiting. Its `quick` methods run on the event loop, and
            again in the pool if it gave up.
        patience: Maximum seconds that a call may queue. A call that has queued for longer is not made, and raises
            `StoreUnavailableError`: if something hangs, the last call would otherwise wait for all those before it.
    """
    return cast(P, _Offloaded(port, threads=threads, here=here, patience=patience))
