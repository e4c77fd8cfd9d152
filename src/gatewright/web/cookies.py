"""The cookies of the web layer. No script can read any, and none is sent to another host."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime
from typing import Literal

from gatewright.model import as_utc
from gatewright.web.request import Request


@dataclass(frozen=True, slots=True)
class Cookie:
    """A cookie of this host alone. On https its name begins with ``__Host-``, so that no other host can set it.

    Args:
        base_name: Its name without the prefix.
        same_site: Whether the browser sends it when another site links here (``Lax``) or never (``Strict``).
    """

    base_name: str
    same_site: Literal["Lax", "Strict"] = "Lax"

    def read(self, request: Request, *, is_https: bool) -> str | None:
        """Return the cookie's value, if it came exactly once."""
        return request.cookie(self._name(is_https))

    def header(self, value: str, *, is_https: bool, expires_at: datetime | None = None) -> tuple[str, str]:
        """Return the header that has the browser keep a value, until a moment in UTC or until it is closed."""
        until = "" if expires_at is None else f"; Expires={format_datetime(as_utc(expires_at), usegmt=True)}"
        secure = "; Secure" if is_https else ""
        attributes = f"Path=/; HttpOnly; SameSite={self.same_site}{secure}{until}"
        return "Set-Cookie", f"{self._name(is_https)}={value}; {attributes}"

    def clearing(self, *, is_https: bool) -> tuple[str, str]:
        """Return the header that has the browser forget it."""
        name, header = self.header("", is_https=is_https)
        return name, f"{header}; Max-Age=0"

    def _name(self, is_https: bool) -> str:
        return f"__Host-{self.base_name}" if is_https else self.base_name


VISIT = Cookie("gatewright")
"""What the visit keeps: the secret of its session, the application's values, messages."""
