"""Questions to a guard: their answers have to be awaited, and are neither true nor false before."""

from __future__ import annotations

import functools
from collections.abc import Callable, Coroutine, Generator
from types import TracebackType
from typing import Any, ParamSpec

P = ParamSpec("P")


class Asked(Coroutine[Any, Any, bool]):
    """A coroutine that cannot be mistaken for its answer: any other one is true, so that a guest would be let in.

    Args:
        coroutine: What gives the answer.
        name: What was asked, for the error.
    """

    __slots__ = ("_coroutine", "_name")

    def __init__(self, coroutine: Coroutine[Any, Any, bool], name: str) -> None:
        self._coroutine = coroutine
        self._name = name

    def __bool__(self) -> bool:
        self._coroutine.close()
        raise TypeError(f"The answer has to be awaited: await guard.{self._name}(...).")

    def __await__(self) -> Generator[Any, Any, bool]:
        return self._coroutine.__await__()

    def send(self, value: Any, /) -> Any:
        """Do what a coroutine does."""
        return self._coroutine.send(value)

    def throw(
        self,
        kind: type[BaseException] | BaseException,
        value: BaseException | object = None,
        traceback: TracebackType | None = None,
        /,
    ) -> Any:
        """Do what a coroutine does."""
        if value is None and traceback is None:
            return self._coroutine.throw(kind)
        return self._coroutine.throw(kind, value, traceback)  # type: ignore[arg-type] # as it was given

    def close(self) -> None:
        """Do what a coroutine does."""
        self._coroutine.close()


def asked(method: Callable[P, Coroutine[Any, Any, bool]]) -> Callable[P, Coroutine[Any, Any, bool]]:
    """Have a coroutine method return what is neither true nor false before it is awaited."""

    @functools.wraps(method)
    def ask(*args: P.args, **kwargs: P.kwargs) -> Coroutine[Any, Any, bool]:
        return Asked(method(*args, **kwargs), method.__name__)

    return ask
