"""``gatewright serve --workers``: several processes that are one server, and how a server ends."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import time

import httpx
import pytest

SECONDS = 60


@pytest.fixture
def free_port():
    """A port that nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return listener.getsockname()[1]


@pytest.fixture
def serve(start, folder):
    """Serve on a free port: the process, its address, and what it has logged by now."""

    def serve(*options, **env):
        with socket.create_server(("127.0.0.1", 0)) as listener:
            port = listener.getsockname()[1]
        log = folder / "log.txt"
        with log.open("wb") as stream:
            process = start("serve", "--port", str(port), *options, stderr=stream, env=env)
        url = f"http://127.0.0.1:{port}"
        wait_for(lambda: process.poll() is not None or is_up(url))
        assert process.poll() is None, log.read_text()
        return process, url, log.read_text

    return serve


def is_up(url):
    try:
        return httpx.get(f"{url}/readyz", trust_env=False).status_code == 200
    except httpx.TransportError:
        return False


def wait_for(condition):
    """Look every now and then, for a minute at most."""
    for _ in range(SECONDS * 20):
        if condition():
            return
        time.sleep(0.05)
    raise AssertionError("It did not happen.")


def workers_in(log):
    return [int(pid) for pid in re.findall(r"Started server process \[(\d+)\]", log)]


def is_alive(pid):
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def test_workers_are_one_server(serve):
    """What one has made, the other knows; one that is killed is replaced; all end with the first process."""
    process, url, log = serve("--workers", "2")
    wait_for(lambda: log().count("Application startup complete") == 2)
    first = workers_in(log())
    address = "EgKSF3zkkm6Bp8QvNmXkyYvwufthwob4k3"
    answers = [
        httpx.post(f"{url}/challenge", json={"evrmore_address": address}, trust_env=False).status_code
        for _ in range(12)
    ]
    os.kill(first[0], signal.SIGKILL)
    wait_for(lambda: log().count("Application startup complete") == 3)
    after = [httpx.get(f"{url}/readyz", trust_env=False).status_code for _ in range(12)]
    process.send_signal(signal.SIGTERM)
    process.wait(timeout=SECONDS)

    assert len(set(first)) == 2
    assert answers == [200] * 10 + [429] * 2  # counted by both together
    assert after == [200] * 12
    assert log().count("a random secret kept in") == 1
    assert "Traceback" not in log()
    wait_for(lambda: not any(map(is_alive, workers_in(log()))))


@pytest.mark.long
def test_a_worker_that_is_starved_of_time_is_kept(serve):
    """On a machine that has more to do than it can; uvicorn alone would replace it after five seconds."""
    _, _, log = serve("--workers", "2")
    wait_for(lambda: log().count("Application startup complete") == 2)
    starved = workers_in(log())[0]
    os.kill(starved, signal.SIGSTOP)
    time.sleep(8)
    os.kill(starved, signal.SIGCONT)
    time.sleep(1)

    assert len(workers_in(log())) == 2
    assert is_alive(starved)


def test_a_worker_that_cannot_start_any_more_ends_the_server_as_a_failure(serve, folder):
    """So that a service manager starts it again: what the settings name may be there by then."""
    process, _, log = serve("--workers", "2")
    wait_for(lambda: log().count("Application startup complete") == 2)
    (folder / ".env").write_text("GATEWRIGHT_USER_PROVIDER=Nobody\n")
    os.kill(workers_in(log())[0], signal.SIGKILL)

    assert process.wait(timeout=SECONDS) == 3
    assert "There is no user provider 'Nobody'" in log()


def test_workers_end_when_nobody_is_left_to_stop_them(serve):
    """The first process dies without a word."""
    process, _, log = serve("--workers", "2")
    wait_for(lambda: log().count("Application startup complete") == 2)
    process.kill()
    process.wait(timeout=SECONDS)

    wait_for(lambda: not any(map(is_alive, workers_in(log()))))


@pytest.mark.parametrize(
    ("options", "env", "cure"),
    [
        (("--reload",), {}, "Remove --workers"),
        ((), {"GATEWRIGHT_DATABASE_URL": "sqlite://"}, "GATEWRIGHT_DATABASE_URL=sqlite:///gatewright.db"),
    ],
)
def test_workers_that_would_not_be_one_server_are_refused(invoke, options, env, cure):
    """Each with a database of its own, or restarted by itself."""
    result = invoke("serve", "--workers", "2", *options, **env)

    assert (result.exit_code, result.stdout) == (3, "")
    assert cure in result.stderr


@pytest.mark.parametrize("workers", ["0", "-1", "many", "257"])
def test_the_number_of_workers_is_in_range(invoke, workers):
    """Anything else is bad input."""
    assert invoke("serve", "--workers", workers).exit_code == 2


