"""Refuse bodies that are too large or arrive too slowly."""

from __future__ import annotations

import asyncio

from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from gatewright.adapters.starlette.body import PATIENCE, Body
from gatewright.web.problems import transport_problem


class BodyLimit:
    """Reads the whole body before the application runs, so that the limit applies with or without a Content-Length.

    Args:
        app: The application.
        patience: Seconds within which a body must arrive, and as many again for the rest of one that is refused.
    """

    def __init__(self, app: ASGIApp, *, patience: float = PATIENCE) -> None:
        self._app = app
        self._patience = patience

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Refuse the request, or run the application with the complete body."""
        if scope["type"] != "http":
            return await self._app(scope, receive, send)
        arriving, status = Body(receive), 413
        try:
            async with asyncio.timeout(self._patience):
                body = await arriving.read()
        except ClientDisconnect:
            return None
        except TimeoutError:
            body, status = None, 408
        if body is None:
            refusal = transport_problem(status, {"Connection": "close"}).response
            return await arriving.refuse(refusal, scope, send, patience=self._patience)
        return await self._app(scope, _replay(body, receive), send)


def _replay(body: bytes, receive: Receive) -> Receive:
    """Return a ``receive`` that first returns the body, and then waits for the client as the given one does."""
    unread = [body]

    async def receive_again() -> Message:
        if unread:
            return {"type": "http.request", "body": unread.pop(), "more_body": False}
        return await receive()

    return receive_again
