"""Passkeys through the pages and their JSON API, as a browser without scripts and a program see them."""

from __future__ import annotations

import json
from contextlib import nullcontext

import pytest

from gatewright.drive import run_to_completion
from gatewright.errors import InvalidProofError
from gatewright.methods.passkey import Passkey, PasskeySettings
from gatewright.settings import load_settings
from gatewright.testing import Browser
from gatewright.web import AuthController, Request, Site
from software_authenticator import SoftwareAuthenticator, encode
from visitors import OURS, PASSWORD


class Pages:
    """The pages of an application, on https://example.com or another host."""

    def __init__(self, auth, *, host="example.com", **options):
        self._host = host
        is_async = hasattr(auth, "_runner")
        self.run = auth._runner.run if is_async else run_to_completion
        self.site = Site(auth._target if is_async else auth, **options)

    def request(self, method, target, headers=(), body=b""):
        path, _, query = target.partition("?")
        named = [("host", self._host), *((name.lower(), value) for name, value in headers)]
        return Request(method, path, query, named, "https", "203.0.113.7", body)

    def send(self, method, target, headers, body):
        request = self.request(method, target, headers, body)
        if not self.site.serves(request):
            return 404, (), b""
        answer = self.run(self.site.answer(self.site.open(request)))
        return answer.status, answer.headers, answer.body

    def browser(self):
        return Browser(self.send, is_https=True)


class OwnPages(AuthController):
    """The pages of an application that writes all of them itself."""

    def get_user_provider(self):
        return OURS

    def login(self, visit):
        raise NotImplementedError


@pytest.fixture
def pages(auth):
    return Pages(auth)


@pytest.fixture
def browser(pages, auth, register):
    """A browser of carol's, in which she is a guest."""
    register(auth, "carol")
    return pages.browser()


@pytest.fixture
def key():
    return SoftwareAuthenticator()


def api(browser, path, **body):
    """Ask the JSON API, and return the document."""
    headers = [("Content-Type", "application/json"), ("Sec-Fetch-Site", "same-origin")]
    answer = browser.send("POST", f"/api{path}", headers=headers, body=json.dumps(body).encode())
    return answer.status, json.loads(answer.text or "{}")


def log_in(browser, **fields):
    form = browser.get("/login").form("/login")
    return browser.submit(form, email="carol", password=PASSWORD, **fields)


def enrol(browser, key):
    _, options = api(browser, "/account/methods/passkey", action="begin")
    return api(browser, "/account/methods/passkey", action="enrol", credential=key.create(options))


def test_the_whole_way_by_json(pages, browser, key):
    """Enrol after a sign-in by password; sign in, once more and once too often."""
    assert api(browser, "/login", email="carol", password=PASSWORD)[0] == 200
    assert enrol(browser, key)[0] == 200
    other = pages.browser()
    _, options = api(other, "/login/step", method="passkey", action="begin")
    assert (options["allowCredentials"], options["rpId"]) == ([], "example.com")
    credential = key.get(options)
    assert api(other, "/login/step", method="passkey", action="prove", credential=credential)[0] == 200
    assert json.loads(other.get("/api/session").text)["user"]["username"] == "carol"
    status, problem = api(pages.browser(), "/login/step", method="passkey", action="prove", credential=credential)
    assert (status, problem["code"]) == (401, "invalid_proof")


def test_the_whole_way_by_forms(pages, browser, key):
    """What the script does: take the options from the page, and put the answer into the form."""
    log_in(browser)
    page = browser.get("/account/methods/passkey?next=/orders")
    form = next(each for each in page.forms if each.fields.get("action") == "enrol")
    credential = key.create(options_in(page))
    assert browser.submit(form, credential=json.dumps(credential), name="My phone").location == "/orders"
    assert "My phone" in browser.get("/account/methods/passkey").text

    other = pages.browser()
    form = next(each for each in other.get("/login?next=/orders").forms if each.fields.get("method") == "passkey")
    _, options = api(other, "/login/step", method="passkey", action="begin")
    answer = other.submit(form, credential=json.dumps(key.get(options)), remember_me="1")
    assert answer.location == "/orders"
    assert any("remember" in name for name in other.cookies)


@pytest.mark.parametrize("more", [{}, {"anew": True}], ids=["second step", "anew"])
def test_somebody_else_signs_in_where_a_sign_in_waits(make_auth, gatewright_settings, register, key, more):
    """By the login page, which says so. What is prepared for the second step answers to its user's passkeys alone."""
    strict = make_auth(settings=gatewright_settings.with_values(second_factor="required"))
    pages = Pages(strict)
    register(strict, "dave")
    daves = pages.browser()
    api(daves, "/login", email="dave", password=PASSWORD)
    assert enrol(daves, key)[0] == 200

    register(strict, "carol")
    waiting = pages.browser()
    assert api(waiting, "/login", email="carol", password=PASSWORD)[0] == 403
    _, options = api(waiting, "/login/step", method="passkey", action="begin", **more)
    assert json.loads(waiting.get("/api/login/step").text)["is_pending"] is True
    form = waiting.get("/login").form(method="passkey", action="prove")
    assert form.fields["anew"] == "1"
    if not more:
        form.fields.pop("anew")
    answer = waiting.submit(form, credential=json.dumps(key.get(options)))

    user = json.loads(waiting.get("/api/session").text)["user"]
    assert (answer.status, user and user["username"]) == ((303, "dave") if more else (422, None))


