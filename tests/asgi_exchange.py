"""An ASGI application without a server."""

from __future__ import annotations

import asyncio


async def exchange(app, scope, messages):
    """Give an application the messages of a client, then silence; return what it sent."""
    queue, sent = list(messages), []

    async def receive():
        if not queue:
            await asyncio.Event().wait()
        return queue.pop(0)

    async def send(message):
        sent.append(message)

    await app(scope, receive, send)
    return sent
