"""Who a response is for: a person whose browser navigates to a page, or a script or program.

This is the only place that decides it. A person is shown a page or redirected to one; anything else gets a status and a
problem, since a script would insert a page into its own document.
"""

from __future__ import annotations

from gatewright.web.bearer import carries_token
from gatewright.web.request import Request

_OF_BROWSERS = ("GET", "HEAD", "POST")
"""The methods by which a browser navigates to a page: through a link or a form."""

_OF_LIBRARIES = ("hx-", "x-up-", "turbo-frame")
"""Prefixes of the headers that htmx, Unpoly and Turbo Frames send with their requests."""


def wants_page(request: Request) -> bool:
    """Return whether a person is waiting for a page.

    Programs send ``Accept: */*``, or no ``Accept``, or a token. Scripts may accept HTML, but their browser sends
    ``Sec-Fetch-Mode: cors`` or similar (Fetch Metadata, 2.2), or they identify themselves.
    """
    return (
        request.method in _OF_BROWSERS
        and "text/html" in (request.header("accept") or "").lower()
        and (request.header("sec-fetch-mode") or "navigate") == "navigate"
        and not _is_scripts(request)
        and not carries_token(request)
    )


def is_htmx(request: Request) -> bool:
    """Return whether htmx sent a request. For an ``HX-Redirect`` header, it navigates the whole page."""
    return request.header("hx-request") == "true"


def is_boosted(request: Request) -> bool:
    """Return whether htmx sent the request for what would be a plain link or form without it."""
    return request.header("hx-boosted") == "true"


def _is_scripts(request: Request) -> bool:
    """Return whether a script identifies itself. A value with a dot is an app's name, which Android web views send."""
    asked_with = request.header("x-requested-with") or "."
    return "." not in asked_with or any(name.startswith(_OF_LIBRARIES) for name, _ in request.headers)
