"""Connections that a forked child must not share with its parent."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Generic, TypeVar

T = TypeVar("T")


class ForkSafe(Generic[T]):
    """An object created at first use, and again in every forked child.

    Args:
        make: Creates it. Two threads that race for first use may both call it; one of the results is used.
    """

    def __init__(self, make: Callable[[], T]) -> None:
        self._make = make
        self._made: dict[int, T] = {}

    def get(self) -> T:
        """Return this process's object."""
        process = os.getpid()
        try:
            return self._made[process]
        except KeyError:
            return self._made.setdefault(process, self._make())

    def take(self) -> T | None:
        """Return this process's object, if it has one, and forget it, so that it can be closed."""
        return self._made.pop(os.getpid(), None)
