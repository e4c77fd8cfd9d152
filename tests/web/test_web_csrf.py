"""No other site may change anything in a visitor's name."""

from __future__ import annotations

import json

import pytest

from gatewright.web import Request

PASSWORD = "correct horse battery staple"
FORMS = {
    "/login": {"email": "anna", "password": PASSWORD},
    "/login/wallet": {"evrmore_address": "EXXXX"},
    "/logout": {},
    "/signup": {"email": "new@example.com", "password": PASSWORD, "password_confirm": PASSWORD},
    "/email_verification": {"email": "anna@example.com"},
    "/email_verification/token": {},
    "/password-reset": {"email": "anna@example.com"},
    "/password-reset/token": {"password": PASSWORD, "password_confirm": PASSWORD},
    "/confirm_password": {"password": PASSWORD},
    "/account": {"action": "revoke_other_sessions"},
}
DOCUMENTS = {
    "/api/login": {"email": "anna", "password": PASSWORD},
    "/api/login/wallet": {"evrmore_address": "EXXXX"},
    "/api/logout": {},
    "/api/signup": {"email": "new@example.com", "password": PASSWORD},
    "/api/email_verification": {"email": "anna@example.com"},
    "/api/email_verification/token": {},
    "/api/password-reset": {"email": "anna@example.com"},
    "/api/password-reset/token": {"password": PASSWORD},
    "/api/confirm_password": {"password": PASSWORD},
    "/api/account": {"action": "revoke_other_sessions"},
}
FOREIGN = [
    [("Sec-Fetch-Site", "cross-site")],
    [("Sec-Fetch-Site", "same-site")],
    [("Origin", "https://evil.example")],
    [("Origin", "null")],
    [("Origin", "http://localhost:8000"), ("Origin", "https://evil.example")],
    [("Origin", "http://localhost:8001")],
    [("Origin", "https://localhost:8000")],
    [("Sec-Fetch-Site", "cross-site"), ("Origin", "http://localhost:8000")],
]


OF_A_USER = {
    "/login": 303,
    "/login/wallet": 303,
    "/signup": 303,
    "/email_verification/token": 410,
    "/password-reset/token": 410,
}
OF_A_GUEST = {
    "/logout": 303,
    "/email_verification/token": 410,
    "/password-reset/token": 410,
    "/confirm_password": 303,
    "/account": 303,
}
"""How a form is answered whose token is none; the others are 403, with the form again."""


def token_of(browser):
    return json.loads(browser.get("/api/session").text)["csrf_token"]


@pytest.fixture
def signed_in(browser, anna, log_in):
    log_in(browser)
    return browser


@pytest.mark.parametrize("path", FORMS)
def test_a_form_needs_the_token_of_its_visit(pages, signed_in, people, mailbox, path):
    """None, an empty one, a wrong one, and one of another visit: nothing happens, whatever the page says."""
    other = token_of(pages.browser())
    before = people.list_audit()

    for token in ({}, {"csrf_token": ""}, {"csrf_token": "0" * 32}, {"csrf_token": "ü"}, {"csrf_token": other}):
        assert signed_in.post(path, FORMS[path] | token).status == OF_A_USER.get(path, 403)
        assert pages.browser().post(path, FORMS[path] | token).status == OF_A_GUEST.get(path, 403)
    assert pages.user_of(signed_in).username == "anna"
    assert people.list_audit() == before
    assert people.list_queued_mails() == []


@pytest.mark.parametrize("path", FORMS)
def test_a_program_is_told_in_json(signed_in, path):
    """It has no use for a form, and decides by the code."""
    headers = [("Content-Type", "application/x-www-form-urlencoded"), ("Accept", "application/json")]
    answer = signed_in.send("POST", path, headers=headers, body=b"csrf_token=wrong")

    assert (answer.status, json.loads(answer.text)["code"]) == (403, "foreign_form")


@pytest.mark.parametrize("path", [path for path in FORMS if path != "/logout"])
@pytest.mark.parametrize("headers", FOREIGN[:3], ids=range(3))
def test_a_page_that_refuses_leads_back_to_the_form(signed_in, path, headers):
    """Where it may have stood on our own page after all: behind a proxy that is set up wrongly, for instance."""
    page = signed_in.post(f"{path}?next=/orders", FORMS[path], headers=headers)

    assert page.status == 403
    assert f'href="{path}?next=%2Forders">Open the page again</a>' in page.text


