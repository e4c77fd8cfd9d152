"""What the two builds do differently: finish what must not stop halfway, and call the application's functions."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Any, Protocol, TypeVar

T = TypeVar("T")


class Shield(Protocol):
    """Runs to its end what must not stop halfway, even if the caller is cancelled."""

    async def __call__(self, coroutine: Coroutine[Any, Any, T]) -> T:
        """Return what ``coroutine`` returns; a cancellation is passed on only when it has ended."""
        ...


class Call(Protocol):
    """Calls the application's own functions, plain ones and coroutine functions, where they may take their time."""

    async def __call__(self, function: Callable[..., Any], *args: Any) -> Any:
        """Return what ``function`` returns, awaited where it has to be."""
        ...
