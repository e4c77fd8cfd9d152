"""What a Starlette application is told of its visitor, and what its answers get beside their own headers."""

from __future__ import annotations

import asyncio
import copy
import json
import sys
import types

import pytest
from starlette.applications import Starlette
from starlette.authentication import BaseUser
from starlette.requests import Request

from gatewright import User
from gatewright.adapters.flask import Guest
from gatewright.adapters.starlette import SignedInUser, visit_of
from gatewright.adapters.starlette.signed_in import GuestUser
from gatewright.errors import ConfigurationError
from gatewright.passwords import PasswordHasher
from gatewright.providers import MemoryUserProvider

PASSWORD = "correct horse battery staple"


def test_a_guest_is_starlettes_own(browser):
    """``request.user`` and ``request.auth`` are always there."""
    assert json.loads(browser.get("/whoami").text) == {"user": False, "scopes": []}


@pytest.mark.parametrize("guest", [GuestUser(), Guest()])
def test_a_guest_has_every_attribute_of_a_user(guest):
    """In Starlette as in Flask, so that a page may ask for any."""
    public = [name for name in dir(User) if not name.startswith("_")]
    assert [name for name in public if getattr(guest, name)] == []


def test_permissions_are_the_scopes_of_requires(browser, people, anna, log_in):
    """Starlette's own decorator works by them."""
    before = browser.get("/starlette").status
    log_in(browser)
    without = browser.get("/starlette").status
    people.create_permission("post.edit")
    people.grant_permission("post.edit", username="anna")

    assert (before, without) == (403, 403)
    assert json.loads(browser.get("/whoami").text)["scopes"] == ["authenticated", "post.edit"]
    assert browser.get("/starlette").text == "yes"


def test_a_signed_in_user_is_starlettes_and_ours():
    """It says what a ``BaseUser`` says, and has every attribute of the user in it."""

    class Customer(User):
        @property
        def discount(self):
            return self.entity["discount"]

    user = SignedInUser(Customer({"id": "7", "username": "anna", "discount": 5}, roles=["admin"]))

    assert isinstance(user, BaseUser)
    assert (user.is_authenticated, user.display_name, user.identity) == (True, "anna", "7")
    assert (user.username, user.roles, user.discount) == ("anna", ("admin",), 5)
    assert copy.copy(user).username == "anna"
    assert repr(user) == "SignedInUser(Customer(username='anna'))"
    with pytest.raises(AttributeError):
        _ = user.nothing_of_the_kind


def test_the_visits_values_travel_in_its_cookie(browser):
    """A guest's, too."""
    assert [browser.get("/count").text for _ in range(3)] == ["1", "2", "3"]


def test_answers_differ_by_cookie(browser, anna, log_in):
    """No shared cache may give one visitor's page to another."""
    guest = browser.get("/")
    log_in(browser)
    user, cached = browser.get("/"), browser.get("/cached")

    assert (guest.header("vary"), guest.header("cache-control")) == ("Cookie", None)
    assert (user.header("vary"), user.header("cache-control")) == ("Cookie", "no-store")
    assert [value for name, value in cached.headers if name in ("vary", "cache-control")] == [
        "max-age=60",
        "Accept, Cookie",
    ]


def test_an_answer_that_sets_a_cookie_is_kept_by_no_cache(browser):
    """A guest's first value makes a cookie."""
    answer = browser.get("/count")

    assert answer.header("set-cookie").startswith("gatewright=")
    assert answer.header("cache-control") == "no-store"


def test_what_another_site_sends_is_a_guests(browser, anna, log_in):
    """A form of a stranger's page acts in nobody's name, on the application's own paths either."""
    log_in(browser)
    own = browser.post("/whoami", {}, headers=[("Origin", "http://localhost:8000")])
    foreign = browser.post("/whoami", {}, headers=[("Origin", "https://evil.example")])

    assert json.loads(own.text)["user"] is True
    assert json.loads(foreign.text)["user"] is False
    assert foreign.header("set-cookie") is None