@pytest.mark.parametrize("path", FORMS)
@pytest.mark.parametrize("headers", FOREIGN, ids=range(len(FOREIGN)))
def test_a_form_of_another_site_is_refused_with_any_token(pages, signed_in, path, headers):
    """What the browser says of where the form stood goes before what the form says."""
    fields = FORMS[path] | {"csrf_token": token_of(signed_in)}

    assert signed_in.post(path, fields, headers=headers).status == 403
    assert pages.user_of(signed_in).username == "anna"


@pytest.mark.parametrize("headers", [[("Sec-Fetch-Site", "same-origin")], [("Origin", "http://localhost:8000")], []])
def test_a_form_of_ours_is_taken(browser, anna, log_in, headers):
    """By whatever the browser says of it, or if it says nothing."""
    form = browser.get("/login").form("/login")

    assert browser.submit(form, email="anna", password=PASSWORD, headers=headers).location == "/"


def test_the_origin_may_be_the_public_one(make_pages, anna):
    """A proxy that ends TLS hides the scheme; the setting knows it."""
    browser = make_pages(public_url="https://app.example").browser()
    form = browser.get("/login").form("/login")
    origin = [("Origin", "https://app.example")]

    assert browser.submit(form, email="anna", password=PASSWORD, headers=origin).location == "/"


@pytest.mark.parametrize(
    ("host", "scheme", "public_url", "origin"),
    [
        ("shop.example", "https", "https://Shop.Example", "https://shop.example"),
        ("shop.example", "http", "https://Shop.Example:443/", "https://shop.example"),
        ("internal:8000", "http", "https://shop.example/shop", "https://shop.example"),
        ("internal:8000", "http", "https://münchen.example", "https://xn--mnchen-3ya.example"),
        ("internal:8000", "http", "https://XN--mnchen-3ya.example", "https://xn--mnchen-3ya.example"),
        ("internal:8000", "http", "http://[0:0::1]:8000", "http://[::1]:8000"),
        ("SHOP.example:443", "https", None, "https://shop.example"),
        ("shop.example", "https", None, "https://shop.example:443"),
        ("shop.example:80", "http", None, "http://shop.example"),
        ("shop.example.", "https", None, "https://shop.example."),
        ("[0:0:0:0:0:0:0:1]:8000", "http", None, "http://[::1]:8000"),
    ],
)
def test_the_same_origin_in_another_spelling(make_pages, anna, host, scheme, public_url, origin):
    """In the setting, in the host that is asked, or in what the browser says."""
    pages = make_pages(public_url=public_url)
    pages.host, pages.scheme = host, scheme
    browser = pages.browser()
    form = browser.get("/login").form("/login")

    assert browser.submit(form, email="anna", password=PASSWORD, headers=[("Origin", origin)]).location == "/"


@pytest.mark.parametrize(
    "origin",
    [
        "https://shop.example:8443",
        "http://shop.example",
        "https://www.shop.example",
        "https://shop.example.evil.example",
        "https://shop.example@evil.example",
        "https://shop.example, https://evil.example",
        "https://shop.ex\u0430mple",
        "null",
        "NULL",
        "",
        "*",
    ],
)
@pytest.mark.parametrize("public_url", [None, "https://shop.example"])
def test_another_origin_in_any_spelling(make_pages, anna, origin, public_url):
    """Nothing that merely looks like ours is ours; a host that cannot be read is nobody's origin."""
    pages = make_pages(public_url=public_url)
    pages.scheme = "https"
    for pages.host in ("shop.example", "null", ""):
        browser = pages.browser()
        form = browser.get("/login").form("/login")
        answer = browser.submit(form, email="anna", password=PASSWORD, headers=[("Origin", origin)])
        assert answer.status == 403


TRUSTING = {"public_url": "https://shop.example", "trusted_origins": "https://App.shop.example:443/,http://[::1]:3000"}


