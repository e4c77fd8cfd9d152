"""Where a Redis is set: the visitor is known, and 503 is the answer where nobody can tell who it is."""

from __future__ import annotations

import pytest

from redis_server import serving


@pytest.fixture
def redis_server():
    """A server of the test's own, which it may kill."""
    with serving() as server:
        yield server


def test_a_visitor_is_known_until_redis_is_gone(make_app, open_browser, anna, log_in, redis_server):
    """Nobody is let in while it is down; those who ask nothing notice nothing."""
    browser = open_browser(make_app(redis_url=redis_server.url))
    log_in(browser)
    assert "anna" in browser.get("/dashboard").text
    redis_server.kill()
    page, open_page = browser.get("/dashboard"), browser.get("/open")
    redis_server.start()

    assert (page.status, page.header("retry-after")) == (503, "5")
    assert open_page.text == "open"
    log_in(browser)
    assert "anna" in browser.get("/dashboard").text
