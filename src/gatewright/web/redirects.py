"""Where a sign-in may redirect: to the requested URL, or the page the visitor was on, if it is on this site."""

from __future__ import annotations

import re
from collections.abc import Collection
from urllib.parse import quote, unquote

from gatewright.origins import normal_origin
from gatewright.web.negotiation import is_boosted, is_htmx
from gatewright.web.raw_path import ASCII
from gatewright.web.request import Request

LONGEST = 8000
"""In characters. With method and version it fits into the 8 KiB that common servers accept as a request line."""

_LONGEST_PATH = 2000
_CONTROLS = re.compile(r"[\x00-\x1f\x7f]")


def local_path(target: str | None) -> str | None:
    """Return a target as a path of this site, or None if it could lead elsewhere (OWASP ASVS 5.0, 3.7.2).

    Percent-encoding stays unchanged; only characters that a header cannot hold are encoded. A target must begin with
    exactly one slash, and browsers must not be able to read it differently: they drop tabs, line breaks and leading
    control characters, treat a backslash as a slash, and read two slashes as another host.

    Args:
        target: A path with query and fragment, at most 8000 characters, of which the path may be 2000.
    """
    if not target or target[0] != "/" or _CONTROLS.search(target):
        return None
    try:
        encoded = quote(target, safe=ASCII)
    except UnicodeEncodeError:  # a lone surrogate
        return None
    path = re.split("[?#]", encoded, maxsplit=1)[0]
    is_too_long = len(encoded) > LONGEST or len(path) > _LONGEST_PATH
    return None if is_too_long or "\\" in path or _could_leave(path) else encoded


def way_back(request: Request, hosts: Collection[str]) -> str | None:
    """Return where a visitor continues after authenticating. They get there by GET, so no form is submitted again.

    That is what they requested; for a form, and for what htmx fetches into a page, it is the page that they were on.

    Args:
        request: Their request.
        hosts: The host names of this site, with the port if there is one.
    """
    is_reading = request.method in ("GET", "HEAD")
    page = None
    if is_htmx(request) and not (is_reading and is_boosted(request)):
        page = request.header("hx-current-url")
    elif not is_reading:
        page = request.header("referer")
    return _path_of(page, hosts) or local_path(request.target)


def _could_leave(path: str) -> bool:
    """Return whether decoding a path once more, or resolving its dot segments, could lead off the site.

    Browsers resolve dot segments before they send a request, so no URL of theirs is lost.
    """
    seen = _CONTROLS.sub("", unquote(path)).replace("\\", "/")
    return seen.startswith("//") or any(segment in (".", "..") for segment in seen.split("/"))


def _path_of(url: str | None, hosts: Collection[str]) -> str | None:
    """Return the path of a URL with query and fragment, if its host is one of these."""
    scheme, _, rest = (url or "").partition("://")
    host, _, path = rest.partition("/")
    origin = normal_origin(f"{scheme}://{host}")
    is_own = origin is not None and origin in {normal_origin(f"{scheme}://{each}") for each in hosts}
    return local_path(f"/{path}") if is_own else None
