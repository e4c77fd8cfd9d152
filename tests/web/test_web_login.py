"""The login and the logout, as a browser without JavaScript sees them."""

from __future__ import annotations

import json
import re

import pytest

from gatewright.errors import Denied
from gatewright.web import AuthMiddleware

PASSWORD = "correct horse battery staple"


def test_a_login_leads_on(pages, browser, anna, log_in):
    """The right password: a session in a cookie that no script reads, and a redirect by GET."""
    answer = log_in(browser)

    assert (answer.status, answer.location) == (303, "/")
    assert "HttpOnly; SameSite=Lax" in answer.header("set-cookie")
    assert pages.user_of(browser).username == "anna"


@pytest.mark.parametrize("name", ["anna", "ANNA", "anna@example.com", " Anna@Example.com "])
def test_every_spelling_of_a_name_will_do(pages, browser, anna, log_in, name):
    """Username or email address, in any case."""
    log_in(browser, name)
    assert pages.user_of(browser).id == anna.id


def test_a_login_leads_to_the_route_of_the_setting(make_pages, anna, log_in):
    """A route name is looked up in the application; a path is taken as it is."""
    pages = make_pages(resolve={"dashboard": "/my/dashboard"}.get)
    assert log_in(pages.browser()).location == "/my/dashboard"


def test_a_login_leads_to_the_path_of_the_setting(make_pages, anna, log_in):
    """A path is taken as it is."""
    assert log_in(make_pages(auth_login_route_redirect="/start").browser()).location == "/start"


def test_a_login_leads_to_where_the_visitor_wanted_to_go(browser, anna):
    """``next`` survives a failed attempt, too."""
    page = browser.get("/login?next=/orders%3Fpage=2")
    failed = browser.submit(page.form("/login"), email="anna", password="wrong")
    page = browser.follow(failed)
    answer = browser.submit(page.form("/login"), email="anna", password=PASSWORD)

    assert failed.location == "/login?next=%2Forders%3Fpage%3D2"
    assert answer.location == "/orders?page=2"


def test_where_passwords_are_none_of_the_methods_none_signs_in(make_pages, anna):
    """Be it the right one: neither by a form, whoever has made it, nor by JSON."""
    pages = make_pages(methods=("passkey", "wallet"))
    browser = pages.browser()
    token = browser.get("/login").form("/login/wallet").fields["csrf_token"]
    right = {"email": "anna", "password": PASSWORD}

    page = browser.post("/login", {"csrf_token": token, **right})
    answer = browser.send(
        "POST", "/api/login", headers=[("Content-Type", "application/json")], body=json.dumps(right).encode()
    )

    assert page.location == "/login"
    assert (answer.status, json.loads(answer.text)["errors"][0]["field"]) == (422, "method")
    assert pages.user_of(browser) is None


@pytest.mark.parametrize(
    ("change", "code", "text"),
    [
        ({"password": "wrong"}, "ERR_LOGIN_INVALID_CREDENTIALS", "Wrong email or password."),
        ({"email": "nobody"}, "ERR_LOGIN_INVALID_CREDENTIALS", "Wrong email or password."),
        ({"password": ""}, "ERR_LOGIN_INVALID_CREDENTIALS", "Wrong email or password."),
        ({"email": ""}, "ERR_LOGIN_INVALID_CREDENTIALS", "Wrong email or password."),
        ({"email": "\x00"}, "ERR_LOGIN_INVALID_CREDENTIALS", "Wrong email or password."),
        ({"password": None}, "ERR_LOGIN_INVALID_CREDENTIALS", "Wrong email or password."),
        ({"email": None}, "ERR_LOGIN_INVALID_CREDENTIALS", "Wrong email or password."),
    ],
)
def test_a_failed_login_says_so_once(pages, browser, anna, log_in, change, code, text):
    """The next page shows the message, and the one after it does not; nothing tells a name from a password."""
    answer = log_in(browser, **{"email": "anna", "password": PASSWORD} | change)
    page = browser.follow(answer)

    assert (answer.status, answer.location) == (303, "/login")
    assert text in page.text
    assert text not in browser.get("/login").text
    assert pages.user_of(browser) is None


