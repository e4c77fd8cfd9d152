"""``gatewright serve``."""

from __future__ import annotations

import re
import signal
import socket
import time

import httpx
import pytest

from gatewright.cli.serve import _url_of
from gatewright.testing import Browser

SECONDS = 60
PASSWORD = "correct horse battery staple"


@pytest.fixture
def port():
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.fixture
def serve(start, port, folder):
    """Serve on a free port: the greeting, a browser, and the text that the console shows by now."""

    def serve(**env):
        errors = folder / "stderr.txt"
        with errors.open("wb") as stream:
            process = start("serve", "--port", str(port), stderr=stream, env=env)
        wait_for(lambda: process.poll() is not None or "running on" in errors.read_text())
        assert process.poll() is None, errors.read_text()
        return process, httpx.Client(base_url=f"http://127.0.0.1:{port}", trust_env=False), errors.read_text

    return serve


def wait_for(condition):
    """Look every now and then, for a minute at most."""
    for _ in range(SECONDS * 10):
        if condition():
            return
        time.sleep(0.1)
    raise AssertionError("It did not happen.")


def stop(process):
    """Ask the server to end, and return what it has printed."""
    process.send_signal(signal.SIGTERM)
    return process.communicate(timeout=SECONDS)[0].decode()


def browser_of(client):
    """A browser that speaks through a client, and keeps its cookies itself."""

    def send(method, target, headers, body):
        client.cookies.clear()
        answer = client.request(method, target, headers=list(headers), content=body)
        return answer.status_code, answer.headers.multi_items(), answer.content

    return Browser(send)


def test_it_says_how_to_sign_in_and_serves(serve, port):
    """The greeting names the address, the pages and the commands; the address answers; a signal ends it."""
    process, client, _ = serve()
    with client:
        status = client.get("/healthz").status_code
    greeting = stop(process)

    assert status == 200
    assert f"http://127.0.0.1:{port}\n" in greeting
    assert f"open http://127.0.0.1:{port}/signup\n" in greeting
    assert "gatewright wallet new" in greeting
    assert "gatewright wallet sign" in greeting
    assert "Emails are printed here" in greeting
    assert "\x1b" not in greeting


@pytest.mark.parametrize(("name", "value"), [("ENABLE_WALLET_LOGIN", "false"), ("METHODS", "password")])
def test_it_says_only_what_is_there(serve, name, value):
    """Neither a page that is switched off, nor mails that go elsewhere; no form of the home page leads nowhere."""
    off = {f"GATEWRIGHT_{name}": value, "GATEWRIGHT_ENABLE_SIGNUP": "false", "GATEWRIGHT_MAIL_DELIVERY": "command"}
    process, client, _ = serve(**off)
    with client:
        assert "evrmore_address" not in client.get("/").text
    greeting = stop(process)

    assert [line for line in greeting.splitlines() if "listens on" not in line and '"GET / ' not in line] == []


def test_a_newcomer_needs_nothing_but_the_console(serve, port):
    """Signup, the mail on the console, its link, login, account, logout: with no setting at all."""
    process, client, console = serve()
    browser = browser_of(client)
    typed = {"email": "ada@example.com", "password": PASSWORD, "password_confirm": PASSWORD}
    browser.submit(browser.get("/signup").form("/signup"), **typed)
    link = re.compile(rf"http://127\.0\.0\.1:{port}(/email_verification/\S+)")
    wait_for(lambda: link.search(console()))
    login = browser.follow(browser.submit(browser.get(link.search(console())[1]).form()))
    signed_in = browser.submit(login.form("/login"), email="ada@example.com", password=PASSWORD)
    account = browser.get("/account")
    browser.submit(account.form("/logout"))
    goodbye = browser.get("/account")
    client.close()
    stop(process)

    assert signed_in.location == "/"
    assert "ada@example.com" in account.text
    assert goodbye.location.startswith("/login")
    assert PASSWORD not in console()


def test_an_unsafe_configuration_does_not_start(invoke):
    """The error stands alone: no greeting, no server's traceback."""
    result = invoke("serve", GATEWRIGHT_ENV="production")

    assert (result.exit_code, result.stdout) == (3, "")
    assert result.stderr.startswith("error: Production needs a secret")


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("GATEWRIGHT_ENV", "production", "error: Set GATEWRIGHT_PUBLIC_URL in production"),
        ("GATEWRIGHT_USER_PROVIDER", "SQLProvider", "error: There is no user provider 'SQLProvider'"),
        ("GATEWRIGHT_TRUSTED_PROXIES", "nginx", "error: GATEWRIGHT_TRUSTED_PROXIES must list addresses"),
    ],
)
def test_pages_that_cannot_work_do_not_start(invoke, port, name, value, words):
    """A server that started without them would answer every request with 500."""
    settings = {"GATEWRIGHT_JWT_SECRET": "a secret for tests, longer than 32 bytes", name: value}
    result = invoke("serve", "--port", str(port), **settings)

    assert (result.exit_code, result.stdout) == (3, "")
    assert result.stderr.startswith(words)


@pytest.mark.parametrize("port", ["0", "65536", "-1", "http", ""])
def test_a_port_is_a_number_in_range(invoke, port):
    """Anything else is bad input."""
    assert invoke("serve", "--port", port).exit_code == 2


@pytest.mark.parametrize("workers", ["1", "2"])
def test_an_address_that_cannot_be_listened_on_is_told_before_anything_else(run, workers):
    """Another program has it: no greeting says that the server listens there."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        code, stdout, stderr = run("serve", "--port", port, "--workers", workers)

    assert (code, stdout) == (3, b"")
    assert f"error: Cannot listen on 127.0.0.1 port {port}: Address already in use".encode() in stderr


@pytest.mark.parametrize(
    ("host", "metrics"),
    [("127.0.0.1", "127.0.0.1"), ("localhost", "127.0.0.1"), ("0.0.0.0", "127.0.0.1"), ("::1", "[::]")],
)
def test_pages_and_metrics_at_one_address(invoke, port, host, metrics):
    """The server would listen for the metrics, and then find that its own address is taken."""
    where = {"GATEWRIGHT_METRICS": "true", "GATEWRIGHT_METRICS_ADDRESS": f"{metrics}:{port}"}
    result = invoke("serve", "--host", host, "--port", str(port), **where)

    assert (result.exit_code, result.stdout) == (3, "")
    assert f"error: The pages and the metrics cannot both use port {port}." in result.stderr


@pytest.mark.parametrize("host", ["nosuch.invalid", "203.0.113.7", "[::1]", "a b", f"{'a' * 70}.example"])
def test_a_host_that_is_not_this_machine_is_told(invoke, port, host):
    result = invoke("serve", "--host", host, "--port", str(port))

    assert (result.exit_code, result.stdout) == (3, "")
    assert f"error: Cannot listen on {host} port {port}: " in result.stderr


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
