"""Pages and the JSON API at other paths, or switched off."""

from __future__ import annotations

import json
import logging

import pytest

from gatewright.errors import ConfigurationError
from gatewright.page_paths import PATHS
from gatewright.web import AuthController, Request, SimpleAuthController
from gatewright.web.routes import API
from gatewright.web.shadowed import shadowed, warn_of_shadowed

PASSWORD = "correct horse battery staple"
APPLICATIONS = b"the application's"


def is_applications(browser, path, method="GET"):
    return browser.send(method, path, headers=[("Accept", "text/html")]).text.encode() == APPLICATIONS


@pytest.mark.parametrize(
    "mount",
    ["accounts", " /accounts", "//accounts", "/a//b", "/../a", "/a/.", "/a?b", "/a#b", "/<a>", "/{a}", "/a\\b", 7],
)
def test_a_mount_that_no_address_has_is_refused(make_pages, mount):
    """No page would be there, and whoever needs one led to where nothing is."""
    with pytest.raises(ConfigurationError, match='mount must be a path such as "/accounts"'):
        make_pages(mount=mount)


@pytest.mark.parametrize("mount", ["", "/", "/a", "/a/", "/a/b", "/.a/b..", "/my shop", "/käse", "/50%"])
def test_any_other_mount_will_do(make_pages, mount):
    assert make_pages(mount=mount).site.path("login") == f"{mount.rstrip('/')}/login"


@pytest.mark.parametrize("name", PATHS)
def test_each_page_can_be_moved(make_pages, name):
    """It answers where it is now, and where it was there is room for the application."""
    browser = make_pages(page_paths={name: f"/my{PATHS[name]}"}).browser()
    browser.get("/login" if name != "login" else "/my/login")
    old, new = (path.format(token="secret") for path in (PATHS[name], f"/my{PATHS[name]}"))

    assert not is_applications(browser, new)
    assert is_applications(browser, old) or name in ("login_wallet",)
    assert not is_applications(browser, f"/api{old}", "POST")


@pytest.mark.parametrize("place", ["", "/api"])
@pytest.mark.parametrize("name", [name for name, path in PATHS.items() if path.endswith("{token}")])
def test_the_template_of_a_path_is_a_path_with_a_wrong_token(make_pages, name, place):
    """Whoever copies it from the reference, or leaves it to a client that fills in nothing, gets no server error."""
    answer = (
        make_pages()
        .browser()
        .send(
            "POST" if place else "GET",
            f"{place}{PATHS[name]}",
            headers=[("Content-Type", "application/json"), ("Accept", "text/html")],
            body=json.dumps({"action": "begin", "password": PASSWORD}).encode() if place else b"",
        )
    )

    assert answer.status in (404, 410)


@pytest.mark.parametrize("name", PATHS)
def test_each_page_can_be_switched_off(make_pages, name):
    """The JSON API goes on; its own setting switches that off."""
    pages = make_pages(page_paths={name: ""})
    browser = pages.browser()
    browser.get("/signup")
    path = PATHS[name].format(token="secret")

    assert is_applications(browser, path)
    assert is_applications(browser, path, "POST")
    assert not is_applications(browser, f"/api{path}", "POST")
    assert pages.site.path(name) == "/"


def test_what_is_switched_off_leads_to_the_applications_own(make_pages):
    """By the route's name, which is the page's."""
    site = make_pages(page_paths={"account": ""}, resolve={"account": "/mine"}.get).site
    assert site.path("account") == "/mine"


