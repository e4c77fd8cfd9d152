"""Who is visiting, in Starlette's own words: ``request.user`` and ``request.auth``."""

from __future__ import annotations

from typing import Any, cast

from starlette.authentication import AuthCredentials, BaseUser, UnauthenticatedUser
from starlette.requests import HTTPConnection, Request

from gatewright.errors import ConfigurationError
from gatewright.model import User
from gatewright.web import Visit
from gatewright.web.routes import STATIC

KEY = "gatewright"
"""Where the visit is kept in the scope."""


class SignedInUser(BaseUser):
    """What ``request.user`` is for a visitor who is signed in. It has every attribute of the `User` in it, too.

    Args:
        user: The user, as their provider gave it.
    """

    def __init__(self, user: User) -> None:
        self.user = user

    @property
    def is_authenticated(self) -> bool:
        """True: who is not signed in is Starlette's ``UnauthenticatedUser``."""
        return True

    @property
    def display_name(self) -> str:
        """The name that the provider knows the user by."""
        return self.user.username

    @property
    def identity(self) -> str:
        """The user's id."""
        return self.user.id

    def __getattr__(self, name: str) -> Any:
        if name == "user":  # not there yet, while the object is being copied
            raise AttributeError(name)
        return getattr(self.user, name)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.user!r})"


def identify(user: User | None) -> tuple[BaseUser, AuthCredentials]:
    """Return what ``request.user`` and ``request.auth`` are; the scopes of ``@requires`` are the permissions."""
    if user is None:
        return UnauthenticatedUser(), AuthCredentials()
    return SignedInUser(user), AuthCredentials(["authenticated", *user.permissions])


def visit_of(connection: HTTPConnection) -> Visit:
    """Return the visit that a request or a WebSocket belongs to, with its guard.

    Raises:
        ConfigurationError: If the application has no `GatewrightMiddleware`.
    """
    if KEY not in connection.scope:
        raise ConfigurationError(
            "The visitor has not been looked up. Add the middleware: app.add_middleware(GatewrightMiddleware)."
        )
    return cast(Visit, connection.scope[KEY])


async def login_user(connection: HTTPConnection, user: User, *, remember: bool = False) -> None:
    """Sign in a user whom the application has proven in its own way; by a password, `AsyncGuard.login` does it.

    Args:
        connection: The request.
        user: What `AsyncAuth.attempt`, `AsyncAuth.bypass` or a provider returned.
        remember: Whether to remember the browser beyond this session.

    Raises:
        ConfigurationError: If it is not clear which provider the user comes from.
    """
    visit = visit_of(connection)
    await visit.guard.store(user)
    await visit.signed_in(is_remembered=remember)
    connection.scope["user"], connection.scope["auth"] = identify(user)


async def logout_user(connection: HTTPConnection) -> None:
    """Sign the visitor out, and forget the browser."""
    await visit_of(connection).log_out()
    connection.scope["user"], connection.scope["auth"] = identify(None)


def template_context(request: Request) -> dict[str, Any]:
    """Return what templates need of the pages, for ``Jinja2Templates(..., context_processors=[template_context])``.

    ``current_user`` is who is visiting, ``gatewright_path(name)`` the path of a page, ``gatewright_static(name)`` that
    of a file beside them, and ``gatewright_csrf_token()`` what a form to a page repeats.
    """
    visit = visit_of(request)
    return {
        "current_user": request.user,
        "gatewright_path": visit.site.path,
        "gatewright_static": lambda name: visit.site.mount + STATIC + name,
        "gatewright_csrf_token": visit.csrf_token,
    }