@pytest.mark.parametrize(
    "headers",
    [
        [("Origin", "https://app.shop.example")],
        [("Origin", "https://app.shop.example"), ("Sec-Fetch-Site", "same-site")],
        [("Origin", "https://app.shop.example"), ("Sec-Fetch-Site", "cross-site")],
        [("Origin", "http://[::1]:3000")],
    ],
    ids=range(4),
)
def test_a_trusted_origin_counts_as_ours(make_pages, anna, headers):
    """For the API, and for requests to the application."""
    pages = make_pages(**TRUSTING)
    script = pages.browser()
    body = json.dumps({"email": "anna", "password": PASSWORD}).encode()
    assert (
        script.send("POST", "/api/login", headers=[("Content-Type", "application/json"), *headers], body=body).status
        == 200
    )

    cookie = "; ".join(f"{name}={value}" for name, value in script.cookies.items())
    lowered = [(name.lower(), value) for name, value in headers]
    visit = pages.site.open(
        Request("POST", "/orders", headers=[("host", "shop.example"), ("cookie", cookie), *lowered])
    )
    assert pages.call(visit.user()).username == "anna"


@pytest.mark.parametrize(
    "headers",
    [
        [("Origin", "https://shop.example.evil.example")],
        [("Origin", "http://app.shop.example")],
        [("Origin", "https://other.shop.example"), ("Sec-Fetch-Site", "same-site")],
        [("Origin", "https://app.shop.example"), ("Origin", "https://evil.example")],
        [("Origin", "null"), ("Sec-Fetch-Site", "same-site")],
        [("Sec-Fetch-Site", "same-site")],
        [("Referer", "https://app.shop.example/"), ("Sec-Fetch-Site", "same-site")],
    ],
    ids=range(7),
)
def test_an_origin_beside_a_trusted_one_is_foreign(make_pages, anna, headers):
    """Trust is exact."""
    script = make_pages(**TRUSTING).browser()
    kind, body = ("Content-Type", "application/json"), json.dumps({"email": "anna", "password": PASSWORD}).encode()

    answer = script.send("POST", "/api/login", headers=[kind, *headers], body=body)
    assert (answer.status, json.loads(answer.text)["code"]) == (403, "foreign_form")


def test_a_trusted_origin_needs_the_token_for_a_form(make_pages, anna):
    """The second proof is not waived."""
    answer = (
        make_pages(**TRUSTING)
        .browser()
        .post("/login", {"email": "anna", "password": PASSWORD}, headers=[("Origin", "https://app.shop.example")])
    )
    assert answer.status == 403


def test_a_sign_in_makes_a_new_token(browser, anna, log_in):
    """Who knew the token of the guest does not know that of the user."""
    before = token_of(browser)
    log_in(browser)

    assert token_of(browser) != before


@pytest.mark.parametrize("path", FORMS)
@pytest.mark.parametrize("kind", ["text/plain", "multipart/mixed; boundary=x", "application/json"])
def test_a_page_takes_forms_only(signed_in, path, kind):
    """Another kind of body is refused."""
    answer = signed_in.send("POST", path, headers=[("Content-Type", kind)], body=b"csrf_token=x")

    assert answer.status == 415


@pytest.mark.parametrize("path", DOCUMENTS)
@pytest.mark.parametrize("headers", FOREIGN, ids=range(len(FOREIGN)))
def test_json_of_another_site_is_refused(pages, signed_in, path, headers):
    """The browser says where it comes from."""
    body, kind = json.dumps(DOCUMENTS[path]).encode(), ("Content-Type", "application/json")
    answer = signed_in.send("POST", path, headers=[kind, *headers], body=body)

    assert (answer.status, json.loads(answer.text)["code"]) == (403, "foreign_form")
    assert pages.user_of(signed_in).username == "anna"


@pytest.mark.parametrize("path", DOCUMENTS)
@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", ""])
def test_the_api_takes_json_only(pages, signed_in, path, kind):
    """A form of another site can send these without asking."""
    answer = signed_in.send("POST", path, headers=[("Content-Type", kind)], body=json.dumps(DOCUMENTS[path]).encode())

    assert answer.status == 415
    assert pages.user_of(signed_in).username == "anna"


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
def test_another_site_changes_nothing_in_the_application_either(pages, signed_in, method):
    """A request that another site sends is a guest's, on every route of the application."""
    cookie = "; ".join(f"{name}={value}" for name, value in signed_in.cookies.items())
    headers = [("host", "localhost:8000"), ("cookie", cookie)]
    own, foreign = (
        pages.site.open(Request(method, "/orders", headers=[*headers, ("sec-fetch-site", site)]))
        for site in ("same-origin", "cross-site")
    )

    assert pages.call(own.user()).username == "anna"
    assert pages.call(foreign.user()) is None
    assert foreign.cookies() == ()
