"""Shield what must not stop halfway from cancellation."""

from __future__ import annotations

import asyncio
import contextvars
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar, cast

T = TypeVar("T")


async def run_here(coroutine: Coroutine[Any, Any, T]) -> T:
    """Run a coroutine in the blocking build, where nobody can cancel it: just await it."""
    return await coroutine


async def run_shielded(coroutine: Coroutine[Any, Any, T]) -> T:
    """Run a coroutine in the asynchronous build in its own task, wait for its end, and only then honour cancellation.

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
            task.exception()  # retrieve it: asyncio would log an unretrieved exception, including secrets
        raise cancelled
    return task.result()


def _adopt(context: contextvars.Context) -> None:
    """Copy the context variables that were set in another context."""
    missing = object()
    for variable, value in context.items():
        if cast(Callable[[object], object], variable.get)(missing) is not value:
            variable.set(value)
