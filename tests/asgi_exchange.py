"""ASGI applications without a server."""

from __future__ import annotations

import asyncio
from urllib.parse import unquote

from gatewright.testing import Browser


async def exchange(app, scope, messages):
    """Give an application the messages of a client, then silence; return what it sent.

    What it raises after it has said that it cannot start is of no more interest, as to servers.
    """
    queue, sent = list(messages), []

    async def receive():
        if not queue:
            await asyncio.Event().wait()
        return queue.pop(0)

    async def send(message):
        sent.append(message)

    try:
        await app(scope, receive, send)
    except Exception:
        if [each["type"] for each in sent] != ["lifespan.startup.failed"]:
            raise
    return sent


class Asgi:
    """Speaks to an application as a server does.

    Args:
        app: The application.
        runner: The event loop that all of a test's requests share.
        scope: What else a scope says: ``root_path``, ``scheme``, ``client``. Paths are whole ones.
    """

    def __init__(self, app, runner, **scope):
        self.app = app
        self._runner = runner
        self._scope = {"scheme": "http", "client": ("203.0.113.7", 4711), "root_path": ""} | scope

    def browser(self, **options):
        return Browser(self.send, **{"is_https": self._scope["scheme"] == "https"} | options)

    def send(self, method, target, headers, body):
        """Send a request; return status, headers and body of the answer."""
        return self._runner.run(self._answer(method, target, headers, body))

    def send_at_once(self, requests):
        """Send many requests at the same time, each as `send` takes it; return the answers in order."""

        async def gather():
            return await asyncio.gather(*(self._answer(*request) for request in requests))

        return self._runner.run(gather())

    async def _answer(self, method, target, headers, body):
        scope = self._request("http", target, headers) | {"asgi": {"version": "3.0"}, "method": method}
        start, *rest = await exchange(self.app, scope, [{"type": "http.request", "body": body}])
        answered = [(name.decode(), value.decode()) for name, value in start["headers"]]
        return start["status"], answered, b"".join(each.get("body", b"") for each in rest)

    def connect(self, target, headers=()):
        """Open a socket and close it again; return what the application sent."""
        scope = self._request("websocket", target, headers) | {"subprotocols": []}
        scope["scheme"] = {"http": "ws", "https": "wss"}[scope["scheme"]]
        return self.run(scope, {"type": "websocket.connect"}, {"type": "websocket.disconnect", "code": 1000})

    def live(self):
        """Start the application and shut it down; return what it sent."""
        return self.run({"type": "lifespan"}, {"type": "lifespan.startup"}, {"type": "lifespan.shutdown"})

    def run(self, scope, *messages):
        """Give the application the messages of a client, then silence; return what it sent."""
        return self._runner.run(exchange(self.app, {"asgi": {"version": "3.0"}} | scope, messages))

    def _request(self, kind, target, headers):
        path, _, query = target.partition("?")
        names = {name.lower() for name, _ in headers}
        host = () if "host" in names else (("host", "localhost:8000"),)
        return self._scope | {
            "type": kind,
            "path": unquote(path),
            "raw_path": path.encode(),
            "query_string": query.encode(),
            "headers": [(name.lower().encode(), value.encode()) for name, value in (*host, *headers)],
        }
