"""The log of a server that runs as a process: one line for each thing, each with the id of its request."""

from __future__ import annotations

import json
import signal
import socket
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest

ADDRESS = "EgKSF3zkkm6Bp8QvNmXkyYvwufthwob4k3"
SERVE = """
import logging
import uvicorn
from gatewright import AsyncEvrmoreAuth, server

auth = AsyncEvrmoreAuth()

@auth.hooks.pre_challenge
def look(evrmore_address):
    logging.getLogger("shop").warning("somebody asks")

@auth.hooks.post_challenge
def fail(challenge):
    raise LookupError(f"about {challenge}")

uvicorn.run(server.create_app(auth), port=PORT, log_config=server.log_config("FORMAT"), http="h11", proxy_headers=False)
"""


@pytest.fixture
def serve(tmp_path):
    """Run a server with hooks, and return its address and what it has logged when it has ended."""
    started = []

    def serve(log_format):
        with socket.create_server(("127.0.0.1", 0)) as listener:
            port = listener.getsockname()[1]
        script = SERVE.replace("PORT", str(port)).replace("FORMAT", log_format)
        process = subprocess.Popen(
            [sys.executable, "-c", script],
            cwd=tmp_path,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )
        started.append(process)
        url = f"http://127.0.0.1:{port}"
        for _ in range(400):
            try:
                httpx.get(f"{url}/healthz", trust_env=False)
                break
            except httpx.TransportError:
                assert process.poll() is None, process.stdout.read()
                time.sleep(0.05)

        def end():
            process.send_signal(signal.SIGTERM)
            return process.communicate(timeout=60)[0].decode()

        return url, end

    yield serve
    for process in started:
        process.kill()
        process.communicate()


def ask(url, **headers):
    return httpx.post(f"{url}/challenge", json={"evrmore_address": ADDRESS}, headers=headers, trust_env=False)


def test_every_line_of_a_request_has_its_id(serve):
    """The application's own, ours and the access log's; the answer names it; requests at once are kept apart."""
    url, end = serve("json")
    with ThreadPoolExecutor(4) as pool:
        ids = [answer.headers["x-request-id"] for answer in pool.map(lambda _: ask(url), range(8))]
    secret = httpx.get(f"{url}/me?token=some-secret", headers={"Authorization": "Bearer abc"}, trust_env=False)
    lines = [json.loads(line) for line in end().splitlines() if line.startswith("{")]

    assert len(set(ids)) == 8
    for each in ids:
        written = sorted(line["logger"] for line in lines if line["request_id"] == each)
        assert written == ["gatewright.hooks", "shop", "uvicorn.access"]
    (access,) = [line for line in lines if line["request_id"] == secret.headers["x-request-id"]]
    assert (access["method"], access["path"], access["status"]) == ("GET", "/me", 401)
    assert {line["request_id"] for line in lines if line["logger"] == "uvicorn.error"} == {None}
    assert "some-secret" not in str(lines)
    assert "asks you to sign in" not in str(lines)


def test_text_names_the_request_too(serve):
    """Before the message."""
    url, end = serve("text")
    name = ask(url).headers["x-request-id"]
    lines = end().splitlines()

    assert any(f"[{name}] 127.0.0.1" in line and '"POST /challenge HTTP/1.1" 200' in line for line in lines)
    assert any(f"[{name}] somebody asks" in line for line in lines)
    assert any("[-] Application startup complete." in line for line in lines)


@pytest.mark.parametrize(
    ("trusted", "said", "is_believed"),
    [
        ("127.0.0.1", "a-proxys_own.id-1", True),
        ("127.0.0.1", "x" * 64, True),
        ("127.0.0.1", "x" * 65, False),
        ("127.0.0.1", "with space", False),
        ("127.0.0.1", 'quo"te', False),
        ("127.0.0.1", "", False),
        ("192.0.2.1", "a-visitors-own", False),
        ("", "a-visitors-own", False),
    ],
)
def test_only_a_proxy_is_believed(open_site, trusted, said, is_believed):
    """And only where it says something plain."""
    client = open_site(trusted_proxies=trusted).client()

    answer = client.get("/healthz", headers={"X-Request-ID": said})
    made = client.get("/healthz").headers["x-request-id"]

    assert (answer.headers["x-request-id"] == said) is is_believed
    assert len(made) == 32
    assert answer.headers.get_list("x-request-id") == [answer.headers["x-request-id"]]


def test_two_ids_are_none(open_site):
    """One of them was added by somebody else."""
    client = open_site(trusted_proxies="127.0.0.1").client()

    answer = client.get("/healthz", headers=[("X-Request-ID", "one"), ("X-Request-ID", "two")])

    assert answer.headers["x-request-id"] not in ("one", "two")


def test_errors_and_pages_name_it_too(open_site):
    """Whoever answers."""
    client = open_site().client()

    for answer in (client.get("/nowhere"), client.get("/login"), client.post("/challenge", content=b"x" * 70_000)):
        assert len(answer.headers["x-request-id"]) == 32
