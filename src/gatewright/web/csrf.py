"""CSRF protection: no other site can sign a visitor in or out, or change anything.

A form is accepted only if both hold:

1. The browser does not say that it was sent from another site, by ``Sec-Fetch-Site`` (every current browser, on https
   and on localhost) or ``Origin`` (every browser that can post). A page cannot influence these headers. Trusted origins
   count as same-site.
2. The form repeats the token of this visit, which only one of gatewright's pages can have shown. The token is stored in
   the visit's sealed cookie and replaced after every sign-in.

JSON needs no token: a form cannot send it, and a script of another site would need a preflight, which is refused unless
its origin is trusted.
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
"""In characters, in the log: clients can send any value."""


def token_for(visit: MutableMapping[str, Any], random: Random) -> str:
    """Return the token of a visit. It stays the same, so that forms in open tabs remain valid."""
    token = visit.get(_KEY)
    if not isinstance(token, str):
        token = visit[_KEY] = random.token_bytes(16).hex()
    return token


def forget_token(visit: MutableMapping[str, Any]) -> None:
    """Make the next page use a new token."""
    visit.pop(_KEY, None)


def is_own_token(visit: MutableMapping[str, Any], token: str) -> bool:
    """Return whether a form repeats the token of its visit."""
    expected = visit.get(_KEY)
    return isinstance(expected, str) and compare_digest(expected.encode(), token.encode(errors="replace"))


def report(request: Request, path: str, what: str) -> None:
    """Log a request that is treated as a guest's or refused (OWASP ASVS 5.0, 16.3.3).

    Args:
        request: The request.
        path: Its path without secrets: a refused request leaves the secret of a link valid.
        what: What is wrong with it, as a sentence.
    """
    origin = (request.header("origin") or "")[:_LONGEST_ORIGIN]
    _logger.warning("%s %s: %s Origin: %s", request.method, ascii(path), what, ascii(origin))


def is_foreign(request: Request, client: Client, *, public_origin: str | None, trusted: Collection[str]) -> bool:
    """Return whether the browser says that another site sent this request.

    Args:
        request: The request.
        client: Where it comes from.
        public_origin: The site's own public origin, if configured.
        trusted: Other origins whose requests count as the site's own, normalised by `normal_origin`.
    """
    origins = set(map(normal_origin, request.values_of("origin")))
    if origins and origins <= set(trusted):
        return False
    site = request.header("sec-fetch-site")
    if site is not None:
        return site not in ("same-origin", "none")
    return None in origins or not origins <= {normal_origin(client.origin), public_origin}
