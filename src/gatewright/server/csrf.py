"""Forms are taken from our own page only: no other site may sign a visitor in or out.

A browser says itself where a form stood, and nothing that a page can do changes what it says. So the first of these
that is there decides:

1. ``Sec-Fetch-Site`` (every current browser, on https and on localhost): ours, or the person's own doing.
2. ``Origin`` (every browser that can post, also on plain http): equal to the address that was asked.
3. Neither: an old browser, or no browser. The form's hidden ``csrf_token`` must equal a cookie, which another site
   can make the browser send but cannot read. With it, a script without cookies gets nowhere by leaving headers out.

The token needs no secret and no store: it only proves that whoever wrote the form could read the cookie, and on https
the cookie's ``__Host-`` name keeps neighbours from setting one.
"""

from __future__ import annotations

from hmac import compare_digest

from starlette.requests import Request

from gatewright.server import cookies
from gatewright.system import SystemRandom

FIELD = "csrf_token"


def is_own_form(request: Request, token: str) -> bool:
    """Say whether a form was sent by our own page.

    Args:
        request: The request that carries the form.
        token: The form's ``csrf_token``, or an empty text.
    """
    site = request.headers.get("sec-fetch-site")
    if site is not None:
        return site in ("same-origin", "none")
    origin = request.headers.get("origin")
    if origin is not None:
        return origin == f"{request.url.scheme}://{request.headers.get('host', '')}"
    expected = cookies.CSRF.read(request)
    return bool(expected) and compare_digest(str(expected).encode(), token.encode())


def token_for(request: Request) -> str:
    """Return the token for the next form: the one that the browser already has, so that open tabs stay good."""
    return cookies.CSRF.read(request) or SystemRandom().token_bytes(16).hex()
