"""What an application's own views know of their visitor, and whom they let in."""

from __future__ import annotations

import gc
import json
import weakref

import pytest
from flask.views import View

from gatewright import MemoryUserProvider, User
from gatewright.adapters.flask import (
    Guest,
    current_guard,
    current_user,
    login_required,
    login_user,
    logout_user,
    permission_required,
    role_required,
)
from gatewright.errors import ConfigurationError, ProviderUnavailableError
from gatewright.web import Site

PASSWORD = "correct horse battery staple"
PROGRAM = [("Accept", "application/json")]


def ask(browser, path, method="GET"):
    """Ask as a program does, which follows no redirect and reads no page."""
    return browser.send(method, path, headers=PROGRAM)


@pytest.mark.parametrize("path", ["/dashboard", "/async", "/report", "/admin", "/edit", "/verified", "/sensitive"])
def test_a_guest_is_led_to_the_login_page(browser, path):
    """A browser comes back afterwards, a program gets a problem; a demand for rights is a demand for a sign-in."""
    answer, problem = browser.get(f"{path}?a=1"), ask(browser, path)

    assert (answer.status, answer.location) == (303, f"/login?next=%2F{path[1:]}%3Fa%3D1")
    assert (problem.status, problem.header("content-type")) == (401, "application/problem+json")
    assert problem.header("www-authenticate") == 'Bearer realm="gatewright"'


def test_whoever_was_led_to_the_login_page_comes_back(browser, anna, log_in):
    """The page that was asked for is shown after all."""
    answer = log_in(browser, browser.get("/report").location)
    assert browser.follow(answer).text == "report for anna"


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("/dashboard", "dashboard of anna"),
        ("/async", "async anna"),
        ("/report", "report for anna"),
        ("/verified", "verified"),
        ("/sensitive", "sensitive"),
    ],
)
def test_who_is_signed_in_is_let_in(browser, anna, log_in, path, text):
    """Plain views, asynchronous ones and classes."""
    log_in(browser)
    assert browser.get(path).text == text


@pytest.mark.parametrize("path", ["/admin", "/edit"])
def test_who_lacks_a_right_is_refused(browser, anna, log_in, path):
    """A person gets a page, a program gets a problem."""
    log_in(browser)
    page, problem = browser.get(path), ask(browser, path)

    assert (page.status, page.header("content-type")) == (403, "text/html; charset=utf-8")
    assert (problem.status, json.loads(problem.text)["code"]) == (403, "denied")


def test_roles_and_permissions_open_doors(browser, people, anna, log_in):
    """From the very next request on."""
    people.create_role("admin")
    people.create_permission("post.edit")
    log_in(browser)
    people.assign_role("admin", username="anna")
    people.grant_permission("post.*", username="anna")

    assert (browser.get("/admin").text, browser.get("/edit").text) == ("admin", "edit")
    assert browser.send("POST", "/items").text == "made"


def test_a_method_of_a_class_can_demand_more(browser, anna, log_in):
    """Each on its own."""
    log_in(browser)
    assert browser.get("/items").text == "items"
    assert ask(browser, "/items", "POST").status == 403


def test_every_role_is_needed(app, browser, people, anna, log_in):
    """One of two is not enough."""
    app.get("/both")(role_required("admin", "editor")(lambda: "both"))
    for role in ("admin", "editor"):
        people.create_role(role)
    people.assign_role("admin", username="anna")
    log_in(browser)
    refused = browser.get("/both").status
    people.assign_role("editor", username="anna")

    assert (refused, browser.get("/both").text) == (403, "both")


def test_without_acl_rights_are_not_asked_for(make_app, open_browser, anna, log_in):
    """A sign-in still is."""
    browser = open_browser(make_app(enable_acl=False))

    assert browser.get("/admin").status == 303
    log_in(browser)
    assert browser.get("/admin").text == "admin"


def test_an_unverified_visitor_is_told_so(make_app, open_browser, people, log_in):
    """Where the application lets them sign in at all."""
    people.create_user("ben", email="ben@example.com", password=PASSWORD)
    browser = open_browser(make_app(enforce_email_verification=False))
    log_in(browser, email="ben")

    assert browser.get("/dashboard").text == "dashboard of ben"
    assert json.loads(ask(browser, "/verified").text)["code"] == "unverified_user"


