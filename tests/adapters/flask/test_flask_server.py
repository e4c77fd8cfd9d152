"""An application behind a real server: many visitors at once, over real connections."""

from __future__ import annotations

import re
import socket
import threading
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest
from werkzeug.serving import make_server

from large_bodies import bare_wsgi_server, send_then_read

PASSWORD = "correct horse battery staple"
VISITORS = 8


@pytest.fixture
def url(app):
    """Serve the application by threads on a free port."""
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join(timeout=20)
    server.server_close()


def log_in_as(name, url):
    """Sign in, look around, and return what the visitor saw."""
    with httpx.Client(base_url=url, trust_env=False) as client:
        token = re.search(r'name="csrf_token" value="(\w+)"', client.get("/login").text)[1]
        answer = client.post("/login", data={"csrf_token": token, "email": name, "password": PASSWORD})
        seen = [client.get(path).text for path in ("/", "/async", "/report") * 3]
        return answer.status_code, set(seen)


def test_visitors_who_come_at_once_stay_themselves(url, people):
    """Each sees their own name, on plain and asynchronous views, in whatever thread."""
    names = [f"visitor{number}" for number in range(VISITORS)]
    for name in names:
        people.create_user(name, password=PASSWORD, is_verified=True)
    with ThreadPoolExecutor(VISITORS) as pool:
        results = list(pool.map(lambda name: log_in_as(name, url), names))

    assert results == [(303, {f"hello {name}", f"async {name}", f"report for {name}"}) for name in names]


@pytest.mark.parametrize("length", ["Content-Length: 70000", "Transfer-Encoding: chunked"])
def test_a_large_body_is_refused_on_the_wire(url, length):
    """By its announced length, without waiting for it; or once too much has come."""
    host, port = url.removeprefix("http://").split(":")
    head = (
        f"POST /login HTTP/1.1\r\nHost: {host}\r\nContent-Type: application/x-www-form-urlencoded\r\n{length}\r\n\r\n"
    )
    chunk = b"11170\r\n" + b"x" * 70000 + b"\r\n0\r\n\r\n"
    with socket.create_connection((host, int(port)), timeout=20) as connection:
        connection.sendall(head.encode() + (chunk if "chunked" in length else b""))
        answer = connection.recv(65536)

    assert answer.startswith(b"HTTP/1.1 413 ")


@pytest.mark.parametrize("limit", [None, 10])
def test_the_sender_of_a_large_body_gets_the_answer(app, limit):
    """Even one that reads only when all is sent, from a server that closes connections with bytes unread."""
    app.config["MAX_CONTENT_LENGTH"] = limit
    with bare_wsgi_server(app) as url:
        answers = [send_then_read(f"{url}/login", b"x" * 8_000_000) for _ in range(5)]

    assert all(answer.startswith(b"HTTP/1.0 413 ") and b"body_too_large" in answer for answer in answers)


def test_head_sends_no_body(url):
    """But the length that the page has."""
    with httpx.Client(base_url=url, trust_env=False) as client:
        head = client.head("/login")

    assert (head.status_code, head.content) == (200, b"")
    assert int(head.headers["content-length"]) > 500
