"""What must not stop halfway."""

from __future__ import annotations

import asyncio
import contextvars
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar, cast

T = TypeVar("T")


async def run_here(coroutine: Coroutine[Any, Any, T]) -> T:
    """Shield of the blocking build, where nobody can cancel: just run it."""
    return await coroutine


async def run_shielded(coroutine: Coroutine[Any, Any, T]) -> T:
    """Shield of the asynchronous build: run in a task of its own, wait for its end, and only then be cancelled.

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
