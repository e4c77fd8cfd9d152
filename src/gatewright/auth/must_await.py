"""Questions to a guard: until awaited, they are neither true nor false."""

from __future__ import annotations

import functools
from collections.abc import Callable, Coroutine, Generator
from types import TracebackType
from typing import Any, ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")


class AwaitableAnswer(Coroutine[Any, Any, T]):
    """A coroutine that cannot be mistaken for its result: any other coroutine is truthy, and would let a guest in.

    Args:
        coroutine: The coroutine that returns the answer.
        name: The name of the question, for the error.
    """

    __slots__ = ("_coroutine", "_name")

    def __init__(self, coroutine: Coroutine[Any, Any, T], name: str) -> None:
        self._coroutine = coroutine
        self._name = name

    def __bool__(self) -> bool:
        self._coroutine.close()
        raise TypeError(f"The answer must be awaited: await guard.{self._name}(...).")

    def __await__(self) -> Generator[Any, Any, T]:
        return self._coroutine.__await__()

    def send(self, value: Any, /) -> Any:
        """Delegate to the coroutine."""
        return self._coroutine.send(value)

    def throw(
        self,
        kind: type[BaseException] | BaseException,
        value: BaseException | object = None,
        traceback: TracebackType | None = None,
        /,
    ) -> Any:
        """Delegate to the coroutine."""
        if value is None and traceback is None:
            return self._coroutine.throw(kind)
        return self._coroutine.throw(kind, value, traceback)  # type: ignore[arg-type] # as it was given

    def close(self) -> None:
        """Delegate to the coroutine."""
        self._coroutine.close()


def must_await(method: Callable[P, Coroutine[Any, Any, T]]) -> Callable[P, Coroutine[Any, Any, T]]:
    """Make a coroutine method return an object that is neither true nor false until awaited."""

    @functools.wraps(method)
    def ask(*args: P.args, **kwargs: P.kwargs) -> Coroutine[Any, Any, T]:
        return AwaitableAnswer(method(*args, **kwargs), method.__name__)

    return ask
