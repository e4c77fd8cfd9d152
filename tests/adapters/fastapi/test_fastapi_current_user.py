"""The visitor as a dependency of FastAPI's endpoints."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from fastapi import APIRouter, Depends, FastAPI

from gatewright import User
from gatewright.adapters.fastapi import CurrentUser, FastAPIAuth
from gatewright.errors import ConfigurationError

JSON = [("Accept", "application/json")]
PASSWORD = "correct horse battery staple"


@pytest.fixture
def signed_in(browser, anna, log_in):
    log_in(browser)
    return browser


def code_of(answer):
    assert answer.header("content-type") == "application/problem+json"
    return json.loads(answer.text)["code"]


def test_a_guest_is_led_to_the_login_and_back(browser, anna, log_in):
    """Where a browser asks for a page."""
    to_login = browser.get("/dashboard?tab=2")
    back = log_in(browser, page=to_login.location)

    assert (to_login.status, to_login.location) == (303, "/login?next=%2Fdashboard%3Ftab%3D2")
    assert back.location == "/dashboard?tab=2"
    assert json.loads(browser.get("/dashboard").text) == {"user": "anna", "class": "User"}


def test_a_program_without_a_token_gets_a_problem(browser):
    """Whatever it wants to do."""
    for method in ("GET", "POST"):
        answer = browser.send(method, "/dashboard", headers=JSON)
        assert (answer.status, code_of(answer)) == (401, "missing_token")
        assert answer.header("www-authenticate") == 'Bearer realm="gatewright"'


def test_a_token_is_enough(browser, people, gatewright_wallet):
    """A JWT in the header, or a problem that says what is wrong with it."""
    challenge = people.generate_challenge(gatewright_wallet.address)
    session = people.authenticate(gatewright_wallet.address, challenge, gatewright_wallet.sign(challenge))
    good, bad = (
        browser.send("GET", "/dashboard", headers=[("Authorization", f"Bearer {token}")])
        for token in (session.token, "nonsense")
    )

    assert json.loads(good.text)["user"] == gatewright_wallet.address
    assert (bad.status, code_of(bad)) == (401, "invalid_token")


def test_a_role_is_needed(signed_in, people):
    """Who is signed in without it gets a 403: a page in a browser, else a problem."""
    page, problem = signed_in.get("/admin"), signed_in.send("GET", "/admin", headers=JSON)
    optional = signed_in.get("/perhaps-admin").text
    people.create_role("admin")
    people.assign_role("admin", username="anna")

    assert (page.status, page.header("content-type")) == (403, "text/html; charset=utf-8")
    assert (problem.status, code_of(problem)) == (403, "denied")
    assert optional == '"nobody"'
    assert signed_in.get("/admin").text == '"admin"'
    assert signed_in.get("/perhaps-admin").text == '"anna"'


def test_every_permission_is_needed(signed_in, people):
    """One of two is not enough; and FastAPI's own scopes are permissions."""
    statuses = []
    for name in ("post.read", "post.edit"):
        people.create_permission(name)
        statuses += [signed_in.get("/edit").status, signed_in.get("/scoped").status]
        people.grant_permission(name, username="anna")

    assert statuses == [403, 403, 403, 403]
    assert signed_in.get("/edit").text == '"edit"'
    assert signed_in.get("/scoped").text == '"anna"'


def test_an_account_must_be_verified(asgi, make_app, people, anna, log_in):
    """Where the settings let unverified accounts sign in."""
    people.create_user("carl", email="carl@example.com", password="correct horse battery staple", is_verified=False)
    server = asgi(make_app(settings={"enforce_email_verification": False}))
    carl, annas = server.browser(), server.browser()
    log_in(carl, email="carl@example.com")
    log_in(annas)
    answer = carl.send("GET", "/verified", headers=JSON)

    assert (answer.status, code_of(answer)) == (403, "unverified_user")
    assert annas.get("/verified").text == '"verified"'


@pytest.mark.parametrize("email", ["anna@münchen.example", "Anna@XN--MNCHEN-3YA.example"])
def test_a_mail_address_is_one_however_its_domain_is_written(browser, people, log_in, email):
    """Browsers send it in ASCII where a person typed it in their own letters."""
    people.create_user("anna", email="anna@xn--mnchen-3ya.example", password=PASSWORD, is_verified=True)
    log_in(browser, email=email)
    assert "anna" in browser.get("/dashboard").text


def test_a_remembered_browser_survives_lost_answers(browser, anna, survives_lost_answers):
    """Its next cookie never arrived, so that it sends the one before again, days later."""
    survives_lost_answers(browser, "/dashboard")


def test_who_is_merely_remembered_must_prove_it_again(browser, anna, log_in):
    """A browser is led to the page for it, and a program learns why."""
    log_in(browser, remember_me="on")
    fresh = browser.get("/sensitive").text
    del browser.cookies["gatewright"]
    to_confirm, problem = browser.get("/sensitive"), browser.send("GET", "/sensitive", headers=JSON)

    assert fresh == '"sensitive"'
    assert (to_confirm.status, to_confirm.location) == (303, "/confirm_password?next=%2Fsensitive")
    assert (problem.status, code_of(problem)) == (403, "not_fully_authenticated")