def test_a_token_tells_who_calls(browser, people, gatewright_wallet):
    """A program sends it in the header; a bad one is a guest's, whatever cookies come with it."""
    challenge = people.generate_challenge(gatewright_wallet.address)
    session = people.authenticate(gatewright_wallet.address, challenge, gatewright_wallet.sign(challenge))
    good = browser.get("/dashboard", headers=[("Authorization", f"Bearer {session.token}")])
    bad = browser.get("/dashboard", headers=[("Authorization", "Bearer nonsense")])

    assert good.text == f"dashboard of {gatewright_wallet.address}"
    assert (bad.status, json.loads(bad.text)["code"]) == (401, "invalid_token")
    assert bad.header("www-authenticate") == 'Bearer realm="gatewright", error="invalid_token"'


def test_a_remembered_browser_is_recognised(browser, anna, log_in):
    """And its cookies are replaced with the application's answer."""
    log_in(browser, remember_me="on")
    remembered = browser.cookies["gatewright-remember"]
    del browser.cookies["gatewright"]

    assert browser.get("/").text == "hello anna"
    assert browser.cookies["gatewright-remember"] != remembered
    assert browser.get("/dashboard").text == "dashboard of anna"


@pytest.mark.parametrize("email", ["anna@münchen.example", "Anna@XN--MNCHEN-3YA.example"])
def test_a_mail_address_is_one_however_its_domain_is_written(browser, people, log_in, email):
    """Browsers send it in ASCII where a person typed it in their own letters."""
    people.create_user("anna", email="anna@xn--mnchen-3ya.example", password=PASSWORD, is_verified=True)
    log_in(browser, email=email)
    assert "anna" in browser.get("/").text


def test_a_remembered_browser_survives_lost_answers(browser, anna, survives_lost_answers):
    """Its next cookie never arrived, so that it sends the one before again, days later."""
    survives_lost_answers(browser, "/")


def test_without_its_database_the_application_says_when_to_come_back(browser, anna, log_in, sql):
    """A page for a browser, a problem for a program, and neither tells more. Guests notice nothing."""
    log_in(browser)
    sql("ALTER TABLE sessions RENAME TO lost")
    page = browser.get("/")
    problem = browser.send("GET", "/", headers=[("Accept", "application/json")])
    browser.cookies.clear()

    assert (page.status, page.header("retry-after")) == (503, "5")
    assert page.header("content-type") == "text/html; charset=utf-8"
    assert (problem.status, json.loads(problem.text)["code"]) == (503, "store_unavailable")
    assert "sessions" not in page.text + problem.text
    assert browser.get("/").text == "hello guest"


def test_who_asks_nothing_notices_nothing(browser, anna, log_in, sql):
    """No cookie is read and nothing is looked up, so the answer is anybody's and needs no database."""
    log_in(browser)
    sql("ALTER TABLE sessions RENAME TO lost")
    answer = browser.get("/asks-nothing")

    assert (answer.status, answer.text) == (200, "nothing")
    assert (answer.header("vary"), answer.header("cache-control")) == (None, None)


def test_a_view_that_asks_nothing_costs_nothing(cost_of, browser, anna, log_in):
    """Nobody's visit is opened, no cookie is read and no statement is run, though somebody is signed in."""
    log_in(browser)

    assert cost_of(browser, "/asks-nothing") == ([], [])


def test_a_visitor_is_recognised_by_one_statement(cost_of, statements, browser, anna, log_in, sql):
    """However often a view asks; outside any transaction, and without a word of when they were seen a moment ago.

    It takes none, but for the question whether anybody has committed, at most once a second, where nobody has.
    """
    log_in(browser)
    looked_at, again = cost_of(browser, "/dashboard")
    sql("INSERT INTO roles (name) VALUES ('new')")
    statements.clear()
    browser.get("/dashboard")

    assert looked_at.count("visit") == 1
    assert again in ([], ["PRAGMA data_version"])
    assert [statement.split()[:2] for statement in statements] == [
        ["PRAGMA", "data_version"],
        ["SELECT", "sessions.expires_at,"],
    ]


