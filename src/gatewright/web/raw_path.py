"""The address of a request as the browser wrote it. Frameworks hand it on decoded, where ``%2F`` and ``/`` are one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote, unquote

ASCII = "".join(map(chr, range(0x21, 0x7F)))
"""Every character that a URL can be sent with as it is."""

_OF_PATHS = "/:@!$&'()*+,;="
"""What a path holds without encoding, beside the unreserved characters (RFC 3986, 3.3)."""


def as_sent(sent: bytes) -> str:
    """Return a part of a request line as text; bytes that no URL may have are percent-encoded."""
    return quote(sent, safe=ASCII)


def sent_under_wsgi(environ: Mapping[str, Any]) -> bytes | None:
    """Return what stood in the request line, where the server tells: PEP 3333 has no place for it."""
    sent = environ.get("REQUEST_URI") or environ.get("RAW_URI")
    return None if sent is None else str(sent).encode("latin-1", errors="replace")


def raw_path(sent: bytes | None, *, root: str, path: str) -> str:
    """Return a request's whole path, percent-encoded.

    Args:
        sent: What stood in the request line, if the server tells.
        root: Where the application is mounted, decoded. A proxy may have taken it off before.
        path: The path below it, decoded; what is encoded again where the server tells nothing.
    """
    if sent is None or not sent.startswith(b"/"):  # a whole URL, as a proxy is asked (RFC 9112, 3.2.2)
        return quoted(root + path)
    raw = as_sent(sent.partition(b"?")[0])
    is_below = f"{unquote(raw)}/".startswith(f"{root}/") and unquote(raw) != path
    return raw if is_below else quoted(root) + raw


def quoted(path: str) -> str:
    """Return a decoded path percent-encoded."""
    return quote(path, safe=_OF_PATHS, errors="replace")
