"""The visitor, with Starlette's interface: ``request.user`` and ``request.auth``."""

from __future__ import annotations

from typing import Any, cast

from starlette.requests import HTTPConnection, Request
from starlette.types import Scope

from gatewright.adapters.starlette.lazy import LazyCredentials, LazyUser, Opening
from gatewright.errors import ConfigurationError
from gatewright.model import User
from gatewright.web import Visit
from gatewright.web.routes import STATIC

KEY = "gatewright"
"""The key of the visit in the scope, opened or not."""


def introduce(scope: Scope, opening: Opening) -> None:
    """Expose the visitor to the application: ``request.user`` and ``request.auth``, looked up when needed."""
    scope[KEY] = opening
    scope["user"], scope["auth"] = LazyUser(opening), LazyCredentials(opening)


def visit_of(connection: HTTPConnection) -> Visit:
    """Return the visit that a request or a WebSocket belongs to, with its guard.

    Raises:
        ConfigurationError: If the application has no `GatewrightMiddleware`.
    """
    if KEY not in connection.scope:
        raise ConfigurationError(
            "The visitor has not been looked up. Add the middleware: app.add_middleware(GatewrightMiddleware)."
        )
    return cast(Opening, connection.scope[KEY]).open()


async def login_user(connection: HTTPConnection, user: User, *, remember: bool = False) -> None:
    """Sign in a user whom the application has authenticated itself; for a password, use `AsyncGuard.login`.

    Args:
        connection: The request.
        user: The user that `AsyncAuth.attempt`, `AsyncAuth.bypass` or a provider returned.
        remember: Whether to remember the browser beyond this session.

    Raises:
        ConfigurationError: If it is unclear which provider the user comes from.
    """
    visit = visit_of(connection)
    await visit.guard.store(user)
    await visit.signed_in(is_remembered=remember)
    _introduce_as(connection.scope, user)


async def logout_user(connection: HTTPConnection) -> None:
    """Sign the visitor out, and forget the browser."""
    await visit_of(connection).log_out()
    _introduce_as(connection.scope, None)


def template_context(request: Request) -> dict[str, Any]:
    """Return what templates need of the pages, for ``Jinja2Templates(..., context_processors=[template_context])``.

    ``current_user`` is the visitor, ``gatewright_path(name)`` the path of a page, ``gatewright_static(name)`` that of
    one of their static files, and ``gatewright_csrf_token()`` the token that a form to a page must send.
    """
    visit = visit_of(request)
    return {
        "current_user": request.user,
        "gatewright_path": visit.site.path,
        "gatewright_static": lambda name: visit.site.mount + STATIC + name,
        "gatewright_csrf_token": visit.csrf_token,
    }


def _introduce_as(scope: Scope, user: User | None) -> None:
    """Replace the visitor who came by another, whatever the application has put in their place."""
    opening = cast(Opening, scope[KEY])
    opening.know(user)
    introduce(scope, opening)
