"""Run an operation that never suspends to its end, without an event loop.

Operations are written once, as ``async def``. In the blocking build every port they await answers at once, so a
single ``send(None)`` runs the whole operation (about one microsecond); whatever suspends there is a mistake.
"""

from __future__ import annotations

from collections.abc import Coroutine
from typing import Any, TypeVar

from gatewright.errors import SuspendedError

T = TypeVar("T")


def run_to_completion(coroutine: Coroutine[Any, Any, T]) -> T:
    """Return what ``coroutine`` returns, provided that it never suspends.

    Args:
        coroutine: A fresh coroutine whose awaits all answer at once.

    Raises:
        SuspendedError: If it suspends. The message names the chain that did; the coroutine is closed.
    """
    try:
        coroutine.send(None)
    except StopIteration as finished:
        result: T = finished.value
        return result
    chain = " -> ".join(_awaiting(coroutine))
    coroutine.close()
    raise SuspendedError(
        f"{chain} suspended, but the blocking API cannot wait. "
        "Use the asynchronous counterpart of this class: AsyncAuth or AsyncEvrmoreAuth."
    )


def _awaiting(coroutine: object) -> list[str]:
    """Name the coroutines from the operation down to the one that suspended."""
    names = []
    while coroutine is not None:
        names.append(getattr(coroutine, "__qualname__", type(coroutine).__qualname__))
        coroutine = getattr(coroutine, "cr_await", None)
    return names
