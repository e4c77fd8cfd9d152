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


def token_of(browser):
    return json.loads(browser.get("/api/session").text)["csrf_token"]


@pytest.fixture
def signed_in(browser, anna, log_in):
    log_in(browser)
    return browser


@pytest.mark.parametrize("path", FORMS)
def test_a_form_needs_the_token_of_its_visit(pages, signed_in, path):
    """None, an empty one, a wrong one, and one of another visit: 403, and nothing happens."""
    other = token_of(pages.browser())

    for token in ({}, {"csrf_token": ""}, {"csrf_token": "0" * 32}, {"csrf_token": "ü"}, {"csrf_token": other}):
        assert signed_in.post(path, FORMS[path] | token).status == 403
    assert pages.user_of(signed_in).username == "anna"


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
