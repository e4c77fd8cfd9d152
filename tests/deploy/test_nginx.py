"""The proxy's configuration, in a real nginx before real servers."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from contextlib import ExitStack

import httpx
import pytest

from gatewright.page_paths import PATHS
from nginx_server import MISSING, NGINX, nginx_command

ADDRESS = "EgKSF3zkkm6Bp8QvNmXkyYvwufthwob4k3"


def free_ports(count):
    with ExitStack() as stack:
        listeners = [stack.enter_context(socket.create_server(("127.0.0.1", 0))) for _ in range(count)]
        return [each.getsockname()[1] for each in listeners]


class Site:
    """Two servers on one database, and nginx before them."""

    def __init__(self, folder, stack):
        self.folder = folder
        self._stack = stack
        self.port, *self.backends = free_ports(3)
        self.url = f"http://127.0.0.1:{self.port}"
        self.servers = [self._serve(port) for port in self.backends]
        for port in self.backends:
            wait_for(lambda port=port: status(f"http://127.0.0.1:{port}/readyz") == 200)
        self.command = nginx_command(folder, port=self.port, backends=self.backends)
        self._start(self.command, "nginx.txt")
        wait_for(lambda: status(f"{self.url}/login") == 200)

    def log(self):
        return [json.loads(line) for line in (self.folder / "access.log").read_text().splitlines()]

    def _serve(self, port):
        settings = {
            "GATEWRIGHT_TRUSTED_PROXIES": "127.0.0.1",
            "GATEWRIGHT_CHALLENGES_PER_ADDRESS": "100000",
            "GATEWRIGHT_CHALLENGES_PER_CLIENT": "100000",
            "GATEWRIGHT_LOG_FORMAT": "json",
        }
        command = [sys.executable, "-m", "gatewright", "serve", "--port", str(port)]
        return self._start(command, f"server-{port}.txt", env=os.environ | settings)

    def _start(self, command, output, **options):
        stream = self._stack.enter_context((self.folder / output).open("wb"))
        process = subprocess.Popen(command, cwd=self.folder, stdout=stream, stderr=stream, **options)
        self._stack.callback(process.wait)
        self._stack.callback(process.terminate)
        return process


def status(url):
    try:
        return httpx.get(url, trust_env=False).status_code
    except httpx.TransportError:
        return None


def wait_for(condition):
    """Look every now and then, for a minute at most."""
    for _ in range(1200):
        if condition():
            return
        time.sleep(0.05)
    raise AssertionError("It did not happen.")


@pytest.fixture
def site(tmp_path):
    if NGINX is None:
        pytest.skip(MISSING)
    with ExitStack() as stack:
        yield Site(tmp_path, stack)


def test_servers_behind_it_are_one_site(site):
    """Its log and theirs have the same ids; the checks are not for visitors; one that stops loses no request."""
    subprocess.run([*site.command, "-t"], check=True, capture_output=True)
    answer = httpx.get(f"{site.url}/login?secret=some-secret", headers={"X-Request-ID": "chosen"}, trust_env=False)
    hidden = [status(f"{site.url}/{check}") for check in ("healthz", "readyz")]
    links = [path.format(token="some-secret") for path in PATHS.values() if path.endswith("{token}")]
    for link in links:
        status(f"{site.url}{link}")
        status(f"{site.url}/api{link}")
    statuses, stopped = [], threading.Event()

    def ask():
        with httpx.Client(base_url=site.url, trust_env=False) as client:
            while not stopped.is_set():
                statuses.append(client.post("/challenge", json={"evrmore_address": ADDRESS}).status_code)

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    wait_for(lambda: len(statuses) > 20)
    site.servers[0].send_signal(signal.SIGTERM)
    site.servers[0].wait(timeout=60)
    before = len(statuses)
    wait_for(lambda: len(statuses) > before + 20)
    stopped.set()
    for thread in threads:
        thread.join()
    name = answer.headers["x-request-id"]
    (line,) = [each for each in site.log() if each["request_id"] == name]
    servers = "".join((site.folder / f"server-{port}.txt").read_text() for port in site.backends)

    assert links
    assert hidden == [404, 404]
    assert name != "chosen"
    assert (line["method"], line["path"], line["status"]) == ("GET", "/login", 200)
    assert f'"request_id": "{name}"' in servers
    assert "some-secret" not in servers + (site.folder / "access.log").read_text()
    assert set(statuses) == {200}