@pytest.mark.parametrize("sent", [signal.SIGTERM, signal.SIGHUP])
def test_what_has_begun_is_answered(serve, sent):
    """A request that is under way when the server is told to stop; meanwhile it is alive, and not ready."""
    if signal.getsignal(sent) == signal.SIG_IGN:
        pytest.skip("does not apply: these tests were started by nohup, and so is the server")
    process, url, log = serve(GATEWRIGHT_SHUTDOWN_DELAY_SECONDS="1")
    with socket.create_connection(("127.0.0.1", int(url.rpartition(":")[2]))) as slow:
        body = b'{"evrmore_address": "EgKSF3zkkm6Bp8QvNmXkyYvwufthwob4k3"}'
        head = (
            f"POST /challenge HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n"
        )
        slow.sendall(head.encode() + b"\r\n" + body[:20])
        httpx.get(f"{url}/healthz", trust_env=False)  # so that the beginning has been read, too
        process.send_signal(sent)
        wait_for(lambda: httpx.get(f"{url}/readyz", trust_env=False).status_code == 503)
        unready = httpx.get(f"{url}/readyz", trust_env=False)
        alive = httpx.get(f"{url}/healthz", trust_env=False)
        wait_for(lambda: "Shutting down" in log())
        slow.sendall(body[20:])
        slow.settimeout(SECONDS)
        answer = slow.recv(65536)

    assert process.wait(timeout=SECONDS) in (0, -signal.SIGTERM)
    assert (unready.json()["code"], unready.headers["retry-after"]) == ("busy", "1")
    assert alive.status_code == 200
    assert answer.startswith(b"HTTP/1.1 200")
    assert "Application shutdown complete" in log()
    assert "Traceback" not in log()


@pytest.mark.parametrize("workers", ["1", "2"])
def test_metrics_are_added_up_beside_the_pages(serve, free_port, workers):
    """Of all workers, of one that is gone too; and not at the address of the pages."""
    metrics = f"http://127.0.0.1:{free_port}/metrics"
    process, url, log = serve(
        *("--workers", workers),
        GATEWRIGHT_METRICS="true",
        GATEWRIGHT_METRICS_ADDRESS=f"127.0.0.1:{free_port}",
        PROMETHEUS_MULTIPROC_DIR="",  # as unset
    )
    wait_for(lambda: log().count("Application startup complete") == int(workers))
    body = {"evrmore_address": "EgKSF3zkkm6Bp8QvNmXkyYvwufthwob4k3"}
    for _ in range(8):
        assert httpx.post(f"{url}/challenge", json=body, trust_env=False).status_code == 200
    if workers == "2":
        os.kill(workers_in(log())[0], signal.SIGKILL)
        wait_for(lambda: log().count("Application startup complete") == 3)
    text = httpx.get(metrics, trust_env=False).text
    hidden = httpx.get(f"{url}/metrics", trust_env=False)
    process.send_signal(signal.SIGTERM)
    process.wait(timeout=SECONDS)

    assert 'gatewright_operations_total{operation="generate_challenge",outcome="ok"} 8.0' in text
    assert len(re.findall("gatewright_settings_info{", text)) == 1
    assert hidden.status_code == 404
    assert "Traceback" not in log()


@pytest.mark.parametrize("workers", ["1", "2"])
def test_a_folder_for_metrics_that_is_not_there_is_told(run, free_port, workers):
    settings = {"GATEWRIGHT_METRICS": "true", "PROMETHEUS_MULTIPROC_DIR": "/nowhere/at/all"}
    code, _, stderr = run("serve", "--port", str(free_port), "--workers", workers, env=settings)

    assert code == 3
    assert b"error: Metrics cannot be stored in the folder PROMETHEUS_MULTIPROC_DIR" in stderr


def test_an_address_for_metrics_that_is_taken_is_refused(run, free_port):
    """In words, and nothing is served."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        address = f"127.0.0.1:{taken.getsockname()[1]}"
        settings = {"GATEWRIGHT_METRICS": "true", "GATEWRIGHT_METRICS_ADDRESS": address}
        code, _, stderr = run("serve", "--port", str(free_port), env=settings)

    assert code == 3
    assert f"error: Cannot serve metrics at GATEWRIGHT_METRICS_ADDRESS={address}" in stderr.decode()
    assert b"Traceback" not in stderr


def test_the_log_is_for_programs_where_a_setting_says_so(serve):
    """Every line of stdout and stderr, from the first on; nobody is greeted."""
    process, url, log = serve(GATEWRIGHT_LOG_FORMAT="json")
    name = httpx.get(f"{url}/healthz", trust_env=False).headers["x-request-id"]
    process.send_signal(signal.SIGTERM)
    output = process.communicate(timeout=SECONDS)[0].decode()
    lines = [json.loads(line) for line in (output + log()).splitlines()]

    assert "a random secret kept in" in str(lines)
    assert [line["path"] for line in lines if line["request_id"] == name] == ["/healthz"]


def test_a_mail_that_was_promised_is_sent_before_the_end(serve):
    """Whoever signs up a moment before the server stops need not ask again."""
    process, url, log = serve()
    newcomer = {
        "email": "ada@example.com",
        "password": "nine quiet paper boats",
        "password_confirm": "nine quiet paper boats",
    }
    answer = httpx.post(f"{url}/api/signup", json=newcomer, trust_env=False)
    process.send_signal(signal.SIGTERM)
    process.wait(timeout=SECONDS)

    assert answer.is_success, answer.text
    assert f"{url}/email_verification/" in log()
