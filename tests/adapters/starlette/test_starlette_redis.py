"""Where a Redis is set: ``request.user`` knows who is signed in, and 503 is the answer where nobody can tell."""

from __future__ import annotations

import pytest

from redis_server import serving


@pytest.fixture
def redis_server():
    """A server of the test's own, which it may kill."""
    with serving() as server:
        yield server


@pytest.fixture
def app(make_app, redis_server):
    return make_app(redis_url=redis_server.url)


def test_a_visitor_is_known_until_redis_is_gone(browser, anna, log_in, redis_server):
    """By coroutines and plain functions, on pages and in sockets; nobody is let in while it is down."""
    log_in(browser)
    known = ("/", "/dashboard", "/plain", "/whoami")
    assert all("anna" in browser.get(path).text or path == "/whoami" for path in known)
    assert '"user":true' in browser.get("/whoami").text
    redis_server.kill()
    gone = [browser.get(path) for path in known]
    redis_server.start()

    assert [(page.status, page.header("retry-after")) for page in gone] == [(503, "5")] * 4
    assert browser.get("/").text == "hello guest"
    log_in(browser)
    assert browser.get("/dashboard").text == "dashboard of anna"


def test_a_guest_needs_no_redis(browser, redis_server):
    """Nor does an endpoint that asks nothing of a guest."""
    redis_server.kill()

    assert [browser.get(path).text for path in ("/", "/asks-nothing")] == ["hello guest", "nothing"]
