"""Attacks on what lies behind an application: many requests at once, a store that fails, and odd values."""

from __future__ import annotations

import json
from contextlib import contextmanager

import pytest

from gatewright.page_paths import PATHS
from targets import PASSWORD, cookies_of

JSON = ("Content-Type", "application/json")
NEW = "quiet lamp under seven hills"
ODD = {
    "sql": "x'; DROP TABLE users; --",
    "a like": "%' OR '1'='1",
    "a nul": "a\0b",
    "a surrogate": "\ud800",
    "a bell and an escape": "\x07\x1b[2J",
    "a line": "a\r\nb: c",
    "long": "x" * 60_000,
    "a number": 10**400,
    "a list": ["anna@example.com", {}],
    "a mapping": {"$ne": None},
    "no": None,
    "true": True,
}
ODD_TEXTS = [ODD[name] for name in ("sql", "a like", "a nul", "a bell and an escape", "a line", "long")]
FIELDS = [
    *("email", "username", "password", "password_confirm", "first_name", "last_name", "remember_me", "next", "action"),
    *("evrmore_address", "challenge", "signature", "method", "code", "current_password", "session_id", "token", "name"),
    *("credential", "id", "language"),
]


def post(path, document, *headers):
    return "POST", path, [JSON, *headers], json.dumps(document).encode()


def test_taking_one_name_many_times_at_once(target):
    """One account of a name and one of an address; all others get a clean answer."""
    target.clock.advance(days=1)
    named = [{"username": "taken", "email": f"user{n}@example.com", "password": NEW} for n in range(8)]
    mailed = [{"username": f"user{n}", "email": "taken@example.com", "password": NEW} for n in range(8)]
    answers = target.send_at_once([post("/api/signup", each) for each in (*named, *mailed)])

    assert {status for status, _, _ in answers} <= {200, 201, 202, 204, 409, 422}
    assert target.rows("SELECT count(*) FROM users WHERE username = 'taken'") == [(1,)]
    assert target.rows("SELECT count(*) FROM users WHERE email = 'taken@example.com'") == [(1,)]


def test_linking_one_wallet_to_many_accounts_at_once(target, alice):
    """It belongs to one of them."""
    browsers = []
    for number in range(6):
        target.register(f"user{number}")
        browsers.append(target.browser())
        target.log_in(browsers[-1], f"user{number}@example.com")
    requests = []
    for browser in browsers:
        _, said = target.call(browser, "/api/login/wallet", {"evrmore_address": alice.address})
        signed = said | {"action": "link_wallet", "signature": alice.sign(said["challenge"])}
        requests.append(post("/api/account", {"evrmore_address": alice.address} | signed, cookies_of(browser)))
    statuses = [status for status, _, _ in target.send_at_once(requests)]

    assert sorted(statuses) == [204] + [409] * 5
    assert target.rows("SELECT count(*) FROM wallets") == [(1,)]


@contextmanager
def without(target, table):
    """Have the store fail whenever it is asked for a table, while the block runs."""
    target.rows(f"ALTER TABLE {table} RENAME TO away")
    try:
        yield
    finally:
        target.rows(f"ALTER TABLE away RENAME TO {table}")


@pytest.mark.parametrize("table", ["users", "sessions", "attempts", "audit"])
def test_coming_in_while_the_store_fails(target, anna, alice, table):
    """Nobody is let in by what cannot be looked up, and nothing is left half-done."""
    if table == "attempts" and "redis" in target.name:
        pytest.skip("does not apply: Redis keeps them")
    browser = target.browser()
    target.log_in(browser, remember_me="on")
    remembered = target.browser()
    remembered.cookies = {name: value for name, value in browser.cookies.items() if "remember" in name}
    token = ("Authorization", f"Bearer {target.token_of(alice)}")
    form = target.browser()
    filled = form.get("/login").form("/login")
    signing = target.browser()
    _, asked = target.call(signing, "/api/login/wallet", {"evrmore_address": alice.address})
    signed = {"evrmore_address": alice.address, **asked, "signature": alice.sign(asked["challenge"])}
    counts = [target.rows(f"SELECT count(*) FROM {each}") for each in ("users", "sessions", "wallets")]
    with without(target, table):
        tried = {
            "form": form.submit(filled, email="anna@example.com", password=PASSWORD).status,
            "json": target.call(target.browser(), "/api/login", {"email": "anna", "password": PASSWORD})[0],
            "wrong": target.call(target.browser(), "/api/login", {"email": "anna", "password": NEW})[0],
            "wallet": target.call(signing, "/api/login/wallet", signed)[0],
        }
        if table in ("users", "sessions"):
            tried |= {
                "session": browser.get(target.private).status,
                "token": target.send("GET", "/api/account", [token])[0],
                "remembered": remembered.get(target.private).status,
            }
        assert tried.pop("wrong") in (401, 503)
        assert set(tried.values()) == {503}, tried
    assert [target.rows(f"SELECT count(*) FROM {each}") for each in ("users", "sessions", "wallets")] == counts
    assert target.who(browser) == "anna"
    assert target.who(form) is None
    assert target.call(signing, "/api/login/wallet", signed)[0] == 200


ENDINGS = ("/logout", "/account/delete")
"""What would end the visit, whatever is sent."""


def documents():
    """Yield path and document of many a call of the JSON API."""
    paths = [path.format(token=token) for path in PATHS.values() for token in ("totp", "%00")]
    for value in ODD.values():
        odd = dict.fromkeys(FIELDS, value)
        yield from ((path, odd) for path in dict.fromkeys(paths) if path not in ENDINGS)
        for action in ("profile", "username", "email", "password", "link_wallet", "unlink_wallet", "revoke_session"):
            yield "/account", odd | {"action": action, "current_password": PASSWORD}


@pytest.mark.shows_secrets
def test_writing_what_no_store_can_hold(open_target):
    """In every field of every endpoint: it is kept as it is, or refused; nothing fails, and nothing is run."""
    target = open_target(enable_brute_force_protection=False)
    target.register("anna")
    browser, guest = target.browser(), target.browser()
    target.log_in(browser)
    fields = guest.get("/login").form("/login").fields
    answers = []
    for path, document in documents():
        visitor = browser if "account" in path or "confirm" in path else guest
        answers.append((path, document["email"], target.call(visitor, f"/api{path}", document)[0]))
    for path in ("/login", "/signup", "/password-reset", "/email_verification", "/login/wallet"):
        for text in ODD_TEXTS:
            answers.append((path, text, guest.post(path, fields | dict.fromkeys(FIELDS, text)).status))

    assert [answer for answer in answers if answer[-1] >= 500] == []
    ((name,),) = target.rows("SELECT username FROM users")
    assert name.isprintable()  # a line break is a space in a name
    assert target.who(browser) == name
    assert target.call(guest, "/api/signup", {"email": "x" * 1_000_000})[0] == 413


def test_writing_a_profile_that_looks_like_a_statement(target, anna, browser):
    """It comes back letter by letter."""
    target.log_in(browser)
    for text in ("Robert'); DROP TABLE users; --", "100% _ \\ \"quoted\" 'too'", "evil\u0301 \U0001f9d9"):
        assert target.call(browser, "/api/account", {"action": "profile", "first_name": text})[0] == 204
        assert target.auth.get_profile("anna") == {"first_name": text}
    assert target.who(browser) == "anna"
