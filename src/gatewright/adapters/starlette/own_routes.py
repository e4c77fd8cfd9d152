"""The routes of an application itself, to be compared with the paths of our pages."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from starlette.routing import Host, Mount

OURS = "gatewright:"
"""The prefix of the names of routes that only describe what the middleware answers."""

_VARIABLE = re.compile(r"{[^}]*}")


def routes_of(app: object, *, below: str = "") -> Iterator[tuple[str, str]]:
    """Yield path and endpoint of every route, with a sample value in place of each variable.

    Args:
        app: The application; one that does not list its routes has none.
        below: What they lie below.
    """
    for route in _expanded(app):
        path = below + _VARIABLE.sub("x", getattr(route, "path", ""))
        if isinstance(route, Mount | Host):
            yield from routes_of(route, below=path)
        elif hasattr(route, "methods") and not route.name.startswith(OURS):
            yield path, _name_of(route.endpoint)


def endpoints_of(app: object, *, below: str = "") -> Iterator[tuple[str, object]]:
    """Yield path and endpoint of every route, sockets' included.

    Args:
        app: The application; one that does not list its routes has none.
        below: What they lie below.
    """
    for route in _expanded(app):
        path = below + getattr(route, "path", "")
        if isinstance(route, Mount | Host):
            yield from endpoints_of(route, below=path)
        else:
            yield path, getattr(route, "endpoint", None)


def _expanded(app: object) -> Iterator[Any]:
    """Yield the routes of an application. Newer versions of FastAPI keep those of a router behind one of their own."""
    for route in getattr(app, "routes", None) or ():
        if hasattr(route, "effective_route_contexts"):
            yield from (each.starlette_route or each for each in route.effective_route_contexts())
        else:
            yield route


def _name_of(endpoint: object) -> str:
    kind = endpoint if hasattr(endpoint, "__qualname__") else type(endpoint)
    return f"{getattr(kind, '__module__', '?')}.{getattr(kind, '__qualname__', '?')}"
