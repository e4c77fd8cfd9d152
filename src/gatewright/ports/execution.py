"""What the two builds do differently: finish what must not be interrupted, and call the application's functions."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Any, Protocol, TypeVar

T = TypeVar("T")


class Shield(Protocol):
    """Runs a coroutine to completion, even if the caller is cancelled."""

    async def __call__(self, coroutine: Coroutine[Any, Any, T]) -> T:
        """Return what ``coroutine`` returns; a cancellation is propagated only when it has finished."""
        ...


class Call(Protocol):
    """Calls the application's functions, plain ones and coroutine functions, where they may block."""

    async def __call__(self, function: Callable[..., Any], *args: Any) -> Any:
        """Return what ``function`` returns, awaited if necessary."""
        ...
