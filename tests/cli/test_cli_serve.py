"""``gatewright serve``."""

from __future__ import annotations

import signal
import socket
from urllib.request import urlopen

import pytest

from gatewright.cli.serve import _url_of

SECONDS = 60


@pytest.fixture
def port():
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def test_it_says_how_to_sign_in_and_serves(start, port):
    """The greeting names the address and the commands; the address answers; a signal ends it."""
    process = start("serve", "--port", str(port))
    greeting = b"".join(process.stdout.readline() for _ in range(6)).decode()
    lines = []
    while not any(b"running on" in line for line in lines) and process.poll() is None:
        lines.append(process.stderr.readline())
    with urlopen(f"http://127.0.0.1:{port}/healthz", timeout=SECONDS) as answer:
        status = answer.status
    process.send_signal(signal.SIGTERM)
    process.communicate(timeout=SECONDS)

    assert status == 200
    assert f"http://127.0.0.1:{port}\n" in greeting
    assert "gatewright wallet new" in greeting
    assert "gatewright wallet sign" in greeting
    assert "\x1b" not in greeting


def test_an_unsafe_configuration_does_not_start(invoke):
    """The error stands alone: no greeting, no server's traceback."""
    result = invoke("serve", GATEWRIGHT_ENV="production")

    assert (result.exit_code, result.stdout) == (3, "")
    assert result.stderr.startswith("error: Production needs a secret")


@pytest.mark.parametrize("port", ["0", "65536", "-1", "http", ""])
def test_a_port_is_a_number_in_range(invoke, port):
    """Anything else is bad input."""
    assert invoke("serve", "--port", port).exit_code == 2


@pytest.mark.parametrize(
    ("host", "url"),
    [
        ("127.0.0.1", "http://127.0.0.1:80"),
        ("0.0.0.0", "http://127.0.0.1:80"),
        ("::", "http://[::1]:80"),
        ("::1", "http://[::1]:80"),
        ("auth.example.org", "http://auth.example.org:80"),
    ],
)
def test_the_address_can_be_opened(host, url):
    """What a server listens on is not always what a browser opens."""
    assert _url_of(host, 80) == url
