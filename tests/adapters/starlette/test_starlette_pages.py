"""The pages, as they come through Starlette."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from fastapi import FastAPI
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.routing import Mount
from starlette.testclient import TestClient

from gatewright import AsyncAuth
from gatewright.adapters.starlette import GatewrightMiddleware
from gatewright.errors import ConfigurationError
from gatewright.web import AuthMiddleware, Response, SimpleAuthController
from gatewright.web.request import LARGEST_BODY

FORM = ("content-type", "application/x-www-form-urlencoded")


class Remembers(AuthMiddleware):
    """Writes down what happens."""

    def __init__(self):
        self.events = []

    def on_login_success(self, user):
        self.events.append(("success", user.username))

    def on_login_failed(self, username):
        self.events.append(("failed", username))

    def on_logout(self):
        self.events.append(("logout", None))


def test_a_visitor_signs_in_and_out(browser, anna, log_in):
    """By the form to the route that the application calls dashboard, and out again to its homepage."""
    answer = log_in(browser)
    welcome = browser.get("/").text
    goodbye = browser.submit(browser.get("/account").form("/logout"))

    assert (answer.status, answer.location) == (303, "/dashboard")
    assert welcome == "hello anna"
    assert (goodbye.status, goodbye.location) == (303, "/")
    assert browser.get("/").text == "hello guest"


def test_a_failed_login_says_so(browser, anna, log_in):
    """The message waits in the cookie for the next page."""
    page = browser.follow(log_in(browser, password="wrong"))

    assert "Wrong email or password." in page.text
    assert browser.get("/").text == "hello guest"


def test_a_route_that_does_not_exist_leads_to_the_start(asgi, make_app, anna, log_in):
    """As the settings promise."""
    browser = asgi(make_app(auth_login_route_redirect="nowhere")).browser()

    assert log_in(browser).location == "/"


def test_a_visitor_comes_back_to_where_they_wanted_to_go(browser, anna, log_in):
    """With the query, too."""
    to_login = browser.get("/dashboard?tab=2")

    assert (to_login.status, to_login.location) == (303, "/login?next=%2Fdashboard%3Ftab%3D2")
    assert log_in(browser, page=to_login.location).location == "/dashboard?tab=2"


def test_head_is_get_without_a_body(browser):
    """The same headers, the length of the page included."""
    browser.get("/signup")
    page, head = browser.get("/signup"), browser.send("HEAD", "/signup", headers=[("Accept", "text/html")])

    assert (head.status, head.text) == (200, "")
    assert head.headers == page.headers
    assert int(head.header("content-length")) == len(page.text.encode())


def test_a_body_of_the_limit_is_read_and_one_more_byte_is_not(browser):
    """Whatever the application itself would take."""
    fits = browser.send("POST", "/login", headers=[FORM], body=b"a" * LARGEST_BODY)
    large = browser.send("POST", "/login", headers=[FORM], body=b"a" * (LARGEST_BODY + 1))

    assert fits.status == 403
    assert (large.status, json.loads(large.text)["code"]) == (413, "body_too_large")


def test_who_hangs_up_is_not_answered(server):
    """Half a form is none."""
    scope = {"type": "http", "method": "POST", "path": "/login", "query_string": b"", "headers": []}
    half = {"type": "http.request", "body": b"email=", "more_body": True}

    assert server.run(scope, half, {"type": "http.disconnect"}) == []


def test_a_form_of_another_site_is_refused(browser, anna):
    """Whatever token it holds."""
    form = browser.get("/login").form()
    answer = browser.submit(form, headers=[("Origin", "https://evil.example")], email="anna@example.com")

    assert answer.status == 403


def test_the_api_answers_with_problems(browser):
    """A twin of a page, at the path that the middleware gives it."""
    body = json.dumps({"email": "nobody@example.com", "password": "wrong"}).encode()
    answer = browser.send("POST", "/api/login", headers=[("content-type", "application/json")], body=body)

    assert (answer.status, answer.header("content-type")) == (401, "application/problem+json")


def test_events_reach_the_controllers_middleware_once_each(asgi, make_app, anna, log_in):
    """However often the site is seen below another path."""
    remembers = Remembers()

    class Controller(SimpleAuthController):
        def get_middleware(self):
            return remembers

    app = make_app(Controller())
    log_in(asgi(app).browser(), password="wrong")
    log_in(asgi(app, root_path="/shop").browser(), page="/shop/login")

    assert remembers.events == [("failed", "anna@example.com"), ("success", "anna")]


def test_an_application_has_pages_of_its_own(asgi, make_app):
    """A method of the controller answers in place of ours."""

    class Controller(SimpleAuthController):
        async def signup(self, visit):
            return Response(200, (("Content-Type", "text/plain"),), f"by {visit.request.path}".encode())

    assert asgi(make_app(Controller())).browser().get("/signup").text == "by /signup"


def test_pages_lie_below_their_mount(asgi, make_app, anna, log_in):
    """And the application's own paths do not move."""
    browser = asgi(make_app(mount="/auth")).browser()
    to_login = browser.get("/dashboard")

    assert to_login.location == "/auth/login?next=%2Fdashboard"
    assert browser.get("/login").status == 404
    assert browser.get("/auth").status == 404
    assert log_in(browser, page=to_login.location).location == "/dashboard"
    assert browser.get("/auth/account").status == 200


