"""FastAPI behind a real server, and the example as a person starts it."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import threading
import time
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest
import uvicorn
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

from gatewright.testing import Browser
from large_bodies import send_then_read

ROOT = Path(__file__).resolve().parents[3]


def browser_at(url):
    """A browser whose requests go over the network."""
    client = httpx.Client(base_url=url, trust_env=False)

    def send(method, target, headers, body):
        answer = client.request(method, target, headers=list(headers), content=body)
        client.cookies.clear()
        return answer.status_code, answer.headers.multi_items(), answer.content

    return client, Browser(send)


@contextmanager
def serving(app):
    """Run an application on a free port; yield where."""
    server = uvicorn.Server(uvicorn.Config(app, ws="websockets-sansio", proxy_headers=False, log_config=None))
    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        try:
            yield f"127.0.0.1:{listener.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join(timeout=20)
    assert not thread.is_alive()


@pytest.fixture
def address(app):
    with serving(app) as address:
        yield address


def test_the_sender_of_a_large_body_gets_the_answer(address):
    """Even one that reads only when all is sent, and wants the connection closed."""
    answers = [send_then_read(f"http://{address}/login", b"x" * 3_000_000) for _ in range(5)]

    assert all(answer.startswith(b"HTTP/1.1 413 ") and b"body_too_large" in answer for answer in answers)


def test_pages_and_endpoints_over_http(address, anna, log_in):
    """From the protected page to the login and back, and what is too large on the way."""
    client, browser = browser_at(f"http://{address}")
    with client:
        to_login = browser.get("/dashboard")
        back = log_in(browser, page=to_login.location)
        head = browser.send("HEAD", "/account", headers=[("Accept", "text/html")])
        page = browser.get("/account")
        large = browser.post("/login", {"email": "a" * 100_000})

        assert (to_login.status, back.location) == (303, "/dashboard")
        assert browser.get("/dashboard").text == '{"user":"anna","class":"User"}'
        assert (head.status, head.text) == (200, "")
        assert head.header("content-length") == page.header("content-length")
        assert large.status == 413


def test_sockets_over_http(address, anna, log_in):
    """A handshake with the cookie is the user's, from our own page; any other is refused with a 403."""
    client, browser = browser_at(f"http://{address}")
    with client:
        log_in(browser)
    cookie = {"Cookie": f"gatewright={browser.cookies['gatewright']}"}
    url = f"ws://{address}/private"

    with connect(url, origin=f"http://{address}", additional_headers=cookie, proxy=None) as own:
        assert own.recv() == "anna"
    for origin, headers in ((f"http://{address}", {}), ("https://evil.example", cookie)):
        with (
            pytest.raises(InvalidStatus) as refused,
            connect(url, origin=origin, additional_headers=headers, proxy=None),
        ):
            pass
        assert refused.value.response.status_code == 403


@pytest.fixture
def example(gatewright_settings):
    """The example in a process of its own; yield where it listens."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    url = f"http://127.0.0.1:{port}"
    secret = gatewright_settings.jwt_secret.get_secret_value()
    settings = {"DATABASE_URL": gatewright_settings.database_url, "JWT_SECRET": secret, "PUBLIC_URL": url}
    command = [sys.executable, "-m", "uvicorn", "--app-dir", "examples/fastapi", "app:app", "--port", str(port)]
    process = subprocess.Popen(
        [*command, "--no-proxy-headers", "--log-level", "warning"],
        cwd=ROOT,
        env=os.environ | {f"GATEWRIGHT_{name}": value for name, value in settings.items()},
    )
    try:
        wait_for(port, process)
        yield url
    finally:
        process.terminate()
        assert process.wait(timeout=20) in (0, -15)


def wait_for(port, process):
    """Wait until somebody listens, for 30 seconds at most."""
    for _ in range(300):
        assert process.poll() is None
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    raise TimeoutError("Nobody listens.")


def test_the_example_does_what_it_shows(example, people, anna, log_in):
    """An open page, a dashboard for who is signed in, an area for administrators, and the pages."""
    client, browser = browser_at(example)
    with client:
        guest = browser.get("/")
        back = log_in(browser, page=browser.get("/admin-area").location)
        without = browser.get(back.location)
        people.create_role("admin")
        people.assign_role("admin", username="anna")
        home = browser.get("/")

        assert "Hello, guest" in guest.text
        assert (back.location, without.status) == ("/admin-area", 403)
        assert "anna is an administrator" in browser.get("/admin-area").text
        assert "Signed in as <strong>anna</strong>" in browser.get("/dashboard").text
        assert "Hello, anna" in home.text
        assert browser.get("/docs").status == 200
        assert browser.submit(home.form("/logout")).status == 303
        assert "Hello, guest" in browser.get("/").text