@pytest.mark.parametrize("decorator", [role_required, permission_required])
@pytest.mark.parametrize("names", [(), (lambda: "a view",), ("admin", None)])
def test_a_decorator_that_demands_nothing_is_refused(decorator, names):
    """One that was not called takes the view for a name, and would let everybody in."""
    with pytest.raises(ConfigurationError, match="Name what is required"):
        decorator(*names)


def test_a_view_keeps_its_name(app):
    """Flask names the route by it."""
    assert app.view_functions["dashboard"].__name__ == "dashboard"


@pytest.mark.parametrize("email", ["anna@münchen.example", "Anna@XN--MNCHEN-3YA.example"])
def test_a_mail_address_is_one_however_its_domain_is_written(browser, people, log_in, email):
    """Browsers send it in ASCII where a person typed it in their own letters."""
    people.create_user("anna", email="anna@xn--mnchen-3ya.example", password=PASSWORD, is_verified=True)
    log_in(browser, email=email)
    assert "anna" in browser.get("/").text


def test_a_remembered_browser_survives_lost_answers(browser, anna, survives_lost_answers):
    """Its next cookie never arrived, so that it sends the one before again, days later."""
    survives_lost_answers(browser, "/")


def test_a_remembered_browser_has_to_prove_itself(browser, anna, log_in):
    """It is known again, but not enough for what is sensitive."""
    log_in(browser, remember_me="on")
    del browser.cookies["gatewright"]

    assert browser.get("/").text == "hello anna"
    assert browser.get("/sensitive").location == "/confirm_password?next=%2Fsensitive"
    assert json.loads(ask(browser, "/sensitive").text)["code"] == "not_fully_authenticated"
    form = browser.get("/confirm_password?next=/sensitive").form("/confirm_password")
    assert browser.follow(browser.submit(form, password=PASSWORD)).text == "sensitive"


def test_a_token_will_do_as_well(browser, people, gatewright_wallet):
    """A program sends what `authenticate` gave it."""
    challenge = people.generate_challenge(gatewright_wallet.address)
    session = people.authenticate(gatewright_wallet.address, challenge, gatewright_wallet.sign(challenge))
    bearer = [("Authorization", f"Bearer {session.token}")]

    assert browser.get("/dashboard", headers=bearer).text == f"dashboard of {gatewright_wallet.address}"
    assert browser.get("/sensitive", headers=bearer).text == "sensitive"
    people.invalidate_token(session.token)
    refused = browser.get("/dashboard", headers=bearer)
    assert (refused.status, json.loads(refused.text)["code"]) == (401, "invalid_token")


class CountingProvider(MemoryUserProvider):
    """Counts how often its users are loaded, and can be out of reach."""

    loads = 0
    is_broken = False

    def load_user_by_username(self, username, password=None):
        self.loads += 1
        if self.is_broken:
            raise ProviderUnavailableError("The directory does not answer.")
        return super().load_user_by_username(username, password)


@pytest.fixture
def provider():
    return CountingProvider(
        [{"email": "john@doe.com", "password": "$2y$10$c1iqXvXuFKZ4hI4l.LhCvuacba1fR3OX.uPfPD29j4DkyayC6p4uu"}]
    )


@pytest.fixture
def shop(make_app, provider):
    return make_app(providers=[provider], user_provider="CountingProvider")


@pytest.fixture
def john(shop, open_browser, log_in):
    """The browser of somebody who is signed in."""
    browser = open_browser(shop)
    assert log_in(browser, email="john@doe.com", password="foo123").location == "/dashboard"
    return browser


def test_the_user_is_loaded_when_asked_for(john, provider):
    """Once in a request, and not at all where nobody asks."""
    provider.loads = 0
    assert john.get("/open").text == "open"
    assert provider.loads == 0
    assert john.get("/twice").text == "john@doe.com john@doe.com john@doe.com"
    assert provider.loads == 1


