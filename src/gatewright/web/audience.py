"""Who waits for an answer: a person, whose browser goes to a page, or a script or a program.

The one place where that is decided. A person is shown a page or led to one; anything else gets a status and a problem,
since the script would put a page into its own document.
"""

from __future__ import annotations

from gatewright.web.bearer import carries_token
from gatewright.web.request import Request

_OF_BROWSERS = ("GET", "HEAD", "POST")
"""How a browser goes to a page: by a link or a form."""

_OF_LIBRARIES = ("hx-", "x-up-", "turbo-frame")
"""How the headers begin that htmx, Unpoly and Turbo's frames send with what they fetch."""


def wants_page(request: Request) -> bool:
    """Say whether a person waits for a page.

    Programs say ``*/*`` in ``Accept``, or nothing, or send a token. Scripts may accept pages, but their browser says
    ``Sec-Fetch-Mode: cors`` or the like (Fetch Metadata, 2.2), or they say it themselves.
    """
    return (
        request.method in _OF_BROWSERS
        and "text/html" in (request.header("accept") or "").lower()
        and (request.header("sec-fetch-mode") or "navigate") == "navigate"
        and not _is_scripts(request)
        and not carries_token(request)
    )


def is_htmx(request: Request) -> bool:
    """Say whether htmx has sent a request. It follows the header ``HX-Redirect`` with the whole page."""
    return request.header("hx-request") == "true"


def is_boosted(request: Request) -> bool:
    """Say whether htmx sends what would be a link or a form of the page without it."""
    return request.header("hx-boosted") == "true"


def _is_scripts(request: Request) -> bool:
    """Say whether a script names itself. With a dot it is an app's name, which Android's web views send of theirs."""
    asked_with = request.header("x-requested-with") or "."
    return "." not in asked_with or any(name.startswith(_OF_LIBRARIES) for name, _ in request.headers)
