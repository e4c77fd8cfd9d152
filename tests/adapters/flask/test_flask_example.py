"""The example, as ``make example-flask`` starts it: a process, a database, a browser."""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sys
import time
from pathlib import Path

import httpx
import pytest

from gatewright.testing import Browser

ROOT = Path(__file__).resolve().parents[3]
PASSWORD = "correct horse battery staple"
ENOUGH = 60  # seconds


@pytest.fixture
def environment(tmp_path):
    """What the process finds set: a database of the test's own."""
    return os.environ | {"GATEWRIGHT_DATABASE_URL": f"sqlite:///{tmp_path}/flask.db", "PYTHONUNBUFFERED": "1"}


@pytest.fixture
def output(tmp_path):
    """What the process has printed, mails included."""
    return tmp_path / "output"


@pytest.fixture
def url(environment, output):
    """Start the example and wait until it listens."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    command = [sys.executable, "-m", "flask", "--app", "examples/flask/app", "run", "--port", str(port)]
    with (
        output.open("wb") as stream,
        subprocess.Popen(command, cwd=ROOT, env=environment, stdout=stream, stderr=stream) as process,
    ):
        try:
            wait_until(lambda: "Running on" in output.read_text() or process.poll() is not None)
            assert process.poll() is None, output.read_text()
            yield f"http://127.0.0.1:{port}"
        finally:
            process.terminate()


@pytest.fixture
def browser(url):
    with httpx.Client(base_url=url, trust_env=False) as client:

        def send(method, target, headers, body):
            path = target.removeprefix(url)
            answer = client.request(method, path, headers=list(headers), content=body)
            client.cookies.clear()
            return answer.status_code, answer.headers.multi_items(), answer.content

        yield Browser(send)


@pytest.fixture
def run_command(environment):
    """Run ``flask gatewright`` as the README of the examples says."""

    def run(*arguments):
        command = [sys.executable, "-m", "flask", "--app", "examples/flask/app", "gatewright", *arguments]
        subprocess.run(command, cwd=ROOT, env=environment, check=True, capture_output=True, timeout=ENOUGH)

    return run


def wait_until(condition):
    deadline = time.perf_counter() + ENOUGH
    while not condition():
        assert time.perf_counter() < deadline
        time.sleep(0.05)


def test_a_visitor_signs_up_and_becomes_an_administrator(browser, run_command, output):
    """By the pages, by the mail on the console, and by the command that gives the role."""
    guest = browser.get("/")
    form = browser.get("/signup").form("/signup")
    browser.submit(form, email="anna@example.com", username="anna", password=PASSWORD, password_confirm=PASSWORD)
    link = re.compile(r"http://127\.0\.0\.1:\d+(/email_verification/\S+)")
    wait_until(lambda: link.search(output.read_text()))
    verification = browser.get(link.search(output.read_text())[1])
    browser.follow(browser.submit(verification.forms[-1]))

    led = browser.get("/dashboard")
    form = browser.get(led.location).form("/login")
    answer = browser.submit(form, email="anna@example.com", password=PASSWORD)
    refused = browser.get("/admin-area").status
    run_command("role", "create", "admin")
    run_command("role", "assign", "admin", "anna")
    welcomed = browser.get("/admin-area")
    left = browser.submit(welcomed.form("/logout"))

    assert "Hello, guest" in guest.text
    assert (led.status, answer.status, answer.location) == (303, 303, "/dashboard")
    assert (refused, welcomed.status) == (403, 200)
    assert "anna is an administrator." in welcomed.text
    assert (left.location, browser.get("/dashboard").status) == ("/", 303)
