"""Find views that a decorator was meant to guard, and that everybody reaches.

The decorators of Flask, FastAPI and Starlette that register a view stand above ours. In the other order they register
the view as it was before, without its guard.
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
    """Remember that a decorator guards a view.

    Args:
        view: What was decorated.
        cure: What to do instead with a class.

    Raises:
        ConfigurationError: If it is a class, which would be neither a class nor a view any more; or nothing that can
            be called.
    """
    if isinstance(view, type):
        raise ConfigurationError(f"{view.__name__} is a class, which cannot be guarded as a whole. {cure}")
    if not callable(view):
        raise ConfigurationError(
            f"{view!r:.80} is not a view. Name what a decorator takes, as in @fresh_required(minutes=5); one that "
            "takes nothing, such as @login_required, has no parentheses."
        )
    if inspect.isfunction(view):
        _guarded.add(view)


def warn_of_unguarded(views: Iterable[tuple[str, object]]) -> None:
    """Write to the log which views are registered without the guard that they have been given.

    Args:
        views: Path and view of every route. Where a view is registered with its guard, too, the other route is
            meant to be open.
    """
    registered = list(views)
    with_guard = {each for _, view in registered for each in _inside(view)}
    for path, view in registered:
        if inspect.isfunction(view) and view in _guarded and view not in with_guard:
            _logger.warning(
                "Everybody reaches %s: the decorator that guards %s.%s stands above that which registers the route. "
                "Write it below, next to the function.",
                path,
                view.__module__,
                view.__qualname__,
            )


def _inside(view: object) -> Iterator[Any]:
    """Yield what a view has been made from by decorators."""
    while (view := getattr(view, "__wrapped__", None)) is not None:
        yield view