@pytest.mark.parametrize("is_stripped", [False, True], ids=["whole path", "stripped by a proxy"])
def test_an_application_knows_where_it_is_mounted(asgi, app, anna, log_in, is_stripped):
    """By the ``root_path`` of ASGI, whether or not the path still begins with it."""
    whole = _without_prefix(app, "/shop") if is_stripped else app
    browser = asgi(whole, root_path="/shop").browser()
    to_login = browser.get("/shop/dashboard")

    assert to_login.location == "/shop/login?next=%2Fshop%2Fdashboard"
    assert log_in(browser, page="/shop/login").location == "/shop/dashboard"
    assert browser.get("/shop/dashboard").text == "dashboard of anna"


def test_an_application_in_another_one_has_its_own_pages(asgi, app, anna, log_in):
    """Below the path of the `Mount`; the outer one's are its own."""
    browser = asgi(Starlette(routes=[Mount("/shop", app=app)])).browser()

    assert browser.get("/login").status == 404
    assert browser.get("/shop/dashboard").location == "/shop/login?next=%2Fshop%2Fdashboard"
    assert log_in(browser, page="/shop/login").location == "/shop/dashboard"
    assert browser.get("/shop/dashboard").text == "dashboard of anna"


def test_only_a_trusted_proxy_is_believed(asgi, make_app):
    """The cookie's name tells whether the connection is taken for an encrypted one."""
    forwarded = [("X-Forwarded-Proto", "https")]
    app = make_app(trusted_proxies=("203.0.113.7",))
    trusted = asgi(app).browser().get("/login", headers=forwarded)
    stranger = asgi(app, client=("198.51.100.1", 1)).browser().get("/login", headers=forwarded)

    assert trusted.header("set-cookie").startswith("__Host-gatewright=")
    assert stranger.header("set-cookie").startswith("gatewright=")


def test_a_blocking_auth_is_refused(people):
    """It would stop the event loop for everybody."""
    with pytest.raises(ConfigurationError, match="Use AsyncAuth"):
        GatewrightMiddleware(Starlette(), auth=people)


@pytest.mark.parametrize("make", [Starlette, FastAPI])
def test_what_cannot_work_keeps_the_server_from_starting(asgi, gatewright_settings, monkeypatch, tmp_path, make):
    """The server is told why; and where none asks at the start, each request tries again what is not there yet."""
    folder = tmp_path / "later"
    monkeypatch.setenv("GATEWRIGHT_DATABASE_URL", f"sqlite:///{folder}/gatewright.db")
    server = asgi(make(middleware=[Middleware(GatewrightMiddleware)]))
    (failed,) = server.live()

    assert failed["type"] == "lifespan.startup.failed"
    assert "mkdir -p" in failed["message"]
    with pytest.raises(ConfigurationError):
        server.browser().get("/login")
    folder.mkdir()
    assert server.browser().get("/login").status == 200
    assert server.live()[0]["type"] == "lifespan.startup.complete"


def test_a_provider_that_nobody_has_keeps_the_server_from_starting(asgi, make_app):
    """A slip in its name would be told to whoever signs in, by 500."""
    (failed,) = asgi(make_app(user_provider="SQLProvider")).live()

    assert failed["type"] == "lifespan.startup.failed"
    assert "Known providers: SQLUserProvider" in failed["message"]


class StrangersPages(SimpleAuthController):
    def get_user_provider(self):
        return "Staff"


class PagesOfForms(SimpleAuthController):
    def signup(self, form):
        return "never"


@pytest.mark.parametrize(("controller", "said"), [(StrangersPages(), "'Staff'"), (PagesOfForms(), "'form'")])
def test_a_controller_that_cannot_work_keeps_the_server_from_starting(asgi, make_app, controller, said):
    """A provider that nobody has, or a page that nobody can call."""
    (failed,) = asgi(make_app(controller)).live()

    assert failed["type"] == "lifespan.startup.failed"
    assert said in failed["message"]


@pytest.mark.parametrize("make", [Starlette, FastAPI])
def test_a_test_of_what_cannot_start_ends(make, gatewright_settings):
    """Starlette's TestClient waits for what is raised after the server has been told, and else for the shutdown."""
    auth = AsyncAuth(settings=gatewright_settings)
    app = make(middleware=[Middleware(GatewrightMiddleware, auth=auth, controller=PagesOfForms())])

    with pytest.raises(ConfigurationError, match="'form'"):
        TestClient(app).__enter__()
    auth.close()


@pytest.mark.parametrize("is_own", [True, False], ids=["its own", "a given one"])
def test_the_middleware_closes_an_auth_of_its_own(asgi, gatewright_settings, monkeypatch, is_own):
    """When the application shuts down; a given one is its owner's to close. SQLite's log lives as a connection does."""
    monkeypatch.setenv("GATEWRIGHT_DATABASE_URL", gatewright_settings.database_url)
    log = Path(gatewright_settings.database_url.removeprefix("sqlite:///") + "-wal")
    given = None if is_own else AsyncAuth(settings=gatewright_settings)
    server = asgi(GatewrightMiddleware(Starlette(), auth=given))
    browser = server.browser()
    browser.submit(browser.get("/login").form(), email="nobody@example.com", password="wrong")
    was_open = log.exists()
    sent = [each["type"] for each in server.live()]

    assert sent == ["lifespan.startup.complete", "lifespan.shutdown.complete"]
    assert (was_open, log.exists()) == (True, not is_own)
    if given is not None:
        given.close()


def _without_prefix(app, prefix):
    """What a proxy does that takes the mount point off the path."""

    async def strip(scope, receive, send):
        await app(scope | {"path": scope["path"].removeprefix(prefix)}, receive, send)

    return strip
