"""The path of a request as the browser sent it. Frameworks decode it, so that ``%2F`` and ``/`` look the same."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote, unquote

ASCII = "".join(map(chr, range(0x21, 0x7F)))
"""Every character that may appear in a URL as sent."""

_OF_PATHS = "/:@!$&'()*+,;="
"""What a path may contain unencoded, besides the unreserved characters (RFC 3986, 3.3)."""


def as_sent(sent: bytes) -> str:
    """Return a part of a request line as text; bytes that are not allowed in URLs are percent-encoded."""
    return quote(sent, safe=ASCII)


def sent_under_wsgi(environ: Mapping[str, Any]) -> bytes | None:
    """Return the raw target of the request line, if the server provides it: PEP 3333 does not define it."""
    sent = environ.get("REQUEST_URI") or environ.get("RAW_URI")
    return None if sent is None else str(sent).encode("latin-1", errors="replace")


def raw_path(sent: bytes | None, *, root: str, path: str) -> str:
    """Return a request's whole path, percent-encoded.

    Args:
        sent: The raw target of the request line, if the server provides it.
        root: Where the application is mounted, decoded. A proxy may already have removed it.
        path: The path relative to it, decoded; encoded again if the server provides no raw target.
    """
    if sent is None or not sent.startswith(b"/"):  # an absolute URL, as sent to proxies (RFC 9112, 3.2.2)
        return quoted(root + path)
    raw = as_sent(sent.partition(b"?")[0])
    is_below = f"{unquote(raw)}/".startswith(f"{root}/") and unquote(raw) != path
    return raw if is_below else quoted(root) + raw


def quoted(path: str) -> str:
    """Return a decoded path percent-encoded."""
    return quote(path, safe=_OF_PATHS, errors="replace")
