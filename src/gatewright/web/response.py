"""A response of the web layer, for any framework to send."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import quote

from gatewright.web.raw_path import ASCII

Headers = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Response:
    """An HTTP response.

    Args:
        status: The HTTP status.
        headers: Pairs of name and value; ``Set-Cookie`` may occur several times.
        body: The bytes of the body.
    """

    status: int = 200
    headers: Headers = field(default=(), repr=False)
    body: bytes = field(default=b"", repr=False)

    def with_headers(self, *headers: tuple[str, str]) -> Response:
        """Return the same response with more headers."""
        return replace(self, headers=self.headers + headers)

    def varying_on(self, name: str) -> Response:
        """Return the same response with one more name in its (first) ``Vary`` header (RFC 9110, 12.5.5)."""
        varies = self.header("vary")
        if varies is None:
            return self.with_headers(("Vary", name))
        kept = tuple((key, value) for key, value in self.headers if key.lower() != "vary")
        return replace(self, headers=(*kept, ("Vary", f"{varies}, {name}")))

    def header(self, name: str) -> str | None:
        """Return the first header of a name, case-insensitively."""
        return next((value for key, value in self.headers if key.lower() == name.lower()), None)


def html(text: str, *, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    """Return an HTML page."""
    kind = ("Content-Type", "text/html; charset=utf-8")
    return Response(status, (kind, *(headers or {}).items()), text.encode())


def data(
    document: Mapping[str, Any],
    *,
    status: int = 200,
    headers: Mapping[str, str] | None = None,
    indent: int | None = None,
) -> Response:
    """Return a JSON document, indented for people to read if ``indent`` is given."""
    kind = {"Content-Type": "application/json"} | dict(headers or {})
    text = json.dumps(document, indent=indent, ensure_ascii=indent is None)
    return Response(status, tuple(kind.items()), text.encode())


def redirect(path: str, *, status: int = 303) -> Response:
    """Return a redirect: followed by GET (RFC 9110, 15.4.4), or with 308 by the same method, form fields included."""
    return Response(status, (("Location", quote(path, safe=ASCII, errors="replace")),))