def test_a_provider_out_of_reach_is_told_apart_from_a_guest(john, provider):
    """The visitor is asked to come back, whether a decorator or the view has asked; what asks nobody works."""
    provider.is_broken = True

    assert [(john.get(path).status, ask(john, path).status) for path in ("/", "/dashboard")] == [(503, 503)] * 2
    assert ask(john, "/").header("retry-after") == "5"
    assert john.get("/open").text == "open"
    provider.is_broken = False
    assert john.get("/").text == "hello john@doe.com"


def test_a_view_that_asks_nothing_costs_nothing(cost_of, browser, anna, log_in):
    """Nobody's visit is opened, no cookie is read and no statement is run, though somebody is signed in."""
    log_in(browser)

    assert cost_of(browser, "/open") == ([], [])


def test_a_view_that_asks_nothing_has_no_header_read(app, watch, open_browser):
    """Under WSGI each stands in the environment by itself, and is read when somebody asks."""
    watched, read = watch(app)
    browser = open_browser(watched)
    headers = [("Cookie", "gatewright=x"), ("Authorization", "Basic x"), ("Accept-Language", "de")]
    browser.send("GET", "/open", headers=headers)
    before = {"HTTP_COOKIE", "HTTP_AUTHORIZATION", "HTTP_ACCEPT_LANGUAGE"} & read
    browser.send("GET", "/", headers=headers)

    assert (before, {"HTTP_COOKIE", "HTTP_AUTHORIZATION"} - read) == (set(), set())


def test_a_visitor_is_recognised_by_one_statement(cost_of, statements, browser, anna, log_in, sql):
    """However often a view asks; outside any transaction, and without a word of when they were seen a moment ago.

    It takes none, but for the question whether anybody has committed, at most once a second, where nobody has.
    """
    log_in(browser)
    looked_at, again = cost_of(browser, "/twice")
    sql("INSERT INTO roles (name) VALUES ('new')")
    statements.clear()
    browser.get("/twice")

    assert looked_at.count("visit") == 1
    assert again in ([], ["PRAGMA data_version"])
    assert [statement.split()[:2] for statement in statements] == [
        ["PRAGMA", "data_version"],
        ["SELECT", "sessions.expires_at,"],
    ]


def test_an_answer_for_one_visitor_is_kept_by_no_cache(browser, anna, log_in):
    """An answer that depends on who asks says so, and one that does not stays as it is."""
    guest = browser.get("/")
    log_in(browser)
    known, neutral = browser.get("/"), browser.get("/open")

    assert (guest.header("vary"), guest.header("cache-control")) == ("Cookie", None)
    assert (known.header("vary"), known.header("cache-control")) == ("Cookie", "no-store")
    assert (neutral.header("vary"), neutral.header("cache-control")) == (None, None)


def test_what_the_application_says_of_caches_counts(browser, anna, log_in):
    """Its own headers stay, and are not said twice."""
    log_in(browser)
    headers = [header for header in browser.get("/cached").headers if header[0] in ("Cache-Control", "Vary")]
    assert headers == [("Cache-Control", "private, max-age=60"), ("Vary", "Cookie")]


def test_the_guard_keeps_values(browser):
    """For guests, too, in a cookie that is sent only when it has changed."""
    assert [browser.get("/count").text for _ in range(3)] == ["1", "2", "3"]
    assert browser.get("/").header("set-cookie") is None


def test_templates_know_the_visitor(browser, anna, log_in):
    """The user, the paths of the pages, and the token of the visit's forms."""
    guest = browser.get("/template").text.split()
    log_in(browser)
    known = browser.get("/template").text.split()

    assert guest[:2] == ["nobody", "/password-reset/t"]
    assert known[0] == "anna"
    assert known[2] == browser.get("/account").form("/logout").fields["csrf_token"]


def test_requests_within_one_context_stay_strangers(app, open_browser, anna, log_in):
    """Around which an application context has been pushed, as tests and scripts do."""
    known, stranger = open_browser(app), open_browser(app)
    with app.app_context():
        log_in(known)
        assert [known.get("/").text, stranger.get("/").text] == ["hello anna", "hello guest"]


