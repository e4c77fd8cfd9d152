"""An answer of the web layer, for whatever framework to send."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

Headers = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Response:
    """What is sent back.

    Args:
        status: The HTTP status.
        headers: Pairs of name and value; ``Set-Cookie`` may come several times.
        body: The bytes of the body.
    """

    status: int = 200
    headers: Headers = ()
    body: bytes = field(default=b"", repr=False)

    def with_headers(self, *headers: tuple[str, str]) -> Response:
        """Return the same answer with more headers."""
        return replace(self, headers=self.headers + headers)

    def header(self, name: str) -> str | None:
        """Return the first header of a name, in whatever case."""
        return next((value for key, value in self.headers if key.lower() == name.lower()), None)


def html(text: str, *, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    """Return a page."""
    kind = ("Content-Type", "text/html; charset=utf-8")
    return Response(status, (kind, *(headers or {}).items()), text.encode())


def data(
    document: Mapping[str, Any],
    *,
    status: int = 200,
    headers: Mapping[str, str] | None = None,
    indent: int | None = None,
) -> Response:
    """Return a JSON document, for people to read where it is indented."""
    kind = {"Content-Type": "application/json"} | dict(headers or {})
    text = json.dumps(document, indent=indent, ensure_ascii=indent is None)
    return Response(status, tuple(kind.items()), text.encode())


def redirect(path: str) -> Response:
    """Lead the browser on, by GET (RFC 9110, 15.4.4)."""
    return Response(303, (("Location", path),))
