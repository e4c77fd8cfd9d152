"""Forms are taken from our own pages only: no other site may sign a visitor in, or out, or change anything.

Two things must both hold:

1. The browser does not say that the form stood elsewhere. ``Sec-Fetch-Site`` (every current browser, on https and on
   localhost) or ``Origin`` (every browser that can post) say so, and nothing that a page can do changes what they say.
   What comes from a trusted origin counts as ours.
2. The form repeats the token of this visit, which only a page of ours can have shown. It lies in the visit's sealed
   cookie and is a new one after every sign-in.

JSON needs no token: a form cannot send it, and a script of another site would have to ask first, and is refused
unless its origin is trusted.
"""

from __future__ import annotations

import logging
from collections.abc import Collection, MutableMapping
from hmac import compare_digest
from typing import Any

from gatewright.origins import normal_origin
from gatewright.ports import Random
from gatewright.web.client import Client
from gatewright.web.request import Request

FIELD = "csrf_token"
_KEY = "csrf"

_logger = logging.getLogger("gatewright.web")
_LONGEST_ORIGIN = 200
"""In characters, in the log: the client decides what it sends."""


def token_for(visit: MutableMapping[str, Any], random: Random) -> str:
    """Return the token of a visit, the one that it already has, so that open tabs stay good."""
    token = visit.get(_KEY)
    if not isinstance(token, str):
        token = visit[_KEY] = random.token_bytes(16).hex()
    return token


def forget_token(visit: MutableMapping[str, Any]) -> None:
    """Have the next page show a new token."""
    visit.pop(_KEY, None)


def is_own_token(visit: MutableMapping[str, Any], token: str) -> bool:
    """Say whether a form repeats the token of its visit."""
    expected = visit.get(_KEY)
    return isinstance(expected, str) and compare_digest(expected.encode(), token.encode(errors="replace"))


def report(request: Request, path: str, what: str) -> None:
    """Have the operator know of a request that counts as nobody's (OWASP ASVS 5.0, 16.3.3).

    Args:
        request: The request.
        path: Its path without secrets: what is refused leaves the secret of a link good.
        what: What is wrong with it, as a sentence.
    """
    origin = (request.header("origin") or "")[:_LONGEST_ORIGIN]
    _logger.warning("%s %s: %s Origin: %s", request.method, ascii(path), what, ascii(origin))


def is_foreign(request: Request, client: Client, *, public_origin: str | None, trusted: Collection[str]) -> bool:
    """Say whether the browser tells that another site sent this request.

    Args:
        request: The request.
        client: Where it comes from.
        public_origin: Our own origin as visitors know it, where that is set.
        trusted: Other origins whose requests count as ours, as `normal_origin` writes them.
    """
    origins = set(map(normal_origin, request.values_of("origin")))
    if origins and origins <= set(trusted):
        return False
    site = request.header("sec-fetch-site")
    if site is not None:
        return site not in ("same-origin", "none")
    return None in origins or not origins <= {normal_origin(client.origin), public_origin}