def test_a_form_of_another_site_is_a_guests(browser, anna, log_in):
    """In the application's own views, too: nobody acts in a visitor's name."""
    log_in(browser)

    assert browser.post("/dashboard", {}).text == "dashboard of anna"
    foreign = browser.post("/dashboard", {}, headers=[("Sec-Fetch-Site", "cross-site")])
    assert (foreign.status, foreign.header("content-type")) == (401, "text/html; charset=utf-8")


def test_an_application_can_sign_visitors_in_and_out(app, people, browser, anna):
    """Who has been proven in its own way; the next line of the view knows already."""

    @app.post("/enter")
    def enter():
        before = current_user.is_authenticated
        login_user(people.bypass("anna", "SQLUserProvider"), remember=True)
        return f"{before} {current_user.username}"

    @app.post("/leave")
    def leave():
        logout_user()
        return str(bool(current_user))

    assert browser.post("/enter", {}).text == "False anna"
    assert sorted(browser.cookies) == ["gatewright", "gatewright-remember"]
    assert browser.get("/sensitive").text == "sensitive"
    assert browser.post("/leave", {}).text == "False"
    assert browser.cookies == {}


def test_the_guard_of_a_view_is_that_of_the_visit(app, browser, anna):
    """Whoever signs in by it is the current user at once."""

    @app.post("/enter")
    def enter():
        before = bool(current_user)
        current_guard.login("anna", PASSWORD, "SQLUserProvider")
        return f"{before} {current_user.username}"

    assert browser.post("/enter", {}).text == "False anna"
    assert browser.get("/").text == "hello anna"


def test_a_disabled_user_is_a_guest_at_once(browser, people, anna, log_in):
    """The very next request is refused."""
    log_in(browser)
    people.disable_user("anna")
    assert browser.get("/").text == "hello guest"


def test_a_failing_view_fails_as_ever(app, browser, anna, log_in):
    """Flask handles the error; what the visit keeps is kept."""

    @app.get("/fail")
    def fail():
        current_guard.session("seen", True)
        raise RuntimeError("a defect")

    app.errorhandler(RuntimeError)(lambda error: (f"sorry for {error}", 500))
    answer = browser.get("/fail")

    assert (answer.status, answer.text) == (500, "sorry for a defect")
    assert answer.header("set-cookie").startswith("gatewright=")


def test_the_guest_is_nobody(app, browser):
    """It has whatever a user has, says no to every question, and counts as false."""
    app.get("/guest")(lambda: f"{current_user!r} {bool(current_user)}")
    questions = {name for name in dir(User) if not name.startswith("_")}

    assert browser.get("/guest").text == "Guest() False"
    assert questions <= set(dir(Guest))
    assert not any(getattr(Guest(), name) for name in questions)


def test_a_decorator_above_the_route_is_named(app, browser, caplog):
    """Flask has registered the view without it. Where both are registered, one is meant to be open."""

    @login_required
    @app.get("/open")
    def slip():
        return "slip"

    def both():
        return "both"

    app.add_url_rule("/both", "both", both)
    app.add_url_rule("/both-guarded", "both_guarded", login_required(both))
    browser.get("/login")
    said = [each.getMessage() for each in caplog.records if each.name == "gatewright.web"]

    assert [line.split(":")[0] for line in said] == ["Anybody can reach /open"]
    assert "Put it below that one, next to the function." in said[0]


def test_a_class_is_not_decorated_itself():
    """It would be neither a view nor a class any more."""
    with pytest.raises(ConfigurationError, match=r"decorators = \[login_required\]"):
        login_required(View)


def test_a_visit_leaves_no_garbage(monkeypatch, browser, anna, log_in):
    """A reference cycle would keep it, and all that belongs to its request, until the next garbage collection."""
    opened, open_visit = [], Site.open

    def remember(site, request):
        visit = open_visit(site, request)
        opened.append(weakref.ref(visit))
        return visit

    log_in(browser)
    monkeypatch.setattr(Site, "open", remember)
    gc.collect()
    gc.disable()
    try:
        browser.get("/dashboard")
        assert [visit() for visit in opened] == [None]
    finally:
        gc.enable()
