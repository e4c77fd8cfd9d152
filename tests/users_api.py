"""A users' API on the loopback interface, which misbehaves on demand."""

from __future__ import annotations

import json
import socket
import ssl
import struct
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread
from typing import Any
from urllib.parse import unquote

import pytest

PASSWORD = "correct horse battery staple"

Fault = Callable[["Handler"], None]


class UsersAPI:
    """Users from a mapping, over HTTP.

    Args:
        users: By name; each with ``password`` in clear and the fields of the record.
        tls: Speak TLS with this certificate, (certificate file, key file).
    """

    def __init__(self, users: dict[str, dict[str, Any]], *, tls: tuple[str, str] | None = None) -> None:
        self.users = users
        self.fault: Fault | None = None
        self.requests: list[tuple[str, str, str | None]] = []
        self.released = Event()
        self._server = _Server(("127.0.0.1", 0), Handler)
        self._server.api = self
        if tls is not None:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(*tls)
            self._server.socket = context.wrap_socket(self._server.socket, server_side=True)
        self.url = f"{'https' if tls else 'http'}://127.0.0.1:{self._server.server_port}"
        self._thread = Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01})

    def __enter__(self) -> UsersAPI:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.released.set()
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    api: UsersAPI

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing: clients go away in these tests."""


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Server

    def do_GET(self) -> None:
        self._serve(None)

    def do_POST(self) -> None:
        self._serve(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))

    def _serve(self, body: Any) -> None:
        api, self.body = self.server.api, body
        api.requests.append((self.command, self.path, self.headers.get("Authorization")))
        if api.fault is not None:
            api.fault(self)
        elif body is not None:
            self._authenticate(api.users.get(body["username"]), body["password"])
        else:
            user = api.users.get(unquote(self.path.removeprefix("/users/"), errors="strict"))
            self.answer(404 if user is None else 200, _record(user))

    def _authenticate(self, user: dict[str, Any] | None, password: str) -> None:
        if user is None or user["password"] != password:
            self.answer(401, {"code": "invalid_credentials"})
        elif refusal := user.get("refusal"):
            self.answer(403, {"code": refusal})
        else:
            self.answer(200, _record(user))

    def answer(self, status: int, body: Any, **headers: str) -> None:
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def reset(self) -> None:
        """Break the connection without a word."""
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.connection.close()
        self.close_connection = True

    def log_message(self, *_: object) -> None:
        """Say nothing."""


def _record(user: dict[str, Any] | None) -> dict[str, Any]:
    return {name: value for name, value in (user or {}).items() if name not in {"password", "refusal"}}


@pytest.fixture
def serve() -> Callable[..., UsersAPI]:
    """Make an API of three users: one who may sign in, one inactive, one unverified. Start it by ``with``."""

    def make(**options: Any) -> UsersAPI:
        alice = {"username": "alice", "id": 7, "password": PASSWORD, "roles": ["editor"], "email": "a@example.com"}
        bob = {"username": "bob", "password": PASSWORD, "active": False}
        carol = {"username": "carol", "password": PASSWORD, "verified": False}
        return UsersAPI({"alice": alice, "bob": bob, "carol": carol}, **options)

    return make


@pytest.fixture
def api(serve: Callable[..., UsersAPI]) -> Iterator[UsersAPI]:
    """That API without TLS."""
    with serve() as api:
        yield api
