"""Clients of an application on the loopback interface: some sign in without pause, another requests something else.

They are plain asyncio streams: a client that takes a few microseconds leaves the processor to the application.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from time import perf_counter
from urllib.parse import urlencode

_HOST = "127.0.0.1"
_PAUSE = 0.005
"""Seconds between two pings, which should watch the application, not load it."""


@dataclass(frozen=True)
class Answers:
    """What the clients saw.

    Args:
        sign_ins: How many there were per second.
        pings: Seconds that each ping took.
    """

    sign_ins: float
    pings: list[float]


async def visit(port: int, people: Mapping[str, str], *, seconds: float) -> Answers:
    """Have everybody sign in again and again, each as soon as the last answer arrives, and ping meanwhile.

    Args:
        port: Where the application listens.
        people: Usernames and passwords; each is one client.
        seconds: How long.
    """
    start = perf_counter()
    end = start + seconds
    pinging = asyncio.create_task(_ping(port, end))
    counts = await asyncio.gather(*(_sign_in(port, _form(*person), end) for person in people.items()))
    return Answers(sum(counts) / (perf_counter() - start), await pinging)


async def _sign_in(port: int, request: bytes, end: float) -> int:
    """Sign in until it is time to end, and return how often."""
    reader, writer = await asyncio.open_connection(_HOST, port)
    count = 0
    while perf_counter() < end:
        await _ask(reader, writer, request)
        count += 1
    writer.close()
    return count


async def _ping(port: int, end: float) -> list[float]:
    """Ping until it is time to end, and return how long each took."""
    reader, writer = await asyncio.open_connection(_HOST, port)
    taken = []
    while perf_counter() < end:
        await asyncio.sleep(_PAUSE)
        start = perf_counter()
        await _ask(reader, writer, b"GET /ping HTTP/1.1\r\nHost: localhost\r\n\r\n")
        taken.append(perf_counter() - start)
    writer.close()
    return taken


async def _ask(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, request: bytes) -> None:
    """Send a request and read its answer."""
    writer.write(request)
    head = (await reader.readuntil(b"\r\n\r\n")).lower()
    if not head.startswith(b"http/1.1 200"):
        raise RuntimeError(f"The application answered: {head.decode().splitlines()[0]}")
    length = next(line for line in head.splitlines() if line.startswith(b"content-length:"))
    await reader.readexactly(int(length.partition(b":")[2]))


def _form(username: str, password: str) -> bytes:
    body = urlencode({"username": username, "password": password}).encode()
    head = (
        "POST /login HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/x-www-form-urlencoded\r\n"
        f"Content-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body
