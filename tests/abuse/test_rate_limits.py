"""Attacks on the limits of failed sign-ins and of mails."""

from __future__ import annotations

import json

from gatewright.testing import Wallet
from targets import JSON, PASSWORD, PROXIED, cookies_of, from_address

WRONG = "a wrong password, but a long one"
BLOCKED = "login_attempt_blocked"


def guess(target, password=WRONG, email="anna@example.com", headers=(), browser=None):
    """Try a password by the JSON API, and return the code of what came of it; None for a sign-in."""
    status, said = target.call(
        browser or target.browser(), "/api/login", {"email": email, "password": password}, headers=headers
    )
    assert status in (200, 401, 429), said
    return said.get("code")


def guess_by_form(target, password=WRONG, email="anna@example.com"):
    """Try a password by the form, and return whether it has signed in."""
    browser = target.browser()
    target.log_in(browser, email, password)
    return target.who(browser) is not None


def test_guessing_by_every_way_in(target, anna, browser):
    """Form, JSON, and whatever asks for the password once more: their failures are one count, and it holds in all."""
    target.log_in(browser)
    guess_by_form(target)
    guess(target)
    assert target.call(browser, "/api/confirm_password", {"password": WRONG})[0] == 401
    change = {"action": "password", "current_password": WRONG, "password": "quiet lamp under seven hills"}
    answers = [target.call(browser, "/api/account", change) for _ in range(3)]

    assert answers[-1][1]["code"] == BLOCKED
    assert guess(target, PASSWORD) == BLOCKED
    assert not guess_by_form(target, PASSWORD)
    assert target.call(browser, "/api/confirm_password", {"password": PASSWORD})[1]["code"] == BLOCKED
    status, _ = target.call(browser, "/api/account", change | {"current_password": PASSWORD})
    assert status == 429


def test_guessing_a_hundred_times_at_once(target, anna):
    """Counting and looking are one: four are answered, and of the rest none is tried, though the last one is right."""
    bodies = [json.dumps({"email": "anna", "password": f"{WRONG} {number}"}).encode() for number in range(99)]
    bodies.append(json.dumps({"email": "anna", "password": PASSWORD}).encode())
    answers = target.send_at_once([("POST", "/api/login", [JSON], body) for body in bodies])
    statuses = [status for status, _, _ in answers]

    assert statuses.count(429) >= 95
    assert statuses.count(200) + statuses.count(401) <= 5
    assert guess(target, PASSWORD) in (BLOCKED, None if 200 in statuses else BLOCKED)


def test_trying_one_password_on_many_accounts(open_target):
    """A client has a limit of its own, whatever names it tries, by passwords and wallets together."""
    target = open_target(attempts_per_client=10)
    target.register("anna")
    for number in range(8):
        assert guess(target, email=f"user{number}@example.com") == "user_not_found"
    for number in range(2):
        wallet = Wallet.new(f"guess {number}")
        browser, asked = target.browser(), {"evrmore_address": wallet.address}
        _, said = target.call(browser, "/api/login/wallet", asked)
        assert target.call(browser, "/api/login/wallet", asked | said | {"signature": wallet.sign("else")})[0] == 401

    assert guess(target, PASSWORD) == BLOCKED
    assert not guess_by_form(target, PASSWORD)


def test_signing_in_to_ones_own_account_between_guesses(target, anna):
    """A success of the attacker clears neither the count of the victim nor that of the client."""
    target.register("mallory")
    outcomes = []
    for _ in range(6):
        outcomes.append(guess(target))
        assert guess(target, PASSWORD, "mallory@example.com") is None

    assert outcomes == ["user_not_found"] * 4 + [BLOCKED] * 2


def test_pretending_to_be_another_client(target, anna):
    """Nobody but a trusted proxy says where a request comes from."""
    names = ("X-Forwarded-For", "Client-Host", "Forwarded", "X-Real-IP", "True-Client-IP", "CF-Connecting-IP")
    for name in names:
        values = [f"198.51.100.{number}" for number in range(5)]
        headers = [[(name, f"for={value}" if name == "Forwarded" else value)] for value in values]
        victim = f"{name}@example.com"
        outcomes = [guess(target, email=victim, headers=each) for each in headers]
        assert outcomes == ["user_not_found"] * 4 + [BLOCKED], name


