"""The id of a request in the log."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING

from gatewright.logs import RequestId, begin_request
from gatewright.web.client import Proxies
from gatewright.web.request import Request

if TYPE_CHECKING:
    from gatewright.web.site import Site

_PLAIN = re.compile(r"[A-Za-z0-9._-]{1,64}")
"""Ids that are harmless in a log line, in a header and in a query."""


def begin(site: Site, read: Callable[[], Request]) -> None:
    """Attribute log lines from now on to a request for a site, or for the application behind it.

    Args:
        site: The pages.
        read: Returns the request, if its id is needed: most requests log nothing.
    """
    begin_request(RequestId(lambda: request_id_of(read(), site.proxies, site.parts.new_id)))


def request_id_of(request: Request, proxies: Proxies, new_id: Callable[[], str]) -> str:
    """Return the id that a trusted proxy gave a request, or else a new one.

    Visitors cannot choose it; otherwise they could pass off their log lines as those of other requests.

    Args:
        request: The request.
        proxies: The trusted proxies.
        new_id: Makes a new id.
    """
    said = request.header("x-request-id")
    if said is not None and _PLAIN.fullmatch(said) and proxies.have_sent(request):
        return said
    return new_id()
