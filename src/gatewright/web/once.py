"""An attribute that is computed on first access."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import functools

    once = functools.cached_property
else:

    class once:  # noqa: N801 - it is written like property
        """Do what ``functools.cached_property`` does since Python 3.12.

        Python 3.11's takes a lock on each first access, which costs more than most of what is computed here.

        Args:
            compute: Computes the value from the object.
        """

        def __init__(self, compute: Callable[[Any], Any]) -> None:
            self._compute = compute
            self.__doc__ = compute.__doc__

        def __set_name__(self, owner: type, name: str) -> None:
            self._name = name

        def __get__(self, instance: Any, owner: type | None = None) -> Any:
            if instance is None:
                return self
            value = instance.__dict__[self._name] = self._compute(instance)
            return value
