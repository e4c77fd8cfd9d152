"""A client that takes a few microseconds, and so leaves the processor to the server."""

from __future__ import annotations

import asyncio
import json
from typing import Any, NamedTuple, Self

_HOST = "127.0.0.1"
_PATIENCE = 30.0


class Answer(NamedTuple):
    """What the server answered; the cookie is the first one in ``Set-Cookie``, if any."""

    status: int
    cookie: str | None
    body: Any


class Connection:
    """Sends one request after another, on a connection that is reopened if it was closed.

    Args:
        port: Where the server listens, on the loopback interface.
    """

    def __init__(self, port: int) -> None:
        self._port = port
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        self._close()

    async def ask(self, method: str, path: str, *, body: object = None, **headers: str) -> Answer:
        """Send a request and return the answer.

        Args:
            method: The HTTP method.
            path: The path to request.
            body: Sent as JSON.
            **headers: Such as ``cookie``.

        Raises:
            OSError: If the connection is lost, or nobody answers in time.
        """
        try:
            async with asyncio.timeout(_PATIENCE):
                return await self._ask(_written(method, path, body, headers))
        except (asyncio.IncompleteReadError, OSError) as error:
            self._close()
            raise OSError(f"{method} {path}: {error}") from error

    async def _ask(self, request: bytes) -> Answer:
        self._streams = self._streams or await asyncio.open_connection(_HOST, self._port)
        reader, writer = self._streams
        writer.write(request)
        first, *lines = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").splitlines()
        fields = [line.split(": ", 1) for line in lines if line]
        values = {name.lower(): value for name, value in reversed(fields)}
        content = await reader.readexactly(int(values.get("content-length", "0")))
        if values.get("connection") == "close":
            self._close()
        is_json = "json" in values.get("content-type", "")
        cookie = values.get("set-cookie", "").partition(";")[0] or None
        return Answer(int(first.split()[1]), cookie, json.loads(content) if is_json and content else None)

    def _close(self) -> None:
        if self._streams is not None:
            self._streams[1].close()
            self._streams = None


def _written(method: str, path: str, body: object, headers: dict[str, str]) -> bytes:
    content = b"" if body is None else json.dumps(body).encode()
    lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    head = f"{method} {path} HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\n{lines}"
    return f"{head}content-length: {len(content)}\r\n\r\n".encode() + content
