"""Run an operation that never suspends to completion, without an event loop.

Operations are written once, as ``async def``. In the blocking build, no port that they await ever suspends, so a single
``send(None)`` runs the whole operation (about one microsecond). Anything that suspends there is a mistake.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

from gatewright.errors import SuspendedError

T = TypeVar("T")


def run_to_completion(coroutine: Coroutine[Any, Any, T]) -> T:
    """Return what ``coroutine`` returns, provided that it never suspends.

    Args:
        coroutine: A fresh coroutine in which no await suspends.

    Raises:
        SuspendedError: If it suspends. The message names the chain of coroutines; the coroutine is closed.
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


def is_coroutine_function(function: Callable[..., Any]) -> bool:
    """Return whether the result of a function, or of an object's ``__call__``, must be awaited."""
    return any(inspect.iscoroutinefunction(each) for each in (function, type(function).__call__))


def misfit(function: Callable[..., Any], *given: str) -> str | None:
    """Return why a function cannot be called with these positional arguments, or None if it can.

    Args:
        function: A function of the application.
        given: The names of the arguments.
    """
    try:
        inspect.signature(function).bind(*given)
    except TypeError as error:
        return str(error)
    except ValueError:  # some callables written in C have no signature
        return None
    return None


def _awaiting(coroutine: object) -> list[str]:
    """Name the coroutines from the operation down to the one that suspended."""
    names = []
    while coroutine is not None:
        names.append(getattr(coroutine, "__qualname__", type(coroutine).__qualname__))
        coroutine = getattr(coroutine, "cr_await", None)
    return names
