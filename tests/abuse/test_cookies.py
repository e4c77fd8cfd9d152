"""Attacks on the cookies of sessions."""

from __future__ import annotations

import pytest

from gatewright.errors import ConfigurationError
from targets import COOKIE, REMEMBER


def test_having_a_cookie_sent_where_it_does_not_belong(target, anna, browser, alice):
    """No other host can set or get one, no script can read one, no cache keeps what was answered with one."""
    pages = [
        browser.get("/login"),
        target.log_in(browser, password="a wrong guess"),
        browser.get("/login"),
        target.log_in(browser, remember_me="on"),
        browser.get(target.private),
        browser.submit(browser.get("/account").form("/logout")),
        browser.get("/login"),
        target.log_in_with_wallet(browser, alice),
        browser.get("/signup"),
        browser.send("POST", "/api/logout", headers=[("Content-Type", "application/json")], body=b"{}"),
    ]
    set_cookies = [value for page in pages for name, value in page.headers if name.lower() == "set-cookie"]

    assert len(set_cookies) > len(pages) / 2
    for value in set_cookies:
        name, _, attributes = value.partition("=")
        parts = {part.strip().lower() for part in attributes.split(";")}
        assert name in (COOKIE, REMEMBER)
        assert {"path=/", "secure", "httponly", "samesite=lax"} <= parts
        assert not any(part.startswith("domain") for part in parts)
        assert len(value) < 4096
    for page in pages:
        assert "no-store" in page.header("cache-control"), page.path
        assert "cookie" in page.header("vary").lower(), page.path


def test_sending_a_damaged_session_cookie(target, anna, browser, mallory):
    """Whatever it is, it is a guest's, and never an error in here."""
    target.log_in(browser)
    good = browser.cookies[COOKIE]
    other = target.browser()
    target.log_in_with_wallet(other, mallory)
    middle = len(good) // 2
    damaged = {
        "a character changed": good[:middle] + ("A" if good[middle] != "A" else "B") + good[middle + 1 :],
        "cut off": good[:middle],
        "longer": good + "A",
        "the halves of two": good[:middle] + other.cookies[COOKIE][middle:],
        "upside down": good[::-1],
        "nothing": "",
        "long": "A" * 8_000,
        "odd characters": "\xe9\xff%00%0d%0a",
        "in quotation marks": f'"{good}"x',
        "of the other name": browser.cookies.get(REMEMBER, "x"),
    }
    statuses = {}
    for kind, value in damaged.items():
        browser.cookies = {COOKIE: value}
        statuses[kind] = (browser.get(target.private).status, target.call(browser, "/api/session")[1]["user"])
    assert {kind: user for kind, (_, user) in statuses.items() if user} == {}
    assert {kind: status for kind, (status, _) in statuses.items() if status not in (303, 400, 401)} == {}

    twice = [("Cookie", f"{COOKIE}={other.cookies[COOKIE]}; {COOKIE}={good}")]
    status, _, _ = target.send("GET", target.private, [("Accept", "text/html"), *twice])
    assert status == 303
    browser.cookies = {COOKIE.removeprefix("__Host-"): good}
    assert target.who(browser) is None


def test_forging_a_session_cookie_with_a_secret_that_can_be_guessed(open_target):
    """Production does not start with one."""
    for secret in ("secret", "change-me", "dev-secret-key", "", "a" * 64, "0123456789" * 4):
        with pytest.raises(ConfigurationError):
            open_target(jwt_secret=secret)
    with pytest.raises(ConfigurationError):
        open_target(jwt_secret=None)