def test_a_sign_in_on_moved_pages(make_pages, people, mailbox, link_in):
    """Forms, redirects and the links of mails follow."""
    paths = {
        "login": "/in",
        "logout": "/out",
        "account": "/me",
        "signup": "/join",
        "email_verification": "/verify/{token}",
        "confirm_password": "/prove",
    }
    pages = make_pages(page_paths=paths)
    browser = pages.browser()
    typed = {"email": "ben@example.com", "password": PASSWORD, "password_confirm": PASSWORD}
    browser.submit(browser.get("/join").form("/join"), **typed)
    pages.call(pages.site.auth.deliver_mails())
    link = link_in(mailbox.mails[0])
    assert link.startswith("/verify/")
    verified = browser.submit(browser.get(link).form(link))
    assert verified.location == "/in"

    assert browser.get("/me").location == "/in?next=%2Fme"
    page = browser.get("/in")
    assert browser.submit(page.form("/in"), email="ben@example.com", password=PASSWORD).location == "/"
    assert browser.submit(browser.get("/me").form("/out")).location == "/"
    assert pages.user_of(browser) is None


def test_the_link_of_a_page_that_is_off_leads_where_it_was(make_pages, people, mailbox, link_in):
    """There the application has its own."""
    pages = make_pages(page_paths="email_verification=,password_reset_form=,login=")
    for ask in (pages.site.auth.request_email_verification, pages.site.auth.request_password_reset):
        people.create_user(email=f"{ask.__name__}@example.com", password=PASSWORD)
        pages.call(ask(f"{ask.__name__}@example.com"))
    pages.call(pages.site.auth.deliver_mails())

    assert sorted(link_in(mail).rpartition("/")[0] for mail in mailbox.mails) == [
        "/email_verification",
        "/password-reset",
    ]


def test_the_link_of_a_notice_leads_to_the_login_page(make_pages, people, mailbox, link_in):
    """Wherever that is."""
    people.create_user(email="anna@example.com", password=PASSWORD, is_verified=True)
    pages = make_pages(auth_login_route="/in")
    pages.call(pages.site.auth.sign_up("anna@example.com", password=PASSWORD))
    pages.call(pages.site.auth.deliver_mails())
    assert link_in(mailbox.mails[0]) == "/in"


@pytest.mark.parametrize("name", ["login", "confirm_password"])
def test_where_no_page_cures_it_nobody_is_led_in_circles(make_pages, name):
    """To the home page, say, which may be what was asked for."""
    status = {"login": 401, "confirm_password": 403}[name]
    for own, expected in (({}, status), ({name: "/mine"}, 303)):
        pages = make_pages(page_paths={name: ""}, resolve=own.get)
        visit = pages.site.open(Request("GET", "/", headers=[("host", "localhost:8000"), ("accept", "text/html")]))
        answer = visit.redirect_to_login() if name == "login" else visit.redirect_to_confirmation()
        assert answer.status == expected
        assert dict(answer.headers)["Location" if own else "Content-Type"].startswith("/mine" if own else "text/html")


@pytest.mark.parametrize(("name", "form"), [("signup", "/signup"), ("password_reset", "/password-reset")])
def test_no_page_offers_what_is_switched_off(make_pages, name, form):
    """Unless the application has a route of that name."""
    there, off = make_pages(), make_pages(page_paths={name: ""})
    own = make_pages(page_paths={name: ""}, resolve={name: "/mine"}.get)

    assert f'href="{form}"' in there.browser().get("/login").text
    assert f'href="{form}"' not in off.browser().get("/login").text
    assert 'href="/mine"' in own.browser().get("/login").text


def test_a_signed_in_visitor_is_offered_what_there_is(make_pages, people):
    """Neither the account nor a way out that are not there."""
    people.create_user("anna", password=PASSWORD, is_verified=True)
    pages = make_pages(page_paths="account=,logout=")
    browser = pages.browser()
    browser.submit(browser.get("/login").form("/login"), email="anna", password=PASSWORD)
    text = browser.get("/confirm_password").text

    assert pages.user_of(browser).username == "anna"
    assert 'href="/"' in text
    assert "<nav" not in text


