"""Call the application's own functions, here or in a bounded pool."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

from gatewright.offload.pool import offload


class Caller:
    """Calls the application's functions: coroutine functions on the loop, plain ones in a bounded pool."""

    def __init__(self, *, threads: int) -> None:
        self._port = offload(_CallHere(), threads=threads)

    async def __call__(self, function: Callable[..., Any], *args: Any) -> Any:
        """Return what ``function`` returns."""
        if inspect.iscoroutinefunction(function):
            return await function(*args)
        answer = await self._port.call(function, *args)
        return await answer if inspect.isawaitable(answer) else answer


class _CallHere:
    async def call(self, function: Callable[..., Any], *args: Any) -> Any:
        return function(*args)


async def call_here(function: Callable[..., Any], *args: Any) -> Any:
    """Call an application's function in the same thread. Blocking build."""
    answer = function(*args)
    return await answer if inspect.isawaitable(answer) else answer
