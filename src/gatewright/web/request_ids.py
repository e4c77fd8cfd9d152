"""How a request is called in the log."""

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
"""What cannot be taken for anything else in a line of a log, in a header or in a query."""


def begin(site: Site, read: Callable[[], Request]) -> None:
    """Let what is logged from now on belong to a request for a site, or for the application that it stands before.

    Args:
        site: The pages.
        read: Returns the request, should its name be asked for: most requests write no line.
    """
    begin_request(RequestId(lambda: request_id_of(read(), site.proxies, site.parts.new_id)))


def request_id_of(request: Request, proxies: Proxies, new_id: Callable[[], str]) -> str:
    """Return what a proxy has called a request in its own log, if it is one of ours, or a new name.

    A visitor cannot choose it: who could, could make lines of other requests look like theirs.

    Args:
        request: The request.
        proxies: Who is believed.
        new_id: Makes a new name.
    """
    said = request.header("x-request-id")
    if said is not None and _PLAIN.fullmatch(said) and proxies.have_sent(request):
        return said
    return new_id()
