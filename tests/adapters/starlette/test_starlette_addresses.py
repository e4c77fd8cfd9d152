"""Which address a visitor comes back to, and who is led away from one at all."""

from __future__ import annotations

import json

import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.responses import PlainTextResponse
from starlette.routing import Mount, Route

from addresses import ADDRESSES, PEOPLE, SCRIPTS, of_page, way_back
from gatewright import AsyncEvrmoreAuth
from gatewright.adapters.starlette import (
    GatewrightMiddleware,
    fully_authenticated_required,
    login_required,
    role_required,
)


@login_required
async def tags(request):
    return PlainTextResponse("tags")


@role_required("admin")
def admin(request):
    return PlainTextResponse("admin")


@fully_authenticated_required
async def transfer(request):
    return PlainTextResponse("transfer")


PASSWORD = "correct horse battery staple"
METHODS = ["GET", "POST", "PUT"]
ROUTES = [
    Route("/tags/{rest:path}", tags, methods=METHODS),
    Route("/admin", admin, methods=METHODS),
    Route("/transfer", transfer, methods=METHODS),
]


@pytest.fixture
def make_app(gatewright_settings, gatewright_clock):
    made = []

    def make(*, routes=ROUTES, mount="", **settings):
        made.append(AsyncEvrmoreAuth(settings=gatewright_settings.with_values(**settings), clock=gatewright_clock))
        return Starlette(routes=routes, middleware=[Middleware(GatewrightMiddleware, auth=made[-1], mount=mount)])

    yield make
    for auth in made:
        auth.close()


@pytest.mark.parametrize("target", ADDRESSES)
def test_a_sign_in_leads_to_exactly_what_was_asked_for(browser, anna, log_in, target):
    """To the letter."""
    assert way_back(browser, log_in, target) == target


@pytest.mark.parametrize("mount", ["", "/auth"])
def test_it_does_so_in_an_application_that_is_mounted(asgi, make_app, anna, log_in, mount):
    """With what it lies below, whether a server, another application or a proxy says so."""
    inner = make_app(mount=mount)
    outer = Starlette(routes=[Mount("/my shop", app=inner)])
    below, behind = asgi(outer).browser(), asgi(inner, root_path="/my shop").browser()
    wanted = "/my%20shop/tags/C%23?a=%23"
    to_login = behind.get(wanted.removeprefix("/my%20shop")).location

    assert way_back(below, log_in, wanted) == wanted
    assert to_login == f"/my%20shop{mount}/login?next=%2Fmy%2520shop%2Ftags%2FC%2523%3Fa%3D%2523"
    assert log_in(behind, page=to_login.removeprefix("/my%20shop")).location == wanted


def test_a_server_that_tells_nothing_but_the_path_is_enough(run, app, asgi):
    """What is special in a path is encoded again (ASGI says that ``raw_path`` may be missing)."""
    server = asgi(app)

    async def without_raw_path(scope, receive, send):
        await app({name: value for name, value in scope.items() if name != "raw_path"}, receive, send)

    server.app = without_raw_path
    location = server.browser().get("/tags/C%23%3F%25/%C3%A4%20;").location

    assert location == "/login?next=%2Ftags%2FC%2523%253F%2525%2F%25C3%25A4%2520%3B"


def test_who_must_confirm_keeps_the_query(browser, anna, log_in):
    """By a link and by a form."""
    log_in(browser, remember_me="on")
    del browser.cookies["gatewright"]
    asked = browser.get("/transfer?to=ben&amount=7")
    posted = of_page(browser, "/transfer", {}, on="/transfer?to=ben")
    back = browser.submit(browser.get(asked.location).form("/confirm_password"), password=PASSWORD)

    assert asked.location == "/confirm_password?next=%2Ftransfer%3Fto%3Dben%26amount%3D7"
    assert posted.location == "/confirm_password?next=%2Ftransfer%3Fto%3Dben"
    assert back.location == "/transfer?to=ben&amount=7"


@pytest.mark.parametrize("headers", PEOPLE.values(), ids=PEOPLE)
def test_a_person_who_posts_a_form_is_led_to_the_login(browser, anna, log_in, headers):
    """And from there to the page that they were on; who lacks a role sees a page that says so."""
    posted = of_page(browser, "/tags/save", {"name": "x"}, headers=headers.items())
    back = log_in(browser, page=posted.location)
    refused = of_page(browser, "/admin", {}, headers=headers.items())

    assert (posted.status, posted.location) == (303, "/login?next=%2Ftags%2Flist%3Fpage%3D2")
    assert back.location == "/tags/list?page=2"
    assert (refused.status, refused.header("content-type")) == (403, "text/html; charset=utf-8")


@pytest.mark.parametrize("method", ["GET", "POST", "PUT"])
@pytest.mark.parametrize("headers", SCRIPTS.values(), ids=SCRIPTS)
def test_a_script_gets_a_problem(browser, anna, log_in, headers, method):
    """Never a page that it would put into its own."""
    sent = [("Accept", "text/html, */*"), *headers.items()]
    guests = browser.send(method, "/tags/x", headers=sent)
    log_in(browser)
    annas = browser.send(method, "/admin", headers=sent)

    assert (guests.status, json.loads(guests.text)["code"]) == (401, "missing_token")
    assert (annas.status, json.loads(annas.text)["code"]) == (403, "denied")
    assert guests.header("content-type") == annas.header("content-type") == "application/problem+json"
    assert guests.header("hx-redirect") == ("/login?next=%2Ftags%2Fx" if "HX-Request" in headers else None)


@pytest.mark.parametrize("mount", ["", "/auth"])
def test_a_slash_at_the_end_of_a_pages_address_does_no_harm(asgi, make_app, anna, mount):
    """The browser is led on with query and fields; the application's own routes go first."""
    own = Route("/account/", lambda request: PlainTextResponse("its own"))
    browser = asgi(make_app(routes=[own], mount=mount)).browser()
    page = browser.get(f"{mount}/login/?next=/x")
    posted = browser.post(f"{mount}/login/", {"email": "anna"})

    assert (page.status, page.location, page.text) == (308, f"{mount}/login?next=/x", "")
    assert (posted.status, posted.location) == (308, f"{mount}/login")
    assert browser.get(f"{mount}/password-reset/to-ken/").location == f"{mount}/password-reset/to-ken"
    assert browser.get(f"{mount}/nowhere/").status == 404
    assert browser.get("/account/").text == "its own"


@pytest.mark.parametrize("mount", ["", "/auth"])
def test_password_managers_find_where_a_password_is_changed(asgi, make_app, mount):
    """At the root of the site, wherever the pages lie."""
    answer = asgi(make_app(mount=mount)).browser().get("/.well-known/change-password")
    assert (answer.status, answer.location) == (303, f"{mount}/account")


def test_a_sign_out_clears_what_the_browser_keeps_of_the_pages(asgi, app, anna, log_in):
    """Where browsers trust the connection; nothing that other applications of the host have there."""
    said = []
    for scheme, host in (("http", "localhost:8000"), ("https", "shop.example"), ("http", "shop.example")):
        browser = asgi(app, scheme=scheme).browser()
        headers = [("Host", host)]
        form = browser.get("/login", headers=headers).form()
        browser.submit(form, headers=headers, email="anna", password=PASSWORD)
        form = browser.get("/account", headers=headers).form("/logout")
        said.append(browser.submit(form, headers=headers).header("clear-site-data"))

    assert said == ['"cache"', '"cache"', None]
