"""Which address a visitor comes back to, and who is led away from one at all."""

from __future__ import annotations

import json

import flask
import pytest
from werkzeug.middleware.dispatcher import DispatcherMiddleware
from werkzeug.middleware.proxy_fix import ProxyFix
from werkzeug.test import Client

from addresses import ADDRESSES, PEOPLE, SCRIPTS, of_page, way_back
from gatewright import EvrmoreAuth
from gatewright.adapters.flask import (
    FlaskAuth,
    fully_authenticated_required,
    login_required,
    logout_user,
    permission_required,
    role_required,
    verified_required,
)
from gatewright.testing import Browser

PASSWORD = "correct horse battery staple"
METHODS = ["GET", "POST", "PUT"]


def tags(**_):
    return "tags"


async def tags_async(**_):
    return "tags"


@pytest.fixture
def make_app(gatewright_settings, gatewright_clock):
    made = []

    def make(*, url_prefix="", **settings):
        made.append(EvrmoreAuth(settings=gatewright_settings.with_values(**settings), clock=gatewright_clock))
        app = flask.Flask("shop")
        app.url_map.merge_slashes = False
        FlaskAuth(app, made[-1], url_prefix=url_prefix)
        app.add_url_rule("/tags/<path:rest>", "tags", login_required(tags), methods=METHODS)
        app.add_url_rule("/async/<path:rest>", "async", login_required(tags_async), methods=METHODS)
        app.add_url_rule("/verified/<path:rest>", "verified", verified_required(tags), methods=METHODS)
        app.add_url_rule("/admin", "admin", role_required("admin")(tags), methods=METHODS)
        app.add_url_rule("/edit/<path:rest>", "edit", permission_required("edit")(tags), methods=METHODS)
        app.add_url_rule("/transfer", "transfer", fully_authenticated_required(tags), methods=METHODS)
        return app

    yield make
    for auth in made:
        auth.close()


@pytest.mark.parametrize("target", ADDRESSES)
def test_a_sign_in_leads_to_exactly_what_was_asked_for(browser, anna, log_in, target):
    """To the letter."""
    assert way_back(browser, log_in, target) == target


@pytest.mark.parametrize("view", ["async", "verified", "edit"])
def test_every_decorator_does_so(browser, anna, log_in, view):
    """Plain and asynchronous."""
    assert way_back(browser, log_in, f"/{view}/C%23%2F?a=%23") == f"/{view}/C%23%2F?a=%23"


@pytest.mark.parametrize("url_prefix", ["", "/auth"])
def test_it_does_so_in_an_application_that_is_mounted(make_app, open_browser, anna, log_in, url_prefix):
    """With what it lies below, whether another application or a proxy says so."""
    inner = make_app(url_prefix=url_prefix)
    below = open_browser(DispatcherMiddleware(inner, {"/my shop": inner}))
    behind = open_browser(ProxyFix(inner, x_prefix=1))
    wanted, prefix = "/my%20shop/tags/C%23?a=%23", [("X-Forwarded-Prefix", "/my shop")]
    to_login = behind.get(wanted.removeprefix("/my%20shop"), headers=prefix).location

    assert way_back(below, log_in, wanted) == wanted
    assert to_login == f"/my%20shop{url_prefix}/login?next=%2Fmy%2520shop%2Ftags%2FC%2523%3Fa%3D%2523"


@pytest.mark.parametrize("told", [{}, {"RAW_URI": "http://localhost/x"}])
def test_a_server_that_tells_nothing_but_the_path_is_enough(app, told):
    """What is special in a path is encoded again: PEP 3333 knows only the decoded one."""

    def without_uri(environ, start_response):
        hidden = {name: value for name, value in environ.items() if name not in ("REQUEST_URI", "RAW_URI")}
        return app(hidden | told, start_response)

    client = Client(without_uri, use_cookies=False)
    answer = client.get("/tags/C%23%3F%25/%C3%A4%20;", headers={"Accept": "text/html"})

    assert answer.headers["Location"] == "/login?next=%2Ftags%2FC%2523%253F%2525%2F%25C3%25A4%2520%3B"


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


@pytest.mark.parametrize("url_prefix", ["", "/auth"])
def test_a_slash_at_the_end_of_a_pages_address_does_no_harm(make_app, open_browser, anna, url_prefix):
    """The browser is led on with query and fields; the application's own routes go first."""
    app = make_app(url_prefix=url_prefix)
    app.add_url_rule("/account/", "own", lambda: "its own")
    browser = open_browser(app)
    page = browser.get(f"{url_prefix}/login/?next=/x")
    posted = browser.post(f"{url_prefix}/login/", {"email": "anna"})

    assert (page.status, page.location, page.text) == (308, f"{url_prefix}/login?next=/x", "")
    assert (posted.status, posted.location) == (308, f"{url_prefix}/login")
    assert browser.get(f"{url_prefix}/password-reset/to-ken/").location == f"{url_prefix}/password-reset/to-ken"
    assert browser.get(f"{url_prefix}/nowhere/").status == 404
    assert browser.get("/account/").text == "its own"


@pytest.mark.parametrize("url_prefix", ["", "/auth"])
def test_password_managers_find_where_a_password_is_changed(make_app, open_browser, url_prefix):
    """At the root of the site, wherever the pages lie."""
    answer = open_browser(make_app(url_prefix=url_prefix)).get("/.well-known/change-password")
    assert (answer.status, answer.location) == (303, f"{url_prefix}/account")


@pytest.mark.parametrize(("host", "said"), [("localhost:5000", '"cache"'), ("shop.example", None)])
def test_a_sign_out_clears_what_the_browser_keeps_of_the_pages(app, open_browser, anna, log_in, host, said):
    """By our page and by the application's own, where browsers trust the connection."""

    @app.post("/leave")
    def leave():
        logout_user()
        return "gone"

    class OnHost(Browser):
        def send(self, method, path, *, headers=(), body=b""):
            return super().send(method, path, headers=[("Host", host), *headers], body=body)

    browser = OnHost(open_browser(app)._send)
    log_in(browser)
    ours = browser.submit(browser.get("/account").form("/logout"))
    log_in(browser)

    assert [ours.header("clear-site-data"), browser.post("/leave", {}).header("clear-site-data")] == [said, said]