def test_what_was_typed_is_still_there(browser, anna, log_in):
    """The name, never the password; and only once."""
    page = browser.follow(log_in(browser, "anna@example.com", "wrong password"))

    assert page.form("/login").fields["email"] == "anna@example.com"
    assert "wrong password" not in page.text
    assert browser.get("/login").form("/login").fields["email"] == ""


def test_an_inactive_user_is_told(people, browser, anna, log_in):
    """After the right password only."""
    people.disable_user("anna")

    assert "This account is not active." in browser.follow(log_in(browser)).text
    assert "This account is not active." not in browser.follow(log_in(browser, password="wrong")).text


def test_an_unverified_user_is_told(people, browser, log_in):
    """After the right password only."""
    people.create_user("ben", email="ben@example.com", password=PASSWORD)

    assert "not been verified yet" in browser.follow(log_in(browser, "ben")).text
    assert "not been verified yet" not in browser.follow(log_in(browser, "ben", "wrong")).text


def test_after_four_failures_the_client_is_blocked(pages, browser, anna, log_in):
    """The right password does not help, and another client is let in."""
    for _ in range(4):
        log_in(browser, password="wrong")
    blocked = browser.follow(log_in(browser))
    pages.peer = "198.51.100.4"

    assert "Too many failed attempts." in blocked.text
    assert log_in(pages.browser()).location == "/"


def test_the_events_of_a_login(browser, anna, log_in, events):
    """``pre_login`` at each visit of the route, GET or POST; success before the redirect."""
    log_in(browser)

    logins = [name for name in events.names if name in ("pre_login", "login_success")]
    assert logins == ["pre_login", "pre_login", "login_success"]


def test_a_middleware_sees_every_event(make_pages, anna, log_in):
    """Each method is called with what its event is about."""
    seen = []

    class Watching(AuthMiddleware):
        def pre_login(self, route):
            seen.append(("pre_login", route.name, route.method))

        def on_login_success(self, user):
            seen.append(("success", user.username))

        def on_login_failed(self, username):
            seen.append(("failed", username))

        def on_logout(self):
            seen.append(("logout",))

    pages = make_pages()
    pages.auth.add_middleware(Watching)
    browser = pages.browser()
    log_in(browser, password="wrong")
    log_in(browser)
    browser.submit(browser.get("/account").form("/logout"))

    assert seen == [
        ("pre_login", "login", "GET"),
        ("pre_login", "login", "POST"),
        ("failed", "anna@example.com"),
        ("pre_login", "login", "GET"),
        ("pre_login", "login", "POST"),
        ("success", "anna"),
        ("logout",),
    ]


def test_pre_login_may_refuse_the_visit(pages, browser):
    """A veto is a page that says no."""

    @pages.auth.hooks.pre_login
    def closed():
        raise Denied("closed at night")

    page = browser.get("/login")

    assert page.status == 403
    assert "closed at night" not in page.text


def test_a_signed_in_visitor_is_led_on(browser, anna, log_in):
    """Pages for guests lead to where a login leads."""
    log_in(browser)

    for path in ("/login", "/signup", "/password-reset", "/password-reset/token"):
        assert (browser.get(path).status, browser.get(path).location) == (303, "/")
    assert browser.get("/login?next=/orders").location == "/orders"


def test_a_logout_ends_the_session(pages, browser, anna, log_in):
    """At once and for every copy of the cookie; then it leads on."""
    log_in(browser)
    stolen = dict(browser.cookies)
    answer = browser.submit(browser.get("/account").form("/logout"))
    thief = pages.browser()
    thief.cookies = stolen

    assert (answer.status, answer.location) == (303, "/")
    assert pages.user_of(browser) is None
    assert pages.user_of(thief) is None