@pytest.mark.parametrize("name", API)
def test_the_api_can_be_moved(make_pages, name):
    """As a whole."""
    browser = make_pages(api_path="/my/api").browser()
    path = API[name].format(token="secret")
    method = "GET" if name == "session" else "POST"

    assert is_applications(browser, f"/api{path}", method)
    answer = browser.send(method, f"/my/api{path}", headers=[("Accept", "text/html")])
    assert answer.status == 204 or answer.header("content-type").endswith("json")


@pytest.mark.parametrize("name", API)
def test_the_api_can_be_switched_off(make_pages, name):
    """As a whole; the pages stay."""
    browser = make_pages(api_path="").browser()
    browser.get("/login")
    path = API[name].format(token="secret")

    assert is_applications(browser, f"/api{path}", "POST")
    assert is_applications(browser, path, "POST") == (name == "session")


def test_the_moved_api_does_what_it_did(make_pages, people):
    """From the session to the sign-in."""
    people.create_user("anna", password=PASSWORD, is_verified=True)
    browser = make_pages(api_path="/my/api", page_paths="login=").browser()
    body = json.dumps({"email": "anna", "password": PASSWORD}).encode()
    answer = browser.send("POST", "/my/api/login", headers=[("Content-Type", "application/json")], body=body)
    assert (answer.status, json.loads(answer.text)["user"]["username"]) == (200, "anna")
    assert json.loads(browser.get("/my/api/session").text)["user"]["username"] == "anna"


@pytest.mark.parametrize(
    "settings",
    [
        {"page_paths": "account=/login"},
        {"page_paths": "account=/x,signup=/x"},
        {"page_paths": "account=/gatewright/x"},
        {"page_paths": "account=/api/session"},
        {"page_paths": "password_reset_form=/email_verification/{token}"},
        {"auth_login_route": "/account"},
        {"api_path": "/login", "page_paths": "account=/login/session"},
    ],
)
def test_two_things_at_one_path_are_refused(make_pages, settings):
    """At the start, with the settings that cure it."""
    with pytest.raises(ConfigurationError, match="GATEWRIGHT_PAGE_PATHS"):
        make_pages(**settings)


@pytest.mark.parametrize("path", ["/gatewright", "/gatewright/api"])
def test_no_api_lies_among_the_files_of_the_pages(make_pages, path):
    """They would be answered in its place."""
    with pytest.raises(ConfigurationError, match="GATEWRIGHT_API_PATH"):
        make_pages(api_path=path)


def test_what_is_not_there_takes_no_path(make_pages):
    """A page that is switched off, or that a controller lacks, or whose feature is off."""

    class Own(AuthController):
        def get_user_provider(self):
            return "SQLUserProvider"

        def login(self):
            return "login"

    assert make_pages(controller=Own(), auth_login_route="/account").browser().get("/account").text == "login"
    assert make_pages(auth_login_route="/account", page_paths="account=").browser().get("/account").status == 200
    assert make_pages(auth_login_route="/signup", enable_signup=False).browser().get("/signup").status == 200


ROUTES = [
    *(("/account", "shop.account"), ("/api/session", "shop.session"), ("/email_verification/done", "shop.done")),
    *(("/gatewright/logo.png", "shop.logo"), ("/password-reset/x", "shop.reset")),
]
FREE = [
    ("/", "shop.home"),
    ("/accounts", "shop.all"),
    ("/account/x", "shop.one"),
    ("/api", "shop.api"),
    ("/x", "shop.any"),
]


def test_routes_that_are_never_reached_are_named(make_pages, caplog):
    """Both owners and the cure; and nothing else."""
    site = make_pages().site
    warn_of_shadowed(site, ROUTES + FREE)
    lines = [record.getMessage() for record in caplog.records if record.name == "gatewright.web"]

    assert [record.levelno for record in caplog.records] == [logging.WARNING] * len(ROUTES)
    for (path, owner), line in zip(ROUTES, lines, strict=True):
        assert path in line
        assert owner in line
    assert "page account" in lines[0]
    assert "GATEWRIGHT_PAGE_PATHS='account=/my/account'" in lines[0]
    assert "GATEWRIGHT_API_PATH" in lines[1]


