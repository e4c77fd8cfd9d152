"""Dependencies: where a request comes from, and the `AsyncEvrmoreAuth` that serves it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, cast

from fastapi import Depends, Request

from gatewright.adapters.starlette import visit_of
from gatewright.evrmore import AsyncEvrmoreAuth


@dataclass(frozen=True, slots=True)
class Client:
    """Where a request comes from.

    Args:
        ip_address: According to the connection or a trusted proxy; None if not an IP address, as on a Unix socket.
        user_agent: The ``User-Agent`` header.
    """

    ip_address: str | None
    user_agent: str | None


def client_of(request: Request) -> Client:
    """Return where a request comes from."""
    return Client(visit_of(request).client.ip_address, request.headers.get("user-agent"))


def auth_of(request: Request) -> AsyncEvrmoreAuth:
    """Return the auth that the application serves."""
    return cast(AsyncEvrmoreAuth, request.app.state.auth)


Auth = Annotated[AsyncEvrmoreAuth, Depends(auth_of)]
Visitor = Annotated[Client, Depends(client_of)]
