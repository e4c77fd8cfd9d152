"""Read the token of a request, only from the Authorization header (RFC 6750, section 2.1)."""

from __future__ import annotations

import re
from typing import Annotated

from fastapi import Depends, HTTPException, Request
from fastapi.security.base import SecurityBase

from gatewright.adapters.fastapi.schemes import BEARER
from gatewright.errors import InvalidTokenError

_TOKEN = re.compile(r"[A-Za-z0-9._~+/-]+=*")


class Bearer(SecurityBase):
    """A dependency that returns the token as sent, not yet validated."""

    def __init__(self) -> None:
        self.scheme_name = "bearer"  # as in the description of the pages' JSON API, which is part of the same document
        self.model = BEARER

    async def __call__(self, request: Request) -> str:
        """Return the token.

        Raises:
            HTTPException: 401, if no token was sent; it does not say that a token is wrong.
            InvalidTokenError: If what was sent cannot be a token, or there is more than one.
        """
        headers = request.headers.getlist("authorization")
        credentials = [
            value.lstrip()
            for scheme, _, value in (header.partition(" ") for header in headers)
            if scheme.lower() == "bearer" and value
        ]
        if not credentials:
            raise HTTPException(401)
        if len(headers) > 1 or not _TOKEN.fullmatch(credentials[0]):
            raise InvalidTokenError("The request does not contain exactly one well-formed token.", reason="malformed")
        return credentials[0]


Token = Annotated[str, Depends(Bearer())]
