"""The cookies of the web layer. No script can read any, and none is sent to another host."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime
from typing import Literal

from gatewright.model import as_utc
from gatewright.web.request import Request

_LARGEST = 4093
"""In bytes, with name and attributes: what every browser keeps. RFC 6265, 6.1, asks for 4096 at least."""

_PLAIN_PATH = re.compile(r"(/[A-Za-z0-9._~-]+)+")
"""What a browser cannot write in another way. It compares paths literally, and would not send the cookie."""


@dataclass(frozen=True, slots=True)
class Cookie:
    """A cookie of one application on this host.

    On https its name begins with ``__Host-``, so that no other host can set it; then its path must be ``/`` (RFC
    6265bis, 4.1.3.2). On http it is that of the application, which leaves other applications' cookies alone.

    Args:
        base_name: Its name without the prefix.
        prefix: The path that the application itself is mounted below, without a slash at its end.
        same_site: Whether the browser sends it when another site links here (``Lax``) or never (``Strict``).
    """

    base_name: str
    prefix: str = ""
    same_site: Literal["Lax", "Strict"] = "Lax"

    def read(self, request: Request, *, is_https: bool) -> str | None:
        """Return the cookie's value. One that came twice was planted by somebody, and counts as none.

        But below a path the same name may come from the application at ``/``, too; there the first one is that of
        the longest path, which is ours (RFC 6265, 5.4).
        """
        values = request.cookies(self._name(is_https))
        if not values:
            return None
        return values[0] if len(values) == 1 or self._path(is_https) != "/" else None

    def header(self, value: str, *, is_https: bool, expires_at: datetime | None = None) -> tuple[str, str]:
        """Return the header that has the browser keep a value, until a moment in UTC or until it is closed."""
        until = "" if expires_at is None else f"; Expires={format_datetime(as_utc(expires_at), usegmt=True)}"
        secure = "; Secure" if is_https else ""
        attributes = f"Path={self._path(is_https)}; HttpOnly; SameSite={self.same_site}{secure}{until}"
        return "Set-Cookie", f"{self._name(is_https)}={value}; {attributes}"

    def clearing(self, *, is_https: bool) -> tuple[str, str]:
        """Return the header that has the browser forget it."""
        name, header = self.header("", is_https=is_https)
        return name, f"{header}; Max-Age=0"

    def room(self, *, is_https: bool) -> int:
        """Return how many bytes its value may have, if it ends with the browser."""
        return _LARGEST - len(self.header("", is_https=is_https)[1])

    def _name(self, is_https: bool) -> str:
        return f"__Host-{self.base_name}" if is_https else self.base_name

    def _path(self, is_https: bool) -> str:
        return self.prefix if not is_https and _PLAIN_PATH.fullmatch(self.prefix) else "/"