def test_optional_lets_everybody_in(browser, anna, log_in):
    """A guest is None."""
    guest = browser.get("/anybody").text
    log_in(browser)

    assert (guest, browser.get("/anybody").text) == ('"guest"', '"anna"')


def test_a_socket_has_the_same_dependency(server, signed_in):
    """A guest's is closed before it is accepted."""
    cookies = [("cookie", f"gatewright={signed_in.cookies['gatewright']}")]
    refused = server.connect("/private")
    accepted, text, _ = server.connect("/private", cookies)
    foreign = server.connect("/private", [*cookies, ("origin", "https://evil.example")])

    assert refused == foreign == [{"type": "websocket.close", "code": 1008, "reason": ""}]
    assert (accepted["type"], text["text"]) == ("websocket.accept", "anna")


def test_tests_put_a_user_of_their_own_in_place(app, browser):
    """Two dependencies that ask the same are one, so any that is made alike names it."""
    auth = app.state.auth
    app.dependency_overrides[auth.current_user()] = lambda: User({"username": "stand-in"})

    assert json.loads(browser.get("/dashboard").text)["user"] == "stand-in"
    assert auth.current_user(role="admin") == auth.current_user(role=["admin"])
    assert auth.current_user(role="admin") != auth.current_user(permission="admin")
    assert browser.get("/admin").status == 303


@pytest.mark.parametrize("is_mounted", [True, False], ids=["mount", "root_path"])
def test_an_application_knows_where_it_is_mounted(asgi, make_app, anna, log_in, is_mounted):
    """In another application, or where the server says so."""
    outer = FastAPI()
    outer.mount("/shop", make_app())
    browser = asgi(outer).browser() if is_mounted else asgi(make_app(), root_path="/shop").browser()
    to_login = browser.get("/shop/dashboard")

    assert to_login.location == "/shop/login?next=%2Fshop%2Fdashboard"
    assert log_in(browser, page="/shop/login").location == "/shop/dashboard"
    assert json.loads(browser.get("/shop/dashboard").text)["user"] == "anna"


def test_an_application_inside_that_has_no_handler_still_refuses(asgi, app):
    """It answers as any HTTP error: with the right status, and where to go."""
    inner = FastAPI()
    inner.get("/orders", dependencies=[Depends(app.state.auth.current_user())])(lambda: "orders")
    app.mount("/inner", inner)
    answer = asgi(app).browser().get("/inner/orders")

    assert (answer.status, answer.location) == (303, "/login?next=%2Finner%2Forders")


def test_an_auth_that_is_made_here_is_closed_here(asgi, gatewright_settings, monkeypatch):
    """At the application's shutdown. SQLite's log lives as long as a connection."""
    monkeypatch.setenv("GATEWRIGHT_DATABASE_URL", gatewright_settings.database_url)
    log = Path(gatewright_settings.database_url.removeprefix("sqlite:///") + "-wal")
    app = FastAPI()
    FastAPIAuth(app)
    server = asgi(app)
    browser = server.browser()
    browser.submit(browser.get("/login").form(), email="nobody@example.com", password="wrong")
    was_open = log.exists()
    server.live()

    assert (was_open, log.exists()) == (True, False)


@pytest.mark.parametrize("is_class", [True, False])
@pytest.mark.parametrize("place", ["parameter", "route", "router"])
def test_forgotten_parentheses_are_refused(app, is_class, place):
    """FastAPI would call what makes the dependency for every request, and let everybody in."""
    forgotten = Depends(CurrentUser if is_class else app.state.auth.current_user)

    def endpoint(user: User = forgotten) -> None: ...

    def bare() -> None: ...

    ways = {
        "parameter": lambda: app.get("/forgotten")(endpoint),
        "route": lambda: app.get("/forgotten", dependencies=[forgotten])(bare),
        "router": lambda: app.include_router(router_of(forgotten, bare)),
    }
    with pytest.raises(ConfigurationError, match=r"Write Depends\(auth\.current_user\(\)\)"):
        ways[place]()


def router_of(dependency, endpoint):
    """Return a router with a dependency of its own and one endpoint."""
    router = APIRouter(dependencies=[dependency])
    router.get("/forgotten")(endpoint)
    return router


def test_an_object_without_an_application_opens_nothing(tmp_path, monkeypatch):
    """So that a module may make one for its dependencies, and a factory another one with the auth."""
    file = tmp_path / "not-yet.db"
    monkeypatch.setenv("GATEWRIGHT_DATABASE_URL", f"sqlite:///{file}")
    auth = FastAPIAuth()
    auth.current_user(role="admin")
    was_there = file.exists()
    auth.auth.close()

    assert (was_there, file.exists()) == (False, True)


def test_what_is_no_application_and_no_auth_is_refused(gatewright_auth, gatewright_async_auth):
    """By name, at the line that gives it."""
    with pytest.raises(ConfigurationError, match="not EvrmoreAuth: an event loop must not block"):
        FastAPIAuth(FastAPI(), auth=gatewright_auth)
    with pytest.raises(
        ConfigurationError, match=r"AsyncEvrmoreAuth is not a FastAPI application. Write FastAPIAuth\(app"
    ):
        FastAPIAuth(gatewright_async_auth)
