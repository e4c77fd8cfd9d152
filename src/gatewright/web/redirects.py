"""Where a sign-in may lead: to the address that was asked for, or the page a visitor was on, if it is on this site."""

from __future__ import annotations

import re
from collections.abc import Collection
from urllib.parse import quote, unquote

from gatewright.origins import normal_origin
from gatewright.web.audience import is_boosted, is_htmx
from gatewright.web.raw_path import ASCII
from gatewright.web.request import Request

LONGEST = 8000
"""In characters. With method and version it fits into the 8 KiB that common servers take for a request line."""

_LONGEST_PATH = 2000
_CONTROLS = re.compile(r"[\x00-\x1f\x7f]")


def local_path(target: str | None) -> str | None:
    """Return a target as a path of this site, or None where it could lead elsewhere (OWASP ASVS 5.0, 3.7.2).

    What is percent-encoded stays as it is; only what no header can hold is encoded. Nothing passes but one slash and
    what a browser cannot read in two ways: browsers drop tabs, line breaks and leading control characters, take a
    backslash for a slash, and read two slashes as another host.

    Args:
        target: A path with its query and fragment, of 8000 characters at most, 2000 of them the path.
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
    """Return where a visitor goes on who must first prove who they are: by GET, so never a form's own act.

    That is what they asked for; or for a form, and for what htmx fetches into a page, the page that they were on.

    Args:
        request: What they asked.
        hosts: What this site is called, with the port where there is one.
    """
    is_reading = request.method in ("GET", "HEAD")
    page = None
    if is_htmx(request) and not (is_reading and is_boosted(request)):
        page = request.header("hx-current-url")
    elif not is_reading:
        page = request.header("referer")
    return _path_of(page, hosts) or local_path(request.target)


def _could_leave(path: str) -> bool:
    """Say whether somebody who decodes a path once more, or resolves its dots, could leave the site.

    Browsers have resolved dots before they ask, so no address of theirs is lost.
    """
    seen = _CONTROLS.sub("", unquote(path)).replace("\\", "/")
    return seen.startswith("//") or any(segment in (".", "..") for segment in seen.split("/"))


def _path_of(url: str | None, hosts: Collection[str]) -> str | None:
    """Return the path of a URL with query and fragment, where its host is one of these."""
    scheme, _, rest = (url or "").partition("://")
    host, _, path = rest.partition("/")
    origin = normal_origin(f"{scheme}://{host}")
    is_own = origin is not None and origin in {normal_origin(f"{scheme}://{each}") for each in hosts}
    return local_path(f"/{path}") if is_own else None
