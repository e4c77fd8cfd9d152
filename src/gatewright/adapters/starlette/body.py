"""Read the body of a request, or refuse it."""

from __future__ import annotations

import asyncio
from contextlib import suppress

from starlette.requests import ClientDisconnect
from starlette.types import Message, Receive, Scope, Send

from gatewright.adapters.starlette.translation import to_starlette
from gatewright.web import Response
from gatewright.web.refused_body import MOST_DROPPED
from gatewright.web.request import LARGEST_BODY

PATIENCE = 10.0
"""In seconds. How long a body may take to arrive, wanted or not."""


class Body:
    """The body of one request, while it arrives.

    Args:
        receive: The request's ASGI ``receive``.
    """

    def __init__(self, receive: Receive) -> None:
        self._receive = receive
        self._is_open = True

    async def read(self) -> bytes | None:
        """Return the body, or None if it is larger than anything that a page accepts.

        Raises:
            ClientDisconnect: If the client disconnected; a partial body does not count.
        """
        body = bytearray()
        while self._is_open:
            body += await self._read_chunk()
            if len(body) > LARGEST_BODY:
                return None
        return bytes(body)

    async def refuse(self, response: Response, scope: Scope, send: Send, *, patience: float = PATIENCE) -> None:
        """Respond at once, and discard the rest of the body before the server may close the connection.

        See `gatewright.web.refused_body` for the reason.

        Args:
            response: The response.
            scope: The request's scope.
            send: The request's ``send``.
            patience: Seconds within which the rest must arrive.
        """

        async def send_and_drop(message: Message) -> None:
            if message["type"] == "http.response.body":
                await send({**message, "more_body": True})
                await self._drop_rest(patience)
                message = {"type": "http.response.body", "body": b"", "more_body": False}
            await send(message)

        await to_starlette(response, method=scope["method"])(scope, self._receive, send_and_drop)

    async def _drop_rest(self, patience: float) -> None:
        left = MOST_DROPPED
        with suppress(TimeoutError, ClientDisconnect):
            async with asyncio.timeout(patience):
                while self._is_open and left > 0:
                    left -= len(await self._read_chunk())

    async def _read_chunk(self) -> bytes:
        message = await self._receive()
        if message["type"] == "http.disconnect":
            raise ClientDisconnect
        self._is_open = message.get("more_body", False)
        chunk: bytes = message.get("body", b"")
        return chunk
