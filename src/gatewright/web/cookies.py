"""The cookies of the web layer. Scripts cannot read them, and they are not sent to other hosts."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime
from typing import Literal

from gatewright.model import as_utc
from gatewright.web.request import Request

_LARGEST = 4093
"""In bytes, with name and attributes: what every browser stores. RFC 6265, 6.1, requires at least 4096."""

_PLAIN_PATH = re.compile(r"(/[A-Za-z0-9._~-]+)+")
"""Paths that have a single spelling. Browsers compare paths literally, and would not send the cookie for another."""


@dataclass(frozen=True, slots=True)
class Cookie:
    """A cookie of one application on this host.

    On https its name begins with ``__Host-``, so that no other host can set it; its path must then be ``/`` (RFC
    6265bis, 4.1.3.2). On http its path is the application's, which leaves other applications' cookies alone.

    Args:
        base_name: Its name without the ``__Host-`` prefix.
        prefix: The path under which the application itself is mounted, without a trailing slash.
        same_site: Whether the browser sends it when another site links here (``Lax``) or never (``Strict``).
    """

    base_name: str
    prefix: str = ""
    same_site: Literal["Lax", "Strict"] = "Lax"

    def read(self, request: Request, *, is_https: bool) -> str | None:
        """Return the cookie's value. A cookie sent twice was planted by somebody, and is ignored.

        Under a path, however, the application at ``/`` may use the same name; the first cookie then has the longest
        path, and is this one (RFC 6265, 5.4).
        """
        values = request.cookies(self._name(is_https))
        if not values:
            return None
        return values[0] if len(values) == 1 or self._path(is_https) != "/" else None

    def header(self, value: str, *, is_https: bool, expires_at: datetime | None = None) -> tuple[str, str]:
        """Return the header that stores a value in the browser, until a time in UTC or until the browser is closed."""
        until = "" if expires_at is None else f"; Expires={format_datetime(as_utc(expires_at), usegmt=True)}"
        secure = "; Secure" if is_https else ""
        attributes = f"Path={self._path(is_https)}; HttpOnly; SameSite={self.same_site}{secure}{until}"
        return "Set-Cookie", f"{self._name(is_https)}={value}; {attributes}"

    def clearing(self, *, is_https: bool) -> tuple[str, str]:
        """Return the header that deletes the cookie from the browser."""
        name, header = self.header("", is_https=is_https)
        return name, f"{header}; Max-Age=0"

    def room(self, *, is_https: bool) -> int:
        """Return how many bytes the value of a session cookie may have."""
        return _LARGEST - len(self.header("", is_https=is_https)[1])

    def _name(self, is_https: bool) -> str:
        return f"__Host-{self.base_name}" if is_https else self.base_name

    def _path(self, is_https: bool) -> str:
        return self.prefix if not is_https and _PLAIN_PATH.fullmatch(self.prefix) else "/"
