"""The application's own routes, for comparison with the paths of gatewright's pages."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from starlette.routing import Host, Mount

OURS = "gatewright:"
"""The prefix of the names of routes that only describe what the middleware serves."""

_VARIABLE = re.compile(r"{[^}]*}")


def routes_of(app: object) -> Iterator[tuple[str, str]]:
    """Yield path and endpoint name of every route, with a sample value for each variable.

    Args:
        app: The application; one that does not list its routes has none.
    """
    for path, route in _all_routes(app):
        if hasattr(route, "methods") and not route.name.startswith(OURS):
            yield _VARIABLE.sub("x", path), _name_of(route.endpoint)


def endpoints_of(app: object) -> Iterator[tuple[str, object]]:
    """Yield path and endpoint of every route, including WebSockets.

    Args:
        app: The application; one that does not list its routes has none.
    """
    for path, route in _all_routes(app):
        yield path, getattr(route, "endpoint", None)


def _all_routes(app: object, *, below: str = "") -> Iterator[tuple[str, Any]]:
    """Yield every route with its whole path, including those of mounted applications."""
    for route in _expanded(app):
        path = below + getattr(route, "path", "")
        if isinstance(route, Mount | Host):
            yield from _all_routes(route, below=path)
        else:
            yield path, route


def _expanded(app: object) -> Iterator[Any]:
    """Yield the routes of an application. Newer versions of FastAPI wrap a router's routes in one of their own."""
    for route in getattr(app, "routes", None) or ():
        if hasattr(route, "effective_route_contexts"):
            yield from (each.starlette_route or each for each in route.effective_route_contexts())
        else:
            yield route


def _name_of(endpoint: object) -> str:
    kind = endpoint if hasattr(endpoint, "__qualname__") else type(endpoint)
    return f"{getattr(kind, '__module__', '?')}.{getattr(kind, '__qualname__', '?')}"
