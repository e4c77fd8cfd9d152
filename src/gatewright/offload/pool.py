"""A blocking port in a bounded pool of threads."""

from __future__ import annotations

import asyncio
import contextvars
import inspect
import os
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar, cast

from gatewright.drive import run_to_completion

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
            loop, context = asyncio.get_running_loop(), contextvars.copy_context()
            return await loop.run_in_executor(
                self._pool(), lambda: context.run(run_to_completion, method(*args, **kwargs))
            )

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

    Threads start when they are first needed. Work beyond them waits in a queue; it never grows the pool.
    """
    return cast(P, _Offloaded(port, threads=threads))