def test_a_token_is_validated_when_somebody_asks(make_app, asgi):
    """Its hooks fire once then, and never for an endpoint that asks nothing."""
    app = make_app()
    auth = app.user_middleware[0].kwargs["auth"]
    fired = []
    auth.add_hook("post_token_validate", lambda is_valid: fired.append(is_valid))
    browser = asgi(app).browser()
    headers = [("Authorization", "Bearer nonsense")]
    browser.send("GET", "/asks-nothing", headers=headers)
    before = list(fired)
    browser.send("GET", "/whoami", headers=headers)

    assert (before, fired) == ([], [False])


def test_a_hook_that_waits_is_waited_for_before(make_app, asgi):
    """``request.user`` cannot wait, so the middleware does, where a coroutine function may have to be awaited."""
    app = make_app()
    auth = app.user_middleware[0].kwargs["auth"]
    fired = []

    async def hook(is_valid):
        await asyncio.sleep(0)
        fired.append(is_valid)

    auth.add_hook("post_token_validate", hook)
    answer = asgi(app).browser().send("GET", "/whoami", headers=[("Authorization", "Bearer nonsense")])

    assert (json.loads(answer.text)["user"], fired) == (False, [False])


def test_a_provider_that_is_imported_is_waited_for_in_a_new_process(make_app, asgi, log_in, monkeypatch):
    """Its users are reloaded in a thread, and the first request must know that already."""
    module = types.ModuleType("people_elsewhere")
    anna = {"email": "anna@example.com", "password": PasswordHasher().hash(PASSWORD)}
    people = {"__init__": lambda self: MemoryUserProvider.__init__(self, [anna])}
    module.People = type("People", (MemoryUserProvider,), people)
    monkeypatch.setitem(sys.modules, module.__name__, module)
    browser = asgi(make_app(user_provider="people_elsewhere:People")).browser()
    log_in(browser)
    restarted = asgi(make_app(user_provider="people_elsewhere:People")).browser()
    restarted.cookies.update(browser.cookies)

    assert restarted.get("/").text == "hello anna@example.com"


def test_an_unknown_address_leads_on_though_nobody_is_looked_at(browser, anna, log_in, sql):
    """Whoever visits, the page but for its slash is the same one."""
    log_in(browser)
    sql("ALTER TABLE sessions RENAME TO lost")
    answer = browser.send("GET", "/login/")

    assert (answer.status, answer.header("location")) == (308, "/login")


def test_a_guest_has_the_attributes_of_a_user_empty():
    """As under Flask and Django, so that a page may ask everybody for a name."""
    guest, user = GuestUser(), User({"username": "anna"})
    names = ("id", "username", "email", "evrmore_address", "is_verified", "is_active", "roles", "permissions")

    assert all(hasattr(user, name) and not getattr(guest, name) for name in names)
    assert (guest.username, guest.display_name, guest.identity, guest.is_authenticated) == ("", "", "", False)


def test_the_lazy_user_passes_for_whom_it_stands(browser, anna, log_in):
    """By ``isinstance``, when it is copied, and in an ``if``."""
    guest = json.loads(browser.get("/kind").text)
    log_in(browser)

    assert guest == [True, False, "GuestUser", False]
    assert json.loads(browser.get("/kind").text) == [False, True, "SignedInUser", True]


def test_an_error_of_the_application_is_its_own(browser):
    """Starlette's error handling sees it."""
    with pytest.raises(RuntimeError, match="broken"):
        browser.get("/broken")


def test_without_the_middleware_the_error_says_so():
    """The cure stands in the message."""
    request = Request({"type": "http", "app": Starlette()})

    with pytest.raises(ConfigurationError, match="add_middleware"):
        visit_of(request)
