"""Bounded thread pools: what blocks runs there, so that an event loop never does. Asynchronous dress only."""

from __future__ import annotations

import asyncio
import contextvars
import inspect
import os
from collections.abc import Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar, cast

from gatewright.drive import run_to_completion

T = TypeVar("T")
P = TypeVar("P")


class _Offloaded:
    """Stands in for a blocking port: every coroutine method runs to its end in a thread of the pool."""

    def __init__(self, port: object, *, threads: int) -> None:
        self._port = port
        self._threads = threads
        self._process = 0

    def __getattr__(self, name: str) -> Any:
        method = getattr(self._port, name)
        if not inspect.iscoroutinefunction(method):
            return method

        async def run_in_pool(*args: Any, **kwargs: Any) -> Any:
            loop = asyncio.get_running_loop()
            return await loop.run_in_executor(self._pool(), lambda: run_to_completion(method(*args, **kwargs)))

        setattr(self, name, run_in_pool)
        return run_in_pool

    def _pool(self) -> ThreadPoolExecutor:
        """Return this process's pool: a forked child inherits none of its parent's threads."""
        if self._process != os.getpid():
            name = f"gatewright-{type(self._port).__name__}"
            self._executor = ThreadPoolExecutor(self._threads, thread_name_prefix=name)
            self._process = os.getpid()
        return self._executor


def offload(port: P, *, threads: int) -> P:
    """Return a port that runs the blocking ``port`` in at most ``threads`` threads of its own.

    Threads start when they are first needed. Work beyond them waits in line; it never grows the pool.
    """
    return cast(P, _Offloaded(port, threads=threads))


async def run_here(coroutine: Coroutine[Any, Any, T]) -> T:
    """Shield of the blocking dress, where nobody can cancel: just run it."""
    return await coroutine


async def run_shielded(coroutine: Coroutine[Any, Any, T]) -> T:
    """Shield of the asynchronous dress: run in a task of its own, wait for its end, and only then be cancelled.

    Context variables that the coroutine sets are set for the caller, as if it had been awaited directly.
    """
    context = contextvars.copy_context()
    task = asyncio.get_running_loop().create_task(coroutine, context=context)
    cancelled: asyncio.CancelledError | None = None
    while not task.done():
        try:
            await asyncio.wait([task])
        except asyncio.CancelledError as error:
            cancelled = error
    _adopt(context)
    if cancelled is not None:
        if not task.cancelled():
            task.exception()  # seen; asyncio would write an exception that nobody saw to the log, secrets and all
        raise cancelled
    return task.result()


def _adopt(context: contextvars.Context) -> None:
    """Take over the context variables that were set elsewhere."""
    missing = object()
    for variable, value in context.items():
        if cast(Callable[[object], object], variable.get)(missing) is not value:
            variable.set(value)
