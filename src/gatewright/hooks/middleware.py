"""The hooks of a sign-in as methods of one class."""

from __future__ import annotations

from difflib import get_close_matches
from importlib import import_module
from typing import Any

from gatewright.errors import ConfigurationError
from gatewright.model import User


class AuthMiddleware:
    """What an application does at each event of a sign-in. Override the methods you need; by default they do nothing.

    This is a group of hooks: `Auth.add_middleware` adds each method to the hook point that it is named after, and the
    rules for hooks apply. Under `AsyncAuth` a method may be ``async def``.
    """

    def pre_login(self, route: Any) -> Any:
        """Act whenever the login route is visited, whether or not the form is submitted. May raise `Denied`.

        Args:
            route: The route, with its ``name``, ``path`` and ``method``.
        """

    def on_login_success(self, user: User) -> Any:
        """Act after a login, before the redirect that follows.

        Args:
            user: The `User` who logged in.
        """

    def on_login_failed(self, username: str) -> Any:
        """Act after a failed login, before the redirect that follows.

        Args:
            username: The name that was entered, unverified.
        """

    def on_login_inactive_user(self, user: User | None) -> Any:
        """Act after the login of a deactivated user.

        Args:
            user: The `User`, or None if the provider refused while loading.
        """

    def on_login_unverified_user(self, user: User | None) -> Any:
        """Act after the login of a user who is not verified yet.

        Args:
            user: The `User`, or None if the provider refused while loading.
        """

    def on_logout(self) -> Any:
        """Act after a visitor has logged out."""


EVENTS = {
    "pre_login": "pre_login",
    "login_success": "on_login_success",
    "login_failed": "on_login_failed",
    "login_inactive_user": "on_login_inactive_user",
    "login_unverified_user": "on_login_unverified_user",
    "logout": "on_logout",
}
"""Hook point -> the method that is added to it."""


def make_middleware(given: object) -> AuthMiddleware:
    """Return a middleware: the given object, or a new instance of the given or named class.

    Raises:
        ConfigurationError: If it is not an `AuthMiddleware`, cannot be created, or has a method that matches no event.
    """
    made = given
    try:
        if isinstance(given, str):
            module, _, name = given.partition(":")
            made = getattr(import_module(module), name)
        if isinstance(made, type):
            made = made()
    except (ImportError, AttributeError, TypeError, ValueError) as error:
        raise ConfigurationError(f"The middleware {given!r:.80} cannot be created: {error}.") from error
    if not isinstance(made, AuthMiddleware):
        raise ConfigurationError(f"A middleware must be an instance of a subclass of AuthMiddleware, not {made!r:.80}.")
    _refuse_misspelt(type(made))
    return made


def _refuse_misspelt(kind: type[AuthMiddleware]) -> None:
    """Refuse a method that is named like an event's but matches none: nothing would ever call it.

    Raises:
        ConfigurationError: If there is one; lists the events' methods.
    """
    known = tuple(EVENTS.values())
    for name in dir(kind):
        if name.startswith(("on_", "pre_")) and name not in known and callable(getattr(kind, name)):
            nearest = get_close_matches(name, known, n=1)
            meant = f" Did you mean {nearest[0]}?" if nearest else ""
            raise ConfigurationError(
                f"{kind.__name__}.{name} matches no event.{meant} The events are: {', '.join(known)}."
            )