def test_the_cure_cures(make_pages):
    """What has been moved, switched off or mounted elsewhere hides nothing."""
    curing = {"page_paths": "account=/my/account,email_verification=,password_reset_form=", "api_path": ""}
    for pages in (make_pages(**curing), make_pages(mount="/auth")):
        found = shadowed(pages.site.routes, ROUTES, settings=pages.site.settings, mount=pages.site.mount)
        assert [each.problem.split()[3] for each in found] in ([], ["/gatewright/logo.png"])
    hidden = shadowed(
        pages.site.routes, [("/auth/account", "shop.account")], settings=pages.site.settings, mount="/auth"
    )
    assert len(list(hidden)) == 1


def test_pages_of_ones_own_hide_only_themselves(make_pages):
    """A controller without an account page leaves its path alone, and has no JSON API."""

    class Own(SimpleAuthController):
        pass

    class Bare(AuthController):
        def get_user_provider(self):
            return "SQLUserProvider"

        def login(self):
            return "login"

    for controller, hidden in ((Own(), 5), (Bare(), 3)):
        site = make_pages(controller=controller).site
        assert len(list(shadowed(site.routes, ROUTES, settings=site.settings))) == hidden


@pytest.mark.parametrize(
    "settings",
    [
        {"health_path": "/gatewright"},
        {"health_path": "/gatewright/internal"},
        {"health_path": "/", "page_paths": {"account": "/readyz"}},
    ],
)
def test_the_checks_have_paths_of_their_own(make_pages, settings):
    """Neither a page's, nor one of the files beside them."""
    with pytest.raises(ConfigurationError, match="GATEWRIGHT_HEALTH_PATH"):
        make_pages(**settings)


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_the_checks_are_for_programs_too(make_pages, method):
    """A token in the header makes no difference; no cookie is set, and no page leads there."""
    browser = make_pages(health_path="/").browser()
    answer = browser.send(method, "/readyz", headers=[("Authorization", "Bearer some-token")])

    assert answer.status == 200
    assert browser.cookies == {}


class TestStepsSwitchedOff:
    """The pages on which a sign-in goes on, and on which users set up what it asks for."""

    def test_what_is_set_up_nowhere_is_offered_nowhere(self, make_pages, anna, log_in):
        """Neither on the account page nor to whoever needs it: a link to the home page helps nobody."""
        pages = make_pages(page_paths={"account_method": ""}, methods=("password", "totp"))
        browser = pages.browser()
        log_in(browser)
        for path in ("/account", "/confirm_password?aal=2"):
            page = browser.get(path)
            assert "Authenticator app" not in page.text
            assert "Set up" not in page.text
        own = make_pages(page_paths={"account_method": ""}, resolve={"account_method": "/mine"}.get)
        browser = own.browser()
        log_in(browser)
        assert 'href="/mine"' in browser.get("/account").text

    def test_no_method_is_offered_whose_form_nothing_takes(self, make_pages):
        """Such as a passkey's, where the page of the steps is switched off."""
        there, off = (make_pages(page_paths=paths).browser().get("/login") for paths in ({}, {"login_step": ""}))
        assert [form for form in there.forms if form.fields.get("method") == "passkey"]
        assert {form.action for form in off.forms} == {"/login", "/login/wallet"}

    def test_a_sign_in_that_cannot_go_on_is_refused(self, make_pages, anna, log_in, caplog):
        """In the place of the home page, where its visitor would be a guest without a reason; the log says the cure."""
        pages = make_pages(page_paths={"login_step": ""}, second_factor="required")
        browser = pages.browser()

        assert log_in(browser).status == 403
        assert pages.user_of(browser) is None
        assert "add a route of that name" in caplog.text
        own = make_pages(page_paths={"login_step": ""}, second_factor="required", resolve={"login_step": "/mine"}.get)
        assert log_in(own.browser()).location == "/mine"
