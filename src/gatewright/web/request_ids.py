"""How a request is called in the log."""

from __future__ import annotations

import re
from collections.abc import Callable

from gatewright.web.client import Proxies
from gatewright.web.request import Request

_PLAIN = re.compile(r"[A-Za-z0-9._-]{1,64}")
"""What cannot be taken for anything else in a line of a log, in a header or in a query."""


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
