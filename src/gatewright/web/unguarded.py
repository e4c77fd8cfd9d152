"""Find views that a decorator was meant to protect, but that anybody can reach.

The decorators of Flask, FastAPI and Starlette that register a view must be above gatewright's. In the other order they
register the undecorated view, which is unprotected.
"""

from __future__ import annotations

import inspect
import logging
from collections.abc import Callable, Iterable, Iterator
from typing import Any
from weakref import WeakSet

from gatewright.errors import ConfigurationError

_logger = logging.getLogger("gatewright.web")

_guarded: WeakSet[Callable[..., Any]] = WeakSet()


def note_guarded(view: object, *, cure: str) -> None:
    """Record that a decorator protects a view.

    Args:
        view: The decorated object.
        cure: How to protect a class instead.

    Raises:
        ConfigurationError: If it is a class, which would no longer be a class or a view; or not callable.
    """
    if isinstance(view, type):
        raise ConfigurationError(f"{view.__name__} is a class, which cannot be protected as a whole. {cure}")
    if not callable(view):
        raise ConfigurationError(
            f"{view!r:.80} is not a view. Pass a decorator's arguments by name, as in @fresh_required(minutes=5); use "
            "one without arguments, such as @login_required, without parentheses."
        )
    if inspect.isfunction(view):
        _guarded.add(view)


def warn_of_unguarded(views: Iterable[tuple[str, object]]) -> None:
    """Log a warning for each view that is registered without its protecting decorator.

    Args:
        views: Path and view of every route. If a view is also registered with its decorator, the other route is meant
            to be open.
    """
    registered = list(views)
    with_guard = {each for _, view in registered for each in _inside(view)}
    for path, view in registered:
        if inspect.isfunction(view) and view in _guarded and view not in with_guard:
            _logger.warning(
                "Anybody can reach %s: the decorator that protects %s.%s is above the one that registers the route. "
                "Put it below that one, next to the function.",
                path,
                view.__module__,
                view.__qualname__,
            )


def _inside(view: object) -> Iterator[Any]:
    """Yield the objects that a view's decorators wrap."""
    while (view := getattr(view, "__wrapped__", None)) is not None:
        yield view
