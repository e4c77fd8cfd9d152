"""Read the token of a request, only from the Authorization header (RFC 6750, section 2.1)."""

from __future__ import annotations

import re

from gatewright.web.request import Request

_CREDENTIALS = re.compile(r"bearer +([A-Za-z0-9._~+/-]+=*)", re.IGNORECASE)


def carries_token(request: Request) -> bool:
    """Return whether a request was sent by a program that has a token. If so, its cookies are ignored."""
    values = request.values_of("authorization")
    return bool(values) and any(value[:6].lower() == "bearer" for value in values)


def bearer_token(request: Request) -> str | None:
    """Return the token, not yet validated, or None unless there is exactly one."""
    found = _CREDENTIALS.fullmatch(request.header("authorization") or "")
    return None if found is None else found[1]
