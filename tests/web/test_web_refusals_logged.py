"""What the operator reads of those who try what they may not."""

from __future__ import annotations

import logging

import pytest

from gatewright.web import Request
from gatewright.web.access import refusal


@pytest.fixture
def warnings(caplog):
    """What the pages have warned of, as lines."""
    caplog.set_level(logging.WARNING, "gatewright.web")
    return lambda: [record.getMessage() for record in caplog.records if record.name == "gatewright.web"]


def visit_of(pages, browser, path="/admin\nforged"):
    """The visit of a request to the application's own view."""
    cookie = "; ".join(f"{name}={value}" for name, value in browser.cookies.items())
    headers = [("host", pages.host), ("cookie", cookie)]
    return pages.site.open(Request("GET", path, headers=headers, scheme=pages.scheme, peer=pages.peer))


@pytest.mark.parametrize(
    ("demands", "right"),
    [({"roles": ("admin",)}, "the role 'admin'"), ({"permissions": ("shop.edit",)}, "the permission 'shop.edit'")],
    ids=["role", "permission"],
)
def test_who_lacks_a_right_is_in_the_log(pages, anna, log_in, demands, right, warnings):
    """Who it was, what they lack and where, in one line; a guest has yet to say who they are, and is not in it."""
    browser = pages.browser()
    guest = pages.call(refusal(visit_of(pages, browser), **demands))
    assert guest.status in (303, 401)
    assert warnings() == []
    log_in(browser)
    refused = pages.call(refusal(visit_of(pages, browser), **demands))
    assert refused.status == 403
    assert warnings() == [f"User {anna.id!r} lacks {right} for GET '/admin\\nforged'."]


def test_what_another_site_sends_is_in_the_log(pages, warnings):
    """One line a request, with the origin that the browser has named."""
    answer = pages.send("POST", "/login", [("Origin", "https://evil.example")], b"")
    assert answer[0] == 403
    assert warnings() == [
        "POST '/login': Another site sent this request. It is treated as a guest's. Origin: 'https://evil.example'"
    ]


def test_a_proxy_that_is_not_declared_is_named_as_the_likely_cause(pages, warnings):
    """The same host by another scheme: the line says what to set."""
    headers = [("Host", "shop.example"), ("Origin", "https://shop.example")]
    answer = pages.send("POST", "/login", headers, b"")

    assert answer[0] == 403
    (said,) = warnings()
    assert "It arrived at http://shop.example" in said
    assert "GATEWRIGHT_TRUSTED_PROXIES" in said


def test_a_form_that_no_page_has_shown_is_in_the_log(pages, warnings):
    """A program that sends a form without the token of a visit."""
    form = [("Content-Type", "application/x-www-form-urlencoded"), ("Accept", "application/json")]
    answer = pages.send("POST", "/login", form, b"email=anna")
    assert answer[0] == 403
    assert warnings() == ["POST '/login': No page has shown this form to the visitor. It is refused. Origin: ''"]


@pytest.mark.parametrize("below", ["", "/api"])
@pytest.mark.parametrize("path", ["/password-reset", "/email_verification", "/email_change", "/login/link"])
def test_the_secret_of_a_link_is_not_in_the_log(pages, warnings, below, path):
    """It is good as before, since what came with it was refused."""
    answer = pages.send("POST", f"{below}{path}/email_code.secret", [("Origin", "https://evil.example")], b"")
    assert answer[0] == 403
    assert warnings() == [
        f"POST '{below}{path}/...': Another site sent this request. It is treated as a guest's. Origin: 'https://evil.example'"
    ]
