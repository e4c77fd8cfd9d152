"""Headers that let browsers block what gatewright's responses never need (OWASP ASVS 5.0, 3.4)."""

from __future__ import annotations

from gatewright.web.client import Client
from gatewright.web.response import Response

_PAGE_POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; form-action 'self'; "
    "frame-ancestors 'none'; base-uri 'none'; object-src 'none'"
)
_DATA_POLICY = "default-src 'none'; frame-ancestors 'none'"
_POLICY = "Content-Security-Policy"
CONNECTING = {_POLICY: f"{_PAGE_POLICY}; connect-src 'self'"}
"""The headers of a page whose script calls the JSON API."""
_HTTPS_FOR_A_YEAR = ("Strict-Transport-Security", "max-age=31536000")


def protect(response: Response, client: Client) -> Response:
    """Return a response with the headers that all of gatewright's responses have, errors included."""
    is_page = (response.header("content-type") or "").startswith("text/html")
    headers = [
        ("X-Content-Type-Options", "nosniff"),
        ("X-Frame-Options", "DENY"),  # for browsers without frame-ancestors
        ("Cross-Origin-Opener-Policy", "same-origin"),
        ("Cross-Origin-Resource-Policy", "same-origin"),  # does not affect what scripts of trusted origins fetch
        # no-referrer would be stricter, but makes browsers send "Origin: null" with gatewright's own forms.
        ("Referrer-Policy", "same-origin"),
    ]
    if response.header(_POLICY) is None:
        headers.append((_POLICY, _PAGE_POLICY if is_page else _DATA_POLICY))
    if response.header("cache-control") is None:
        headers += [("Cache-Control", "no-store"), ("Vary", "Cookie, Accept-Language")]
    if client.is_https:
        headers.append(_HTTPS_FOR_A_YEAR)
    return response.with_headers(*headers)
