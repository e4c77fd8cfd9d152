"""Let the same code use blocking and asynchronous psycopg, whose interfaces differ only in ``await``."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable
from contextlib import AbstractAsyncContextManager, AbstractContextManager, asynccontextmanager
from typing import TypeVar

T = TypeVar("T")


async def maybe_await(value: Awaitable[T] | T) -> T:
    """Return a result, awaited if it is awaitable."""
    return await value if hasattr(value, "__await__") else value  # `isawaitable` takes ten times as long


@asynccontextmanager
async def maybe_enter(manager: AbstractContextManager[T] | AbstractAsyncContextManager[T]) -> AsyncIterator[T]:
    """Enter a context manager of either kind."""
    if isinstance(manager, AbstractAsyncContextManager):
        async with manager as value:
            yield value
    else:
        with manager as value:
            yield value
