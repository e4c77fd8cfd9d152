"""WebSockets: who is at the other end?"""

from __future__ import annotations

import pytest


def cookies_of(browser):
    return [("cookie", "; ".join(f"{name}={value}" for name, value in browser.cookies.items()))]


@pytest.fixture
def signed_in(browser, anna, log_in):
    log_in(browser, remember_me="on")
    return browser


def test_a_socket_knows_its_user(server, signed_in):
    """By the cookies of its handshake."""
    accepted, text, closed = server.connect("/echo", cookies_of(signed_in))

    assert accepted["type"] == "websocket.accept"
    assert text["text"] == "anna"
    assert closed["code"] == 1000


@pytest.mark.parametrize(
    ("origin", "user"),
    [("http://localhost:8000", "anna"), ("https://localhost:8000", "guest"), ("https://evil.example", "guest")],
)
def test_another_sites_page_opens_a_guests_socket(server, signed_in, origin, user):
    """Browsers send the cookies with it, so the origin must be our own."""
    _, text, _ = server.connect("/echo", [*cookies_of(signed_in), ("origin", origin)])

    assert text["text"] == user


def test_a_socket_over_https_has_an_origin_of_https(asgi, app, anna, log_in):
    """Whatever the scheme of the socket itself is called."""
    server = asgi(app, scheme="https")
    browser = server.browser()
    log_in(browser)
    _, text, _ = server.connect("/echo", [*cookies_of(browser), ("origin", "https://localhost:8000")])

    assert text["text"] == "anna"


def test_a_private_socket_refuses_guests(server, signed_in):
    """Before it is accepted."""
    refused = server.connect("/private")
    accepted, *_ = server.connect("/private", cookies_of(signed_in))

    assert refused == [{"type": "websocket.close", "code": 1008, "reason": ""}]
    assert accepted["type"] == "websocket.accept"


def test_the_handshake_carries_new_cookies(server, signed_in):
    """A remembered browser gets its new token with it."""
    del signed_in.cookies["gatewright"]
    accepted, text, _ = server.connect("/private", cookies_of(signed_in))
    names = sorted(value.partition(b"=")[0] for name, value in accepted["headers"] if name == b"set-cookie")

    assert text["text"] == "anna"
    assert names == [b"gatewright", b"gatewright-remember"]


def test_without_its_database_a_socket_is_told_to_try_again(server, signed_in, sql):
    """Close code 1013."""
    sql("ALTER TABLE sessions RENAME TO lost")

    assert server.connect("/echo", cookies_of(signed_in)) == [{"type": "websocket.close", "code": 1013, "reason": ""}]