def test_a_logout_by_get_is_refused(pages, browser, anna, log_in):
    """Any site could sign visitors out by an image."""
    log_in(browser)
    answer = browser.get("/logout")

    assert (answer.status, answer.header("allow")) == (405, "POST")
    assert pages.user_of(browser) is not None


def test_a_logout_by_get_where_the_application_says_so(make_pages, anna, log_in):
    """As SimpleAuth offers it."""
    pages = make_pages(auth_logout_methods=("GET", "POST"))
    browser = pages.browser()
    log_in(browser)

    assert browser.get("/logout").status == 303
    assert pages.user_of(browser) is None


def test_a_login_replaces_the_visits_session(pages, browser, anna, log_in, people):
    """An identifier from before the login is worth nothing after it: no fixation."""
    log_in(browser)
    before = dict(browser.cookies)
    form = browser.get("/account").form("/logout")
    browser.post("/login", {"csrf_token": form.fields["csrf_token"], "email": "anna", "password": PASSWORD})
    old = pages.browser()
    old.cookies = before

    assert pages.user_of(browser).username == "anna"
    assert pages.user_of(old) is None
    assert len(people.list_sessions(anna.id)) == 1


def test_the_login_and_logout_route_can_be_moved(make_pages, anna):
    """By their settings, as a name or a path."""
    pages = make_pages(auth_login_route="/sign/in", auth_logout_route="goodbye")
    browser = pages.browser()
    answer = browser.submit(browser.get("/sign/in").form("/sign/in"), email="anna", password=PASSWORD)
    gone = browser.submit(browser.get("/account").form("/goodbye"))

    assert (answer.status, gone.status) == (303, 303)
    assert browser.get("/login").status == 404


def test_the_form_fields_can_be_renamed(make_pages, anna):
    """By their settings."""
    pages = make_pages(auth_form_username_field="who", auth_form_password_field="secret")
    browser = pages.browser()
    browser.submit(browser.get("/login").form("/login"), who="anna", secret=PASSWORD)

    assert pages.user_of(browser).username == "anna"


def rank_of(button, page):
    """Return which class a button has, or what opens a form, by the text on it."""
    return re.search(rf'class="(?:button )?(\w+) wide"[^>]*>\s*(?:<svg.*?</svg>\s*)?{button}<', page.text)[1]


@pytest.mark.parametrize(
    ("methods", "ranks"),
    [
        (["email_code"], {"Email me a code": "primary"}),
        (["passkey"], {"Sign in with a passkey": "primary"}),
        (["wallet"], {"Continue with your wallet": "primary"}),
        (["passkey", "email_code", "wallet"], {"Sign in with a passkey": "secondary", "Email me a code": "primary"}),
        (["email_code", "password"], {"Email me a code": "secondary", "Sign in": "primary"}),
    ],
)
def test_one_button_stands_out(make_pages, monkeypatch, methods, ranks):
    """That of the form of the page itself, or else the first that is there without scripts, too."""
    monkeypatch.setenv("GATEWRIGHT_EMAIL_CODE", "both")
    page = make_pages(methods=methods).browser().get("/login")

    assert {button: rank_of(button, page) for button in ranks} == ranks
    assert page.text.count('class="primary wide"') == 1


@pytest.mark.parametrize(
    "settings", [{"methods": ["totp"]}, {"methods": ["email_code", "totp"], "page_paths": {"login_step": ""}}]
)
def test_who_finds_no_way_to_sign_in_is_told(make_pages, settings):
    """And is offered no account that they could not sign in to."""
    page = make_pages(**settings).browser().get("/login")

    assert "There is currently no way to sign in here." in page.text
    assert "/signup" not in page.text


@pytest.mark.parametrize(("methods", "is_told"), [(["passkey"], True), (["passkey", "password"], False)])
def test_who_needs_a_script_for_the_only_way_is_told(make_pages, methods, is_told):
    """Beside another way they need not know."""
    page = make_pages(methods=methods).browser().get("/login")

    assert ("Passkeys need JavaScript." in page.text) == is_told
