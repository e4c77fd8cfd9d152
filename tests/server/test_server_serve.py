"""The server as an operator runs it: a process of its own, configured by the environment."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from typing import ClassVar

import httpx
import pytest
import uvicorn

from gatewright.server.serve import Connection

SERVE = "from gatewright.server import serve; serve(port={port})"


@pytest.fixture
def process(tmp_path):
    """`serve` on a free port in an empty folder: the process, its address and its log."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    log = tmp_path / "log.txt"
    environment = os.environ | {"GATEWRIGHT_CHALLENGES_PER_CLIENT": "3"}
    with log.open("w") as output:
        running = subprocess.Popen(
            [sys.executable, "-c", SERVE.format(port=port)],
            cwd=tmp_path,
            env=environment,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    url = f"http://127.0.0.1:{port}"
    try:
        for _ in range(200):
            try:
                httpx.get(f"{url}/healthz", trust_env=False)
                break
            except httpx.TransportError:
                assert running.poll() is None, log.read_text()
                time.sleep(0.05)
        yield running, url, log
    finally:
        running.kill()
        running.wait()


def test_serve_needs_nothing_and_gives_nothing_away(process, assert_problem):
    """It makes its database, believes no forwarded header, logs no token, and stops when it is told to."""
    running, url, log = process
    client = httpx.Client(base_url=url, trust_env=False)
    answer = client.get("/healthz")
    assert answer.json() == {"status": "ok"}
    assert "server" not in answer.headers

    client.get("/me", params={"token": "a-token-where-none-belongs"})
    forwarded = [{"X-Forwarded-For": f"10.0.0.{n}", "X-Forwarded-Proto": "https"} for n in range(4)]
    body = {"evrmore_address": "EgKSF3zkkm6Bp8QvNmXkyYvwufthwob4k3"}
    answers = [client.post("/challenge", json=body, headers=headers) for headers in forwarded]

    assert [answer.status_code for answer in answers[:3]] == [200] * 3
    assert_problem(answers[3], 429, "rate_limited")
    assert "strict-transport-security" not in answers[0].headers
    client.close()
    running.send_signal(signal.SIGTERM)
    assert running.wait(timeout=20) in (0, -signal.SIGTERM)
    text = log.read_text()
    assert '"GET /me HTTP/1.1" 401' in text
    assert "a-token-where-none-belongs" not in text
    assert "Traceback" not in text
    assert "Application shutdown complete" in text


def test_one_challenge_gives_one_session_over_the_wire(site, client, assert_problem):
    """Eight at once: one signs in, seven get the one answer for challenges that cannot be used."""
    body = site.signed(client, *site.auth.create_wallet_address())
    before = site.rows()["sessions"]

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: site.client().post("/authenticate", json=body), range(8)))

    winners = [answer for answer in answers if answer.status_code == 200]
    assert len(winners) == 1
    for answer in answers:
        if answer not in winners:
            assert_problem(answer, 401, "invalid_challenge")
    assert site.rows()["sessions"] == before + 1


class SeenConnection(Connection):
    """Notes whether the packets of each connection are sent at once."""

    at_once: ClassVar[list[bool]] = []

    def connection_made(self, transport):
        super().connection_made(transport)
        option = transport.get_extra_info("socket").getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
        self.at_once.append(bool(option))


def test_an_answer_never_waits_for_the_client_to_confirm_a_part_of_it():
    """On a port that workers share asyncio leaves the socket as the system made it."""

    async def hello(scope, receive, send):
        await send({"type": "http.response.start", "status": 204})
        await send({"type": "http.response.body"})

    shared = socket.socket(socket.AF_INET)
    shared.bind(("127.0.0.1", 0))
    shared.listen()
    server = uvicorn.Server(uvicorn.Config(hello, http=SeenConnection, ws="none", lifespan="off", log_config=None))
    serving = threading.Thread(target=server.run, kwargs={"sockets": [shared]})
    serving.start()
    try:
        url = f"http://127.0.0.1:{shared.getsockname()[1]}/"
        httpx.get(url, trust_env=False)
    finally:
        server.should_exit = True
        serving.join()
    assert SeenConnection.at_once == [True]
