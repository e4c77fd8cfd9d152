"""A request as the web layer sees it, whatever framework received it."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields
from typing import Any
from urllib.parse import parse_qsl, urlencode

from gatewright.errors import TransportError
from gatewright.web import multipart
from gatewright.web.once import once
from gatewright.web.raw_path import quoted

FORM = "application/x-www-form-urlencoded"
JSON = "application/json"
_MOST_FIELDS = 40
LARGEST_BODY = 64 * 1024
"""In bytes. Nothing that a page or the API takes is longer, and an adapter need not read more."""


@dataclass(frozen=True)
class Request:
    """What a browser asks.

    An adapter's own kind of it reads a field when somebody asks for it: most requests of an application need few.

    Args:
        method: In capitals.
        path: The path below the mount point, percent-decoded, beginning with a slash.
        query: The query string, still encoded.
        headers: Pairs of lower-case name and value; a name may come twice.
        scheme: ``http`` or ``https``, as the connection itself says.
        peer: The address at the other end of the connection; None where that is none, as on a Unix socket.
        body: The bytes of the body, at most `LARGEST_BODY`.
        mount: The path that the pages are mounted under, without a slash at its end.
        raw_path: The whole path, mount included, as the browser wrote it; by default mount and path, encoded again.
    """

    method: str
    path: str = field(repr=False)  # which may hold the secret of a link, as headers hold cookies and tokens
    query: str = field(default="", repr=False)
    headers: Iterable[tuple[str, str]] = field(default=(), repr=False)
    scheme: str = "http"
    peer: str | None = None
    body: bytes = field(default=b"", repr=False)
    mount: str = ""
    raw_path: str = field(default="", repr=False)

    @property
    def target(self) -> str:
        """The path with its query, exactly as it was asked for."""
        path = self.raw_path or quoted(self.mount + self.path)
        return f"{path}?{self.query}" if self.query else path

    def header(self, name: str) -> str | None:
        """Return a header that came once. One that came twice was added by somebody, and counts as none."""
        values = self.values_of(name)
        return values[0] if len(values) == 1 else None

    def values_of(self, name: str) -> list[str]:
        """Return the values of a header, as often as it came. What an adapter reads late, it may read alone."""
        return [value for key, value in self.headers if key == name]

    def cookies(self, name: str) -> list[str]:
        """Return the values of the cookies of a name, in the order in which they came."""
        return self._cookies.get(name, [])

    def having(self, **changes: Any) -> Request:
        """Return the same request, read to its end, but for some of its fields."""
        return Request(**{each.name: getattr(self, each.name) for each in fields(Request)} | changes)

    def with_fields(self, pairs: Iterable[tuple[str, str]]) -> Request:
        """Return the same request with a form that other code has read already, as its fields and none of its files."""
        others = [(name, value) for name, value in self.headers if name != "content-type"]
        body = urlencode([*pairs], errors="replace").encode()
        return self.having(headers=(*others, ("content-type", FORM)), body=body)

    @once
    def media_type(self) -> str:
        """The kind of the body, without its parameters."""
        return (self.header("content-type") or "").partition(";")[0].strip().lower()

    @property
    def has_form(self) -> bool:
        """Whether the body is a form, in either of the ways that browsers write one."""
        return self.media_type in (FORM, multipart.MULTIPART)

    @once
    def arguments(self) -> Mapping[str, str]:
        """The fields of the query string that came once."""
        return _fields(self.query)

    @once
    def form(self) -> Mapping[str, str]:
        """The fields of the form in the body that came once; none where there is no body. Files are overlooked.

        Raises:
            TransportError: If the body is of another kind, or malformed.
        """
        if not self.body:
            return {}
        if not self.has_form:
            raise TransportError(status=415)
        if self.media_type == FORM:
            return _fields(self.body.decode(errors="replace"))
        return _once(multipart.fields_in(self.body, self.header("content-type") or "", at_most=_MOST_FIELDS))

    @once
    def json(self) -> Mapping[str, Any]:
        """The JSON object in the body.

        Raises:
            TransportError: If the body is of another kind, or is no object.
        """
        if self.media_type != JSON:
            # A form of another site can send text, but never JSON without asking first.
            raise TransportError(status=415)
        try:
            document = json.loads(self.body)
        except (ValueError, RecursionError):
            raise TransportError(status=400) from None
        if not isinstance(document, dict):
            raise TransportError(status=400)
        return document

    @once
    def _cookies(self) -> dict[str, list[str]]:
        cookies: dict[str, list[str]] = {}
        for header in self.values_of("cookie"):
            for pair in header.split(";"):
                name, _, value = pair.strip().partition("=")
                cookies.setdefault(name, []).append(value)
        return cookies


def _fields(encoded: str) -> Mapping[str, str]:
    try:
        return _once(parse_qsl(encoded, keep_blank_values=True, max_num_fields=_MOST_FIELDS))
    except ValueError:
        raise TransportError(status=400) from None


def _once(pairs: Iterable[tuple[str, str]]) -> Mapping[str, str]:
    """Return what came once. Of what came twice nobody can say which is meant, and who added the other."""
    all_pairs = list(pairs)
    counts = Counter(name for name, _ in all_pairs)
    return {name: value for name, value in all_pairs if counts[name] == 1}