def test_it_confirms_by_forms(browser, key):
    """The page first begins, and shows what the authenticator is asked."""
    log_in(browser)
    enrol(browser, key)
    page = browser.get("/confirm_password?method=passkey&next=/orders")
    begun = browser.submit(next(each for each in page.forms if each.fields.get("action") == "begin"))
    form = next(each for each in begun.forms if each.fields.get("action") == "prove")
    assert browser.submit(form, credential=json.dumps(key.get(options_in(begun)))).location == "/orders"


def test_a_form_of_nonsense_is_refused(browser):
    """By a page, not by an error of the server's."""
    for credential in ("", "nonsense", "[" * 10_000, "{}"):
        form = next(each for each in browser.get("/login").forms if each.fields.get("method") == "passkey")
        answer = browser.submit(form, credential=credential)
        assert (answer.status, "could not be verified" in answer.text) == (422, True)


@pytest.mark.parametrize("value", [None, 1, 0.5, True, [], {}, [[]], {"response": None}, "x" * 60_000], ids=range(9))
def test_json_of_nonsense_is_refused(browser, value):
    """Wherever it stands."""
    for action in ("begin", "prove"):
        status, _ = api(browser, "/login/step", method="passkey", action=action, credential=value, tried=value)
        assert status == (200 if action == "begin" else 401)
    api(browser, "/login", email="carol", password=PASSWORD)
    for action in ("begin", "enrol"):
        status, _ = api(browser, "/account/methods/passkey", action=action, credential=value)
        assert status == (200 if action == "begin" else 401)


@pytest.mark.parametrize(
    ("env", "expected"),
    [("development", nullcontext()), ("production", pytest.raises(InvalidProofError))],
    ids=["development", "production"],
)
def test_in_development_the_page_may_be_on_this_machine(make_auth, gatewright_settings, register, env, expected):
    """On any of its ports, where no public URL says otherwise; in production the domain alone is the site.

    Which has a public URL, unless the application has pages of its own.
    """
    values = {"public_url": None, "domain": "localhost", "env": env}
    auth = make_auth(settings=load_settings(**gatewright_settings.model_dump() | values))
    register(auth, "carol")
    pages = Pages(auth, host="localhost:5000", controller=OwnPages())
    guard = pages.site.open(pages.request("GET", "/")).guard
    pages.run(guard.login("carol", PASSWORD, OURS))
    options = pages.run(guard.begin_enrolment("passkey"))
    credential = SoftwareAuthenticator(origin="https://localhost:5000").create(options)

    with expected:
        pages.run(guard.enrol("passkey", {"credential": credential}))


def test_a_browser_learns_which_passkey_nobody_has(auth, pages, browser, key):
    """Of the one that it has tried, so that it forgets it; never of one that is only disabled."""
    api(browser, "/login", email="carol", password=PASSWORD)
    enrol(browser, key)
    known = key.create(api(browser, "/account/methods/passkey", action="begin")[1])["id"]
    unknown = ("AA", "AAAA", encode(bytes(1023)))
    for _ in range(2):
        for tried, told in ((known, None), *zip(unknown, unknown, strict=True), ("=", None), (None, None)):
            _, options = api(pages.browser(), "/login/step", method="passkey", action="begin", tried=tried)
            assert options.get("unknown") == told
        auth.disable_user("carol")


def test_the_login_page_alone_may_ask_the_api(browser):
    """And all that it runs is one file of ours."""
    page = browser.get("/login")
    assert "connect-src 'self'" in page.header("content-security-policy")
    assert '<script src="/gatewright/passkey.js" type="module"></script>' in page.text
    assert 'autocomplete="username webauthn"' in page.text
    for path in ("/signup", "/password-reset"):
        assert "connect-src" not in browser.get(path).header("content-security-policy")
    assert browser.get("/gatewright/passkey.js").header("content-type") == "text/javascript; charset=utf-8"


def test_a_passkey_is_offered_to_whoever_has_none(browser, key):
    """Where the login page's script has said so, which no script can do for another page."""
    assert log_in(browser).location == "/"
    for offer, path in (("passkey", "/account/methods/passkey?next=%2F"), ("nonsense", "/")):
        browser.submit(browser.get("/account").form("/logout"))
        assert log_in(browser, offer=offer).location == path
    enrol(browser, key)
    browser.submit(browser.get("/account").form("/logout"))
    assert log_in(browser, offer="passkey").location == "/"


@pytest.mark.parametrize("prefix", ["", "/below"])
def test_browsers_find_related_origins(make_auth, prefix):
    """At the root of the site; where there are none, there is nothing."""
    settings = PasskeySettings(passkey_origins=["https://example.co.uk", "https://EXAMPLE.de/"])
    site = Pages(make_auth(methods=[Passkey(settings)]), mount="/auth").site.below(prefix)
    request = Pages(make_auth()).request("GET", "/.well-known/webauthn")
    answer = site.detour(Request("GET", f"{prefix}/.well-known/webauthn", headers=request.headers, scheme="https"))
    assert json.loads(answer.body) == {"origins": ["https://example.co.uk", "https://example.de"]}
    assert answer.header("content-type") == "application/json"
    assert Pages(make_auth()).site.detour(request) is None


def options_in(page):
    """Return what a page asks an authenticator."""
    _, _, rest = page.text.partition("data-options='")
    return json.loads(rest.partition("'")[0])
