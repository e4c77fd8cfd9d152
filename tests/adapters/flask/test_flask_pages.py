"""The pages, as they come through Flask."""

from __future__ import annotations

import io
import re

import flask
import pytest
from werkzeug.test import Client
from werkzeug.wrappers import Response

from gatewright.drive import run_to_completion
from gatewright.errors import ConfigurationError
from gatewright.testing import HookRecorder
from gatewright.web import AuthController, AuthMiddleware, Request
from gatewright.web.access import refusal
from gatewright.web.request import LARGEST_BODY

PASSWORD = "correct horse battery staple"
FORM = "application/x-www-form-urlencoded"


def test_a_visitor_signs_in_and_out(browser, anna, log_in):
    """By the form to the dashboard, which the application knows by that name, and out again."""
    answer = log_in(browser)
    welcome = browser.get("/").text
    page = browser.get("/account")
    goodbye = browser.submit(page.form("/logout"))

    assert (answer.status, answer.location) == (303, "/dashboard")
    assert welcome == "hello anna"
    assert (goodbye.status, goodbye.location) == (303, "/")
    assert browser.get("/").text == "hello guest"


def test_a_failed_login_says_so(browser, anna, log_in):
    """The message waits in the cookie for the next page."""
    page = browser.follow(log_in(browser, password="wrong"))

    assert "Wrong email or password." in page.text
    assert browser.get("/").text == "hello guest"


def test_head_is_get_without_a_body(browser):
    """The same headers, the length of the page included."""
    browser.get("/signup")
    page, head = browser.get("/signup"), browser.send("HEAD", "/signup", headers=[("Accept", "text/html")])

    assert (head.status, head.text) == (200, "")
    assert head.headers == page.headers
    assert int(head.header("content-length")) == len(page.text.encode())


def test_the_answer_is_sent_as_it_is(app, browser):
    """No header of the framework's own but the length stands among ours."""
    visit = app.extensions["gatewright"].site.open(Request("GET", "/dashboard", headers=[("accept", "text/html")]))
    ours = run_to_completion(refusal(visit))

    assert sorted(browser.get("/dashboard").headers) == sorted([*ours.headers, ("Content-Length", "0")])


def test_the_target_of_a_redirect_is_not_rewritten(browser, anna, log_in):
    """What a browser may send, it gets back letter by letter."""
    assert log_in(browser, "/login?next=/orders%3Fids[]%3D1").location == "/orders?ids[]=1"


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "OPTIONS", "TRACE"])
def test_other_methods_are_refused(browser, method):
    """A page answers 405 itself, whatever Flask would do."""
    answer = browser.send(method, "/login")
    assert (answer.status, answer.header("allow")) == (405, "GET, HEAD, POST")


@pytest.mark.parametrize("path", ["/login", "/gatewright/style.css", "/api/login"])
def test_no_page_takes_a_large_body(browser, path):
    """One byte more than the largest body is refused before it is read."""
    answer = browser.send("POST", path, headers=[("Content-Type", FORM)], body=b"x" * (LARGEST_BODY + 1))
    assert (answer.status, answer.header("content-type")) == (413, "application/problem+json")


def test_the_largest_body_is_taken(browser):
    """It is read and looked at: here no form that is ours."""
    answer = browser.send("POST", "/login", headers=[("Content-Type", FORM)], body=b"x" * LARGEST_BODY)
    assert answer.status == 403


@pytest.mark.parametrize(("size", "status"), [(LARGEST_BODY, 403), (LARGEST_BODY + 1, 413)])
def test_a_body_of_unknown_length_is_limited_too(app, size, status):
    """Chunks, which a server ends for us, count as they come."""
    environ = {"wsgi.input": io.BytesIO(b"x" * size), "wsgi.input_terminated": True, "CONTENT_TYPE": FORM}
    answer = Client(app, Response).open("/login", method="POST", environ_overrides=environ | {"CONTENT_LENGTH": ""})
    assert answer.status_code == status


@pytest.mark.parametrize("kind", [FORM, "multipart/form-data"])
@pytest.mark.parametrize("look", [lambda: flask.request.form.get("x"), lambda: flask.request.get_data()])
def test_what_runs_before_a_view_may_read_the_body(app, anna, kind, look):
    """As extensions do that count forms or look for tokens: ours is there nevertheless, and no larger."""
    app.before_request_funcs[None].insert(0, lambda: [look()].clear())
    client = app.test_client()
    token = re.search(r'name="csrf_token" value="(\w+)"', client.get("/login").text)[1]
    fields = {"csrf_token": token, "email": "anna@example.com", "password": PASSWORD}

    assert client.post("/login", data=fields | {"email": "x" * LARGEST_BODY}, content_type=kind).status_code == 413
    assert client.post("/login", data=fields | {"password": "wrong"}, content_type=kind).location == "/login"
    token = re.search(r'name="csrf_token" value="(\w+)"', client.get("/login").text)[1]
    answer = client.post("/login", data=fields | {"csrf_token": token}, content_type=kind)
    assert (answer.status_code, answer.location) == (303, "/dashboard")


def test_an_application_may_take_less(app, browser):
    """Flask's own limit is answered as ours is: a page for people, a problem for programs."""
    app.config["MAX_CONTENT_LENGTH"] = 10
    page = browser.post("/login", {"email": "x" * 10})
    problem = browser.send("POST", "/login", body=b"email=xxxxxxxxxx")
    twin = browser.send("POST", "/api/login", headers=[("Accept", "text/html")], body=b"{}         ")
    assert (page.status, page.header("content-type")) == (413, "text/html; charset=utf-8")
    assert "The body of the request is too large." in page.text
    for answer in (problem, twin):
        assert (answer.status, answer.header("content-type")) == (413, "application/problem+json")


