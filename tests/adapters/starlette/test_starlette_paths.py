"""Pages at other paths, and routes of the application at theirs."""

from __future__ import annotations

from contextlib import closing

import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.responses import PlainTextResponse
from starlette.routing import Host, Mount, Route, WebSocketRoute

from gatewright import AsyncEvrmoreAuth
from gatewright.adapters.starlette import GatewrightMiddleware


async def own(request):
    return PlainTextResponse("own")


ROUTES = [
    Route("/account", own),
    Mount("/api", routes=[Route("/session", own), Route("/other", own)]),
    Host("shop.example", app=Starlette(routes=[Route("/signup", own)])),
    Route("/password-reset/{number:int}", own),
    WebSocketRoute("/login", own),
    Mount("/accounts", app=own),
    Route("/{anything:path}", own),
]


@pytest.fixture
def make(gatewright_settings):
    made = []

    def make(routes=ROUTES, *, mount="", **settings):
        made.append(AsyncEvrmoreAuth(settings=gatewright_settings.with_values(**settings)))
        middleware = Middleware(GatewrightMiddleware, auth=made[-1], mount=mount)
        return Starlette(routes=routes, middleware=[middleware])

    yield make
    for auth in made:
        auth.close()


def lines(caplog):
    return [each.getMessage() for each in caplog.records if each.name == "gatewright.web"]


def test_hidden_routes_are_named_at_the_start(make, asgi, caplog):
    """Once; each with what hides it and the cure."""
    server = asgi(make())
    server.live()
    said = lines(caplog)
    server.browser().get("/")

    assert lines(caplog) == said
    assert [line.split()[3] for line in said] == ["/account", "/api/session", "/signup", "/password-reset/x"]
    assert all(f"({__name__}.own)" in line and "GATEWRIGHT_" in line for line in said)


def test_or_with_the_first_request(make, asgi, caplog):
    """Where the server knows of no start."""
    asgi(make()).browser().get("/")
    assert len(lines(caplog)) == 4


def test_an_application_around_which_the_middleware_lies_is_looked_at_too(gatewright_settings, asgi, caplog):
    """As far as it tells its routes."""
    with closing(AsyncEvrmoreAuth(settings=gatewright_settings)) as auth:
        asgi(GatewrightMiddleware(Starlette(routes=ROUTES), auth)).browser().get("/")
        asgi(GatewrightMiddleware(own, auth)).browser().get("/login")
    assert len(lines(caplog)) == 4


def test_moved_pages_hide_nothing(make, asgi, caplog):
    """And the application's routes answer."""
    app = make(page_paths="account=/my/account,signup=,password_reset_form=/reset/{token}", api_path="")
    browser = asgi(app).browser()
    assert [browser.get(path).text for path in ("/account", "/api/session", "/password-reset/5")] == ["own"] * 3
    assert browser.get("/my/account").location == "/login?next=%2Fmy%2Faccount"
    assert lines(caplog) == []
