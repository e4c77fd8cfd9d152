"""The routes of the pages, by name. They are SimpleAuth's, and fixed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import quote, unquote

PATHS = {
    "login": "/login",
    "login_wallet": "/login/wallet",
    "logout": "/logout",
    "signup": "/signup",
    "email_verification_request": "/email_verification",
    "email_verification": "/email_verification/{token}",
    "password_reset": "/password-reset",
    "password_reset_form": "/password-reset/{token}",
    "confirm_password": "/confirm_password",
    "account": "/account",
    "account_export": "/account/export",
    "account_delete": "/account/delete",
    "email_change": "/email_change/{token}",
}
AGAIN = {
    "email_verification": "email_verification_request",
    "password_reset_form": "password_reset",
    "email_change": "account",
}
"""Routes of links -> those that give a new one."""

STATIC = "/gatewright/"
"""Where style sheet, script and image lie."""

API = "/api"
"""Where the JSON twins of the pages lie."""


@dataclass(frozen=True, slots=True)
class Route:
    """A route that was asked for.

    Args:
        name: Its name.
        path: Its path.
        method: The method of the request, in capitals.
    """

    name: str
    path: str
    method: str = "GET"


class Routes:
    """Names to paths, and back.

    Args:
        login: The path of the login route.
        logout: The path of the logout route.
    """

    def __init__(self, *, login: str, logout: str) -> None:
        self._paths = PATHS | {"login": login, "logout": logout}

    def path(self, name: str, **values: str) -> str | None:
        """Return the path of a route, or None where there is none of that name."""
        template = self._paths.get(name)
        return None if template is None else template.format(**{key: quote(text) for key, text in values.items()})

    def find(self, path: str) -> tuple[str, Mapping[str, str]] | None:
        """Return the name of the route that a path belongs to, and the values in the path."""
        for name, template in self._paths.items():
            if template == path:
                return name, {}
        for name, template in self._paths.items():
            start, mark, _ = template.partition("{token}")
            token = path.removeprefix(start)
            if mark and token != path and token and "/" not in token:
                return name, {"token": unquote(token)}
        return None
