"""Connections that a forked child must not use, because its parent does."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Generic, TypeVar

T = TypeVar("T")


class ForkSafe(Generic[T]):
    """Something made at first use, and once more in every forked child.

    Args:
        make: Makes it. Two threads that come first together may both call it; one of the results is used.
    """

    def __init__(self, make: Callable[[], T]) -> None:
        self._make = make
        self._made: dict[int, T] = {}

    def get(self) -> T:
        """Return this process's own."""
        process = os.getpid()
        try:
            return self._made[process]
        except KeyError:
            return self._made.setdefault(process, self._make())

    def take(self) -> T | None:
        """Return this process's own, if it has one, and forget it, so that it can be closed."""
        return self._made.pop(os.getpid(), None)