def test_changing_the_address_within_ones_own_network(open_target):
    """A network of IPv6 is one client, in any spelling; so is an IPv4 address that is written as one of IPv6."""
    target = open_target(**PROXIED)
    target.register("anna")
    target.register("ben")
    rotating = [f"2001:db8:0:1::{number:x}" for number in range(3)] + ["2001:DB8:0:1:ffff::1"]
    for address in rotating:
        assert guess(target, headers=from_address(address)) == "user_not_found"
    mapped = ["192.0.2.9", "::ffff:192.0.2.9", "::FFFF:c000:209", "192.0.2.9"]
    for address in mapped:
        assert guess(target, email="ben", headers=from_address(address)) == "user_not_found"

    assert guess(target, PASSWORD, headers=from_address("2001:db8:0:1:1::1")) == BLOCKED
    assert guess(target, PASSWORD, "ben", from_address("::ffff:192.0.2.9")) == BLOCKED
    assert guess(target, PASSWORD, "ben", [*from_address("198.51.100.1, 192.0.2.9")]) == BLOCKED


def test_writing_the_name_or_the_path_in_another_way(target, anna):
    """Spellings of one name are one account, and a path that is nearly that of the login is not a second login."""
    names = ["ANNA@example.com", " anna ", "\uff41\uff4e\uff4e\uff41", "an\u200bna"]
    assert [guess(target, email=name) for name in names] == ["user_not_found"] * 4
    assert guess(target, PASSWORD) == BLOCKED
    body = json.dumps({"email": "anna", "password": PASSWORD}).encode()
    for path in ("//api/login", "/api//login", "/api/login/", "/API/LOGIN", "/api/./login", "/api/login;x"):
        status, headers, _ = target.send("POST", path, [JSON], body)
        assert status in (307, 308, 401, 403, 404, 405, 429), (path, status)
        assert not [value for name, value in headers if name.lower() == "set-cookie" and "gatewright" in value], path


def test_locking_a_victim_out(open_target):
    """An attacker who fails on purpose is blocked alone; after a while even from there the owner can come in."""
    target = open_target(**PROXIED)
    target.register("anna")
    for _ in range(6):
        guess(target, headers=from_address("198.51.100.1"))

    assert guess(target, PASSWORD, headers=from_address("198.51.100.1")) == BLOCKED
    assert guess(target, PASSWORD, headers=from_address("192.0.2.1")) is None
    target.clock.advance(minutes=30)
    assert guess(target, PASSWORD, headers=from_address("198.51.100.1")) is None


def test_filling_a_victims_mailbox(target, anna):
    """Three mails in the life of a link, whoever asks; the client that asks for many is refused."""
    browser = target.browser()
    form = browser.get("/password-reset").form("/password-reset")
    for _ in range(5):
        assert browser.submit(form, email="anna@example.com").status == 200
    answers = [target.call(browser, "/api/password-reset", {"email": f"user{n}@example.com"}) for n in range(25)]

    assert [mail.to for mail in target.mails()] == ["anna@example.com"] * 3
    assert answers[-1][0] == 429
    assert answers[-1][1]["code"] == "rate_limited"


def test_guessing_the_secret_of_a_link(target, anna):
    """256 bits are not guessed; and whoever tries learns nothing."""
    target.auth.request_password_reset("anna@example.com")
    link = target.link()
    other = "B" if link[-1] == "A" else "A"
    guesses = [link[:-1] + other, link[:-1], link + other, link[:-43] + "%00", link[:-43] + link[-43:].swapcase()]
    chosen = {"password": "quiet lamp under seven hills"}
    answers = {json.dumps(target.call(target.browser(), f"/api{each}", chosen)) for each in guesses}

    assert len(answers) == 1
    assert "invalid_link" in answers.pop()


def test_guessing_with_the_cookie_of_somebody_who_has_signed_in(target, anna):
    """A session opens no account of another, and no second bucket."""
    mine = target.browser()
    target.register("mallory")
    target.log_in(mine, "mallory@example.com")
    headers = [cookies_of(mine)]

    assert [guess(target, headers=headers) for _ in range(5)] == ["user_not_found"] * 4 + [BLOCKED]
    assert guess(target, PASSWORD) == BLOCKED
