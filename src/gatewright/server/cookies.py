"""The cookies of the page. None carries more than one opaque value, and no script can read any."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from starlette.requests import Request
from starlette.responses import Response


@dataclass(frozen=True, slots=True)
class Cookie:
    """A cookie of this host alone. On https its name begins with ``__Host-``, so that no other host can set it.

    Args:
        base_name: Its name without the prefix.
        same_site: Whether the browser sends it when another site links here (``lax``) or never (``strict``).
    """

    base_name: str
    same_site: Literal["lax", "strict"]

    def read(self, request: Request) -> str | None:
        """Return the cookie's value. One that comes twice was planted by somebody, and counts as none."""
        pairs = (
            pair.strip().partition("=") for header in request.headers.getlist("cookie") for pair in header.split(";")
        )
        values = [value for name, _, value in pairs if name == self._name(request)]
        return values[0] if len(values) == 1 else None

    def set(self, request: Request, response: Response, value: str, *, expires_at: datetime | None = None) -> None:
        """Have the browser keep a value, until a moment in UTC or until it is closed."""
        response.set_cookie(
            self._name(request),
            value,
            expires=expires_at,
            secure=_is_https(request),
            httponly=True,
            samesite=self.same_site,
        )

    def clear(self, request: Request, response: Response) -> None:
        """Have the browser forget it."""
        response.delete_cookie(self._name(request), secure=_is_https(request), httponly=True, samesite=self.same_site)

    def _name(self, request: Request) -> str:
        return f"__Host-{self.base_name}" if _is_https(request) else self.base_name


SESSION = Cookie("gatewright", "lax")
"""The token of the session."""

CHALLENGE = Cookie("gatewright-challenge", "strict")
"""The digest of the challenge that this browser was shown: the pre-session."""

CSRF = Cookie("gatewright-csrf", "strict")
"""What a form must repeat where the browser does not say where the form stood."""


def _is_https(request: Request) -> bool:
    return request.url.scheme == "https"
