"""Controller-based authentication: an application's choices about its pages, in one class."""

from __future__ import annotations

import inspect
from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Any

from gatewright.errors import ConfigurationError, TransportError
from gatewright.hooks import AuthMiddleware
from gatewright.ports import UserSource
from gatewright.web.response import Response, html

if TYPE_CHECKING:
    from gatewright.web.visit import Visit

Answer = Response | str | None
"""What a page method returns: a response, the HTML of a page, or None for an empty response."""


class AuthController(ABC):
    """The authentication pages of an application. `SimpleAuthController` provides them ready-made.

    A submitted login form, and the logout, never reach the controller: they are handled first. So `login` only renders
    a form, and `logout` may do nothing.

    A page method may be plain or ``async def``, and takes any of these parameters by name: ``request``, the `Request`;
    ``visit``, the `Visit` with its ``guard``; ``token``, the secret of a link.
    """

    @abstractmethod
    def get_user_provider(self) -> str | UserSource | None:
        """Return the provider of the login form's users, or its name; None for that of the settings."""

    def get_middleware(self) -> AuthMiddleware | type[AuthMiddleware] | str | None:
        """Return the middleware that handles events: an instance, its class or its name; None for none.

        A name is ``package.module:Class``, or the name of a class in the controller's module.
        """
        return None

    @abstractmethod
    def login(self, *args: Any, **kwargs: Any) -> Any:
        """Render the login form."""

    def logout(self, *args: Any, **kwargs: Any) -> Any:
        """Do any remaining work of your own; the visitor is already signed out."""
        return

    def signup(self, *args: Any, **kwargs: Any) -> Any:
        """Show the signup form, and handle it."""
        raise TransportError(status=404)

    def email_verification(self, *args: Any, **kwargs: Any) -> Any:
        """Verify the email address of a new user by the ``token`` that was sent to it."""
        raise TransportError(status=404)

    def password_reset(self, *args: Any, **kwargs: Any) -> Any:
        """Show the form that requests a password-reset link, and handle it."""
        raise TransportError(status=404)

    def password_reset_form(self, *args: Any, **kwargs: Any) -> Any:
        """Show the form for a new password, and handle it, after checking the ``token`` that was sent."""
        raise TransportError(status=404)


def require_page(method: Any, path: str) -> None:
    """Refuse a page method that cannot be called.

    Args:
        method: The method.
        path: The page's path, which may contain a ``{token}``.

    Raises:
        ConfigurationError: If it is not callable, or takes parameters that pages do not get.
    """
    offered = ["request", "visit", *(["token"] if "{token}" in path else [])]
    try:
        asked = [name for name in _names_of(method) if name in offered]
        inspect.signature(method).bind(**dict.fromkeys(asked))
    except (TypeError, ValueError) as error:
        shown = getattr(method, "__qualname__", repr(method))
        raise ConfigurationError(
            f"{shown} cannot serve the page {path}: {error}. It is called with {', '.join(offered)} by name; it must "
            "not require other parameters."
        ) from error


async def call_page(method: Any, visit: Visit, **values: str) -> Response:
    """Call a page method with the parameters that it takes, and return its response.

    Args:
        method: The method.
        visit: The visit.
        values: The values in the path.

    Raises:
        TypeError: If it returns something that is not a response, or one that no framework can send.
    """
    offered = {"request": visit.request, "visit": visit} | values
    answer = method(**{name: value for name, value in offered.items() if name in _names_of(method)})
    if inspect.isawaitable(answer):
        answer = await answer
    if answer is None:
        return Response(204)
    if isinstance(answer, str):
        return html(answer)
    if not isinstance(answer, Response):
        kind = f"{type(answer).__module__}.{type(answer).__qualname__}"
        raise TypeError(
            f"{method.__qualname__} must return a Response, a str or None, not {kind}. Use gatewright.web.Response."
        )
    if not isinstance(answer.body, bytes) or not isinstance(answer.headers, tuple):
        raise TypeError(
            f"{method.__qualname__} returned a Response with a body of type {type(answer.body).__name__} and headers "
            f"of type {type(answer.headers).__name__}; they must be bytes and a tuple of pairs. To return a page of "
            "HTML, return a str."
        )
    return answer


def _names_of(method: Any) -> list[str]:
    kinds = (inspect.Parameter.POSITIONAL_OR_KEYWORD, inspect.Parameter.KEYWORD_ONLY)
    return [name for name, each in inspect.signature(method).parameters.items() if each.kind in kinds]
