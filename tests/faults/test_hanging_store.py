"""A store that does not answer: 503 with ``Retry-After``, in bounded time however many wait, and nobody is let in."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from faults.sign_ins import by_json, by_page
from redis_server import eventually, serving
from running_examples import running
from stores_under_test import STORES, assert_sound, hanging

CROWD = 8
"""More than there are threads for the database, so that some wait in line; as many as Django's own server takes."""


@pytest.fixture(params=["starlette", "fastapi", "flask", "django"])
def framework(request):
    return request.param


@pytest.fixture
def application(framework, store_settings, tmp_path):
    """An application on a real port that waits for its store for a second."""
    settings = {name: value for name, value in store_settings.items() if name != "mail_delivery"}
    with running(framework, tmp_path, site_name="shop", **settings | {"database_timeout_seconds": "1"}) as running_:
        yield running_


@pytest.fixture
def redis_server():
    """A Redis of the test's own, which it may stop."""
    with serving() as server:
        yield server


@pytest.fixture
def application_with_redis(framework, redis_server, tmp_path):
    """The same with a Redis that is given up soon."""
    redis_url = f"{redis_server.url}?socket_timeout=0.3"
    with running(framework, tmp_path, site_name="shop", redis_url=redis_url) as running_:
        yield running_


@pytest.mark.parametrize("make_store_settings", STORES[:2], indirect=True)
def test_nobody_waits_without_end(application, store_settings):
    """Signing in, by page and by JSON API, is refused for now; a visitor stays signed in; then all is as before.

    A Redis beside it would answer, and block some of the crowd for so many attempts of one client at once.
    """
    visitor = application.browser()
    assert by_page(visitor)().status == 303
    attempts = [way(application.browser()) for way in (by_page, by_json) for _ in range(CROWD // 2)]
    with hanging(store_settings), ThreadPoolExecutor(CROWD) as pool:
        answers = list(pool.map(lambda attempt: attempt(), attempts))
        assert visitor.get("/dashboard").status == 200

    assert [answer.status for answer in answers] == [503] * CROWD
    assert all(int(answer.header("Retry-After")) > 0 for answer in answers)
    assert len(application.auth.list_sessions()) == 1
    assert [way(application.browser())().status for way in (by_page, by_json)] == [303, 200]
    assert_sound(store_settings)


@pytest.mark.long
def test_nobody_is_let_in_while_redis_hangs(application_with_redis, redis_server):
    """Neither who signs in nor who was signed in: nobody can tell. Whoever was is so again, once it answers."""
    application = application_with_redis
    visitor = application.browser()
    assert by_page(visitor)().status == 303
    attempts = [way(application.browser()) for way in (by_page, by_json)]
    redis_server.pause()
    try:
        answers = [attempt() for attempt in attempts] + [visitor.get("/dashboard")]
    finally:
        redis_server.resume()

    assert [answer.status for answer in answers] == [503] * 3
    assert all(int(answer.header("Retry-After")) > 0 for answer in answers)
    eventually(lambda: visitor.get("/dashboard").status == 200, "the visitor is recognised")
    assert len(application.auth.list_sessions()) == 1
    assert [way(application.browser())().status for way in (by_page, by_json)] == [303, 200]
