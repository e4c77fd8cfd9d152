"""A thousand sign-ins at once, at an application of their own: gunicorn is still at them when everybody has gone."""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from contextlib import closing
from urllib.parse import urlsplit

import pytest

from running_examples import PASSWORD

PATIENCE = 4
"""Seconds that everybody waits after the first sign-in: gunicorn refuses none, and keeps waiting those that it has no
thread for."""

SLOW_MACHINE = 120
"""Seconds for the first sign-in, since a server that takes all connections at once reads all requests before it."""

REFUSED = None
"""Nobody has answered in time, or the connection was closed."""

MEBIBYTES = 64 + 2 * 19
"""What they may add to the memory that a process has had at most: two passwords are hashed at once, at 19 MiB each."""


async def sign_in(address):
    """Send a sign-in on a connection of its own, and return the status; some servers refuse connections."""
    body = json.dumps({"email": "anna", "password": PASSWORD}).encode()
    head = (
        f"POST /api/login HTTP/1.1\r\nHost: {address.netloc}\r\nConnection: close\r\nContent-Type: application/json\r\n"
    )
    message = head.encode() + b"Content-Length: %d\r\n\r\n" % len(body) + body
    try:
        reader, writer = await asyncio.open_connection(address.hostname, address.port)
        with closing(writer):
            writer.write(message)
            return int((await reader.readline()).split()[1])
    except (OSError, IndexError):  # IndexError: closed without an answer
        return REFUSED


async def sign_in_together(address, people):
    """Return what each of so many people was answered by a time after the first was signed in."""
    sign_ins = [asyncio.create_task(sign_in(address)) for _ in range(people)]
    async with asyncio.timeout(SLOW_MACHINE):
        for answer in asyncio.as_completed(sign_ins):
            if await answer == 200:
                break
    _, waiting = await asyncio.wait(sign_ins, timeout=PATIENCE)
    for task in waiting:
        task.cancel()
    await asyncio.wait(sign_ins)
    return [REFUSED if task.cancelled() else task.result() for task in sign_ins]


@pytest.mark.long
def test_a_thousand_sign_ins_at_once(site, usage):
    """Some are signed in; the others are told to come back, or wait in a queue that costs nothing."""
    before = usage.largest_mib()
    statuses = Counter(asyncio.run(sign_in_together(urlsplit(site.url), 1_000)))

    assert statuses[200] > 0
    assert set(statuses) <= {200, 503, REFUSED}
    assert usage.largest_mib() - before < MEBIBYTES