def test_the_applications_bodies_are_its_own(app, browser):
    """It may take more than a page does, and finds it unread."""
    app.post("/upload")(lambda: str(len(flask.request.get_data())))
    assert browser.send("POST", "/upload", body=b"x" * (LARGEST_BODY * 2)).text == str(LARGEST_BODY * 2)


def test_a_form_must_be_a_form(browser):
    """Any other kind of body is refused."""
    answer = browser.send("POST", "/login", headers=[("Content-Type", "application/json")], body=b"{}")
    assert answer.status == 415


def test_a_form_without_the_token_is_refused(browser, anna):
    """Nobody is signed in by a form that no page of ours has shown."""
    answer = browser.post("/login", {"email": "anna", "password": PASSWORD})

    assert answer.status == 403
    assert browser.get("/").text == "hello guest"


@pytest.mark.parametrize("header", [("Origin", "https://evil.example"), ("Sec-Fetch-Site", "cross-site")])
def test_a_form_of_another_site_is_refused(browser, anna, header):
    """Even with the right token."""
    form = browser.get("/login").form("/login")
    answer = browser.submit(form, email="anna", password=PASSWORD, headers=[header])
    assert answer.status == 403


def test_the_api_answers_beside_the_pages(browser, anna):
    """A script signs in by JSON."""
    body = b'{"email": "anna", "password": "correct horse battery staple"}'
    answer = browser.send("POST", "/api/login", headers=[("Content-Type", "application/json")], body=body)

    assert answer.status == 200
    assert browser.get("/").text == "hello anna"


def test_the_style_sheet_is_there(browser):
    """From the package, with a type that browsers take."""
    answer = browser.get("/gatewright/style.css")
    assert (answer.status, answer.header("content-type")) == (200, "text/css; charset=utf-8")


@pytest.mark.parametrize("path", ["//login", "/login/", "/Login", "", "login", "*"])
def test_a_path_is_taken_as_it_is(app, path):
    """A second slash makes it another path, which is the application's; one at the end leads on to the page."""
    answer = Client(app, Response).get("/", environ_overrides={"PATH_INFO": path})
    assert b'name="csrf_token"' not in answer.data


def test_no_page_is_for_programs(browser):
    """A request with a token is the application's, which has no such path."""
    assert browser.get("/login", headers=[("Authorization", "Bearer x")]).status == 404


def test_an_untrusted_host_gets_no_page(app, browser):
    """Flask's ``TRUSTED_HOSTS`` goes before everything."""
    app.config["TRUSTED_HOSTS"] = ["shop.example"]

    assert browser.get("/login", headers=[("Host", "evil.example")]).status == 400
    assert browser.get("/login", headers=[("Host", "shop.example")]).status == 200


class OwnPages(AuthController):
    """Pages of an application's own: some plain, some not, most missing."""

    def get_user_provider(self):
        return "SQLUserProvider"

    def login(self, visit):
        return f'<form method="post" action="/login"><input name="csrf_token" value="{visit.csrf_token()}"></form>'

    async def signup(self, request):
        return f"signup by {request.method}"

    def password_reset_form(self, token):
        return token


def test_pages_may_be_an_applications_own(make_app, open_browser, anna, log_in):
    """A controller renders; the submitted login never reaches it."""
    browser = open_browser(make_app(OwnPages()))

    assert log_in(browser).location == "/dashboard"
    assert browser.get("/").text == "hello anna"
    other = open_browser(make_app(OwnPages()))
    assert other.get("/signup").text == "signup by GET"
    assert other.get("/password-reset/%C3%BC").text == "ü"
    assert other.get("/email_verification/x").status == 404


def test_a_controller_that_cannot_work_is_refused_at_the_start(make_app):
    """A provider that nobody has, or a page that nobody can call."""

    class StrangersPages(OwnPages):
        def get_user_provider(self):
            return "Staff"

    class PagesOfForms(OwnPages):
        def signup(self, form):
            return "never"

    for controller, said in ((StrangersPages(), "'Staff'"), (PagesOfForms(), "'form'")):
        with pytest.raises(ConfigurationError, match=said):
            make_app(controller)


def test_hooks_fire(app, browser, anna, log_in):
    """Each visit of the login route, the login, the logout."""
    recorder = HookRecorder(app.extensions["gatewright"].auth)
    log_in(browser)
    browser.submit(browser.get("/account").form("/logout"))
    events = [name for name in recorder.names if name in ("pre_login", "login_success", "logout")]

    assert events == ["pre_login", "pre_login", "login_success", "logout"]


class Watcher(AuthMiddleware):
    """Remembers who came."""

    came: tuple[str, ...] = ()

    def on_login_success(self, user):
        Watcher.came += (user.username,)


class WatchedPages(OwnPages):
    def get_middleware(self):
        return "Watcher"


def test_the_middleware_of_a_controller_acts(make_app, open_browser, anna, log_in, monkeypatch):
    """It is found beside the controller by its name."""
    monkeypatch.setattr(Watcher, "came", ())
    log_in(open_browser(make_app(WatchedPages())))
    assert Watcher.came == ("anna",)
