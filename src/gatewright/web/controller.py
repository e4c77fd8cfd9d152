"""Controller-based authentication: what an application decides about its pages, as one class."""

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
"""What a page gives back: an answer, the HTML of a page, or None for an empty one."""


class AuthController(ABC):
    """The pages of an application's authentication. `SimpleAuthController` has them ready.

    A submitted login form, and the logout, never reach the controller: they are handled before. So `login` renders a
    form and `logout` may do nothing.

    A page's method may be plain or ``async def``, and names those of these parameters that it needs: ``request``,
    the `Request`; ``visit``, the `Visit` with its ``guard``; ``token``, the secret of a link.
    """

    @abstractmethod
    def get_user_provider(self) -> str | UserSource | None:
        """Return where the users of the login form come from: a provider or its name; None for the setting's."""

    def get_middleware(self) -> AuthMiddleware | type[AuthMiddleware] | str | None:
        """Return what acts at the events: a middleware, its class or its name; None for nothing.

        A name is ``package.module:Class``, or the name of a class beside the controller's.
        """
        return None

    @abstractmethod
    def login(self, *args: Any, **kwargs: Any) -> Any:
        """Render the login form."""

    def logout(self, *args: Any, **kwargs: Any) -> Any:
        """Do any remaining work on a page of your own; the visitor is already signed out."""
        return

    def signup(self, *args: Any, **kwargs: Any) -> Any:
        """Show the signup form, and take it."""
        raise TransportError(status=404)

    def email_verification(self, *args: Any, **kwargs: Any) -> Any:
        """Verify the mail address of a new user by the ``token`` that was sent to it."""
        raise TransportError(status=404)

    def password_reset(self, *args: Any, **kwargs: Any) -> Any:
        """Show the form that asks for a link to a new password, and take it."""
        raise TransportError(status=404)

    def password_reset_form(self, *args: Any, **kwargs: Any) -> Any:
        """Show the form for a new password, and take it, after a look at the ``token`` that was sent."""
        raise TransportError(status=404)


def require_page(method: Any, path: str) -> None:
    """Refuse the method of a page that nobody can call.

    Args:
        method: The method.
        path: The page's path, which may have a ``{token}``.

    Raises:
        ConfigurationError: If it is no method, or asks for what a page is not given.
    """
    offered = ["request", "visit", *(["token"] if "{token}" in path else [])]
    try:
        asked = [name for name in _names_of(method) if name in offered]
        inspect.signature(method).bind(**dict.fromkeys(asked))
    except (TypeError, ValueError) as error:
        shown = getattr(method, "__qualname__", repr(method))
        raise ConfigurationError(
            f"{shown} cannot answer for the page {path}: {error}. It is given {', '.join(offered)} by name, and needs "
            "no others."
        ) from error


async def call_page(method: Any, visit: Visit, **values: str) -> Response:
    """Call a page's method with those parameters that it names, and return its answer.

    Args:
        method: The method.
        visit: Whose page it is.
        values: The values in the path.

    Raises:
        TypeError: If it returns something that is not an answer, or one that no framework can send.
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
            f"{method.__qualname__} must return a Response, a str or None, not {kind}. A Response is made from "
            "gatewright.web.Response."
        )
    if not isinstance(answer.body, bytes) or not isinstance(answer.headers, tuple):
        raise TypeError(
            f"{method.__qualname__} returned a Response with a body of type {type(answer.body).__name__} and headers "
            f"of type {type(answer.headers).__name__}; they are bytes and a tuple of pairs. A page of HTML may be "
            "returned as a str."
        )
    return answer


def _names_of(method: Any) -> list[str]:
    kinds = (inspect.Parameter.POSITIONAL_OR_KEYWORD, inspect.Parameter.KEYWORD_ONLY)
    return [name for name, each in inspect.signature(method).parameters.items() if each.kind in kinds]
