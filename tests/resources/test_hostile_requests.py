"""Requests that are made to cost memory and time: every adapter answers, and needs little of either."""

from __future__ import annotations

import http.client
import json
import socket
from contextlib import ExitStack, closing

import pytest

FORM = ("Content-Type", "application/x-www-form-urlencoded")
JSON = ("Content-Type", "application/json")
MULTIPART = ("Content-Type", "multipart/form-data; boundary=x")
PART = b'--x\r\nContent-Disposition: form-data; name="a"\r\n\r\n1\r\n'
CPU_SECONDS = 5
"""For one request. The most expensive takes a tenth of it."""

MEBIBYTES = 64
"""What all of them may add to the memory that a process has had at most."""

REFUSED = None
"""The server has closed the connection without an answer, as some do where a header is too large."""


def nested(depth):
    """A form in a form in a form."""
    inner = b"".join(
        b"--x%d\r\nContent-Type: multipart/mixed; boundary=x%d\r\n\r\n" % (each, each + 1) for each in range(depth)
    )
    return inner.replace(b"x0", b"x", 1) + b"--x--\r\n"


REQUESTS = {
    "a million fields": ("POST", "/login", [FORM], b"a=1&" * 10**6),
    "a million fields in the query": ("GET", "/login?" + "a&" * 10**6, [], b""),
    "fields as many as fit": ("POST", "/login", [FORM], b"a&" * 32_000),
    "fields of one name": ("POST", "/login", [FORM], b"email=a&" * 8_000),
    "escapes as many as fit": ("POST", "/login", [FORM], b"email=" + b"%00" * 21_000),
    "lists nested 100,000 deep": ("POST", "/api/login", [JSON], b"[" * 10**5),
    "lists nested as deep as fits": ("POST", "/api/login", [JSON], b"[" * 65_000),
    "objects nested as deep as fits": ("POST", "/api/login", [JSON], b'{"a":' * 13_000),
    "a number of 60,000 digits": ("POST", "/api/login", [JSON], b'{"email":' + b"9" * 60_000 + b"}"),
    "a password of 60,000 letters": (
        "POST",
        "/api/login",
        [JSON],
        json.dumps({"email": "anna", "password": "a" * 60_000}).encode(),
    ),
    "cookies of 64 kB": ("GET", "/account", [("Cookie", "gatewright=" + "a" * 64_000)], b""),
    "cookies by the thousand": ("GET", "/account", [("Cookie", "a=1; " * 13_000)], b""),
    "a token of 10 MB": ("GET", "/account", [("Authorization", "Bearer " + "a" * 10**7)], b""),
    "a token of 60 kB": ("GET", "/api/account", [("Authorization", "Bearer " + "a." * 30_000)], b""),
    "parts by the hundred thousand": ("POST", "/login", [MULTIPART], PART * 10**5 + b"--x--\r\n"),
    "parts as many as fit": ("POST", "/login", [MULTIPART], PART * 1_200 + b"--x--\r\n"),
    "a part with headers of 60 kB": ("POST", "/login", [MULTIPART], b"--x\r\nA: " + b"b" * 60_000 + b"\r\n--x--\r\n"),
    "a part with a name full of backslashes": (
        "POST",
        "/login",
        [MULTIPART],
        b'--x\r\nContent-Disposition: form-data; name="' + b"\\" * 60_000 + b"\r\n\r\n1\r\n--x--\r\n",
    ),
    "forms in forms": ("POST", "/login", [MULTIPART], nested(1_000)),
    "boundaries by the thousand": ("POST", "/login", [("Content-Type", ';boundary="' * 5_000)], b"--x--"),
    "a language for every header byte": ("GET", "/login", [("Accept-Language", "a-" * 4_000 + ",de;q=0." * 500)], b""),
    "proxies by the thousand": ("GET", "/login", [("X-Forwarded-For", "10.0.0.1," * 4_000)], b""),
    "a target of 60 kB": ("GET", "/login?next=/" + "%2e" * 20_000, [], b""),
}


@pytest.mark.parametrize("name", REQUESTS)
def test_it_is_answered_in_little_time(site, usage, name):
    """By a refusal mostly, and never by an error of the server's own."""
    before = usage.cpu_seconds()
    try:
        status, _, _ = site.send(*REQUESTS[name])
    except OSError:
        status = REFUSED

    assert status is REFUSED or status < 500
    assert usage.cpu_seconds() - before < CPU_SECONDS
    assert site.send("GET", "/login", [], b"")[0] == 200


def test_together_they_need_little_memory(site, usage):
    """Twice each: what the first time needs is given back."""
    before = usage.largest_mib()
    for request in [*REQUESTS.values()] * 2:
        try:
            site.send(*request)
        except OSError:
            continue

    assert usage.largest_mib() - before < MEBIBYTES


def test_slow_clients_stop_nobody(entrance):
    """A hundred who have begun a request and send no more of it."""
    head = b"POST /login HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000\r\n\r\nemail="
    with ExitStack() as waiting:
        for number in range(100):
            connection = waiting.enter_context(socket.create_connection(entrance, timeout=20))
            connection.sendall(head[: None if number % 2 else 20])
        visitor = waiting.enter_context(closing(http.client.HTTPConnection(*entrance, timeout=20)))
        visitor.request("GET", "/login")
        assert visitor.getresponse().status == 200
