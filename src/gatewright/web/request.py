"""A request as the web layer sees it, independent of the framework that received it."""

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
"""In bytes. No page or API route accepts more, so an adapter need not read more."""


@dataclass(frozen=True)
class Request:
    """A browser's request.

    The adapters' subclasses read each field on demand: most requests of an application need few.

    Args:
        method: The method, in upper case.
        path: The path relative to the mount point, percent-decoded, beginning with a slash.
        query: The query string, still encoded.
        headers: Pairs of lower-case name and value; a name may occur more than once.
        scheme: ``http`` or ``https``, as the connection itself says.
        peer: The address at the other end of the connection; None if it has none, as on a Unix socket.
        body: The bytes of the body, at most `LARGEST_BODY`.
        mount: The path under which the pages are mounted, without a trailing slash.
        raw_path: The whole path, mount included, as the browser sent it; by default mount and path, encoded again.
    """

    method: str
    path: str = field(repr=False)  # may contain the secret of a link, as headers contain cookies and tokens
    query: str = field(default="", repr=False)
    headers: Iterable[tuple[str, str]] = field(default=(), repr=False)
    scheme: str = "http"
    peer: str | None = None
    body: bytes = field(default=b"", repr=False)
    mount: str = ""
    raw_path: str = field(default="", repr=False)

    @property
    def target(self) -> str:
        """The path with its query, exactly as requested."""
        path = self.raw_path or quoted(self.mount + self.path)
        return f"{path}?{self.query}" if self.query else path

    def header(self, name: str) -> str | None:
        """Return a header that was sent once. One that was sent twice may have been injected, and is ignored."""
        values = self.values_of(name)
        return values[0] if len(values) == 1 else None

    def values_of(self, name: str) -> list[str]:
        """Return all values of a header. Adapters may override this to read only that header."""
        return [value for key, value in self.headers if key == name]

    def cookies(self, name: str) -> list[str]:
        """Return the values of all cookies of a name, in order."""
        return self._cookies.get(name, [])

    def having(self, **changes: Any) -> Request:
        """Return the same request, fully read, with some fields replaced."""
        return Request(**{each.name: getattr(self, each.name) for each in fields(Request)} | changes)

    def with_fields(self, pairs: Iterable[tuple[str, str]]) -> Request:
        """Return the same request with a form that other code has already read, given by its fields, without files."""
        others = [(name, value) for name, value in self.headers if name != "content-type"]
        body = urlencode([*pairs], errors="replace").encode()
        return self.having(headers=(*others, ("content-type", FORM)), body=body)

    @once
    def media_type(self) -> str:
        """The media type of the body, without parameters."""
        return (self.header("content-type") or "").partition(";")[0].strip().lower()

    @property
    def has_form(self) -> bool:
        """Whether the body is a form, in either of the encodings that browsers use."""
        return self.media_type in (FORM, multipart.MULTIPART)

    @once
    def arguments(self) -> Mapping[str, str]:
        """The fields of the query string that occur once."""
        return _fields(self.query)

    @once
    def form(self) -> Mapping[str, str]:
        """The fields of the body's form that occur once; empty if there is no body. Files are ignored.

        Raises:
            TransportError: If the body is of another media type, or malformed.
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
            TransportError: If the body is of another media type, malformed, or not an object.
        """
        if self.media_type != JSON:
            # A form of another site can send text, but not JSON without a preflight.
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
    """Return the fields that occur once. If one occurs twice, it is unclear which is meant and who added the other."""
    all_pairs = list(pairs)
    counts = Counter(name for name, _ in all_pairs)
    return {name: value for name, value in all_pairs if counts[name] == 1}
