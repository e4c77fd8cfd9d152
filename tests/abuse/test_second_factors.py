"""Attacks on the second step of a sign-in."""

from __future__ import annotations

import json

from authenticator_apps import wrong_code
from gatewright.testing import AuthenticatorApp
from target_applications import EDIT, EDITORS, PRIVATE, RECENT, SENSITIVE, STRONG
from targets import APP, JSON, LOGIN, PASSWORD, PROXIED, STEP, cookies_of, from_address

NEW_PASSWORD = "purple monkey dishwasher rain"


def test_using_a_sign_in_that_waits_for_its_second_factor(target, app, begin, give):
    """It opens nothing but its own next step: no page, no part of the API, no change of an account."""
    waiting = begin()
    assert target.who(waiting) is None
    assert waiting.get("/account").location.startswith("/login?")
    views = [] if target.private == "/account" else [PRIVATE, EDITORS, EDIT, SENSITIVE, RECENT, STRONG]
    assert [path for path in views if waiting.get(path).status == 200] == []
    for path, document in {
        "/api/account": {"action": "password", "current_password": PASSWORD, "password": NEW_PASSWORD},
        "/api/account/export": {"current_password": PASSWORD},
        "/api/account/delete": {"current_password": PASSWORD},
        "/api/confirm_password": {"password": PASSWORD},
        "/api/account/methods/passkey": {"action": "begin"},
        APP: {"action": "remove", "id": target.auth.list_authenticators("anna")[0].id},
    }.items():
        assert target.call(waiting, path, document)[0] in (401, 403), path
    assert len(target.auth.list_authenticators("anna")) == 11
    assert target.auth.get_user("anna").username == "anna"

    assert give(waiting, app.code(target.clock.now())) == 200
    assert target.who(waiting) == "anna"


def test_setting_up_a_second_factor_of_ones_own_instead(target, app, begin):
    """Whoever owes one that they have cannot set up another one in its place."""
    waiting = begin()
    status, begun = target.call(waiting, APP, {"action": "begin"})
    if status == 200:
        own = AuthenticatorApp(begun["uri"])
        status, _ = target.call(waiting, APP, {"action": "enrol", "code": own.code(target.clock.now())})
    assert status in (401, 403)
    assert target.call(waiting, "/api/account/methods/recovery_codes", {"action": "enrol"})[0] in (401, 403)

    assert target.who(waiting) is None


def test_giving_the_first_factor_twice_or_a_wallet_of_ones_own(target, app, begin, mallory):
    """The password once more is no second factor, and a wallet has to be linked to the account."""
    waiting = begin()
    again = target.call(waiting, STEP, {"method": "password", "password": PASSWORD})
    assert (again[0], again[1]["code"]) == (403, "second_factor_required")
    challenge = target.call(waiting, "/api/login/wallet", {"evrmore_address": mallory.address})[1]["challenge"]
    signed = {"evrmore_address": mallory.address, "challenge": challenge, "signature": mallory.sign(challenge)}
    assert target.call(waiting, STEP, {"method": "wallet", **signed})[0] in (401, 403, 422)

    assert target.who(waiting) is None


def test_giving_the_code_of_ones_own_account_for_another(target, app, set_up_app, begin, give):
    """An attacker who knows a password has an app and recovery codes of their own; none of them is anna's."""
    target.register("mallory")
    own, codes = set_up_app("mallory")
    waiting = begin()
    assert give(waiting, own.code(target.clock.now())) == 401
    assert give(waiting, codes[0], method="recovery_codes") == 401
    assert target.who(waiting) is None


def test_completing_ones_own_sign_in_after_anothers_has_begun(target, app, set_up_app, begin, give):
    """In one browser: whoever is signed in has given both proofs themselves."""
    target.register("mallory")
    own, _ = set_up_app("mallory")
    waiting = begin()
    begin(waiting, email="mallory")
    assert give(waiting, own.code(target.clock.now())) == 200
    assert target.who(waiting) == "mallory"

    again = begin()
    begin(again, email="mallory")
    assert give(again, app.code(target.clock.now(), steps=1)) == 401
    assert target.who(again) is None


def test_guessing_codes_in_one_sign_in_after_another(target, app, begin, give):
    """They count together, however often the password is given again: then the right code does not help either."""
    statuses = [give(begin(), wrong_code(app, target.clock.now())) for _ in range(4)]
    assert statuses == [401] * 4
    blocked = target.browser()
    status, _ = target.call(blocked, "/api/login", LOGIN)
    if status == 403:
        status = give(blocked, app.code(target.clock.now()))

    assert status == 429
    assert target.who(blocked) is None


def test_guessing_codes_from_many_clients(open_target):
    """Six digits are not many: after ten wrong ones no more are looked at. Who knows no password never gets so far."""
    target = open_target(**PROXIED)
    target.register("anna")
    owner = target.browser()
    target.call(owner, "/api/login", LOGIN)
    app = AuthenticatorApp(target.call(owner, APP, {"action": "begin"})[1]["uri"])
    target.call(owner, APP, {"action": "enrol", "code": app.code(target.clock.now())})
    target.clock.advance(minutes=1)

    def give_from(client, code):
        headers, browser = [JSON, *from_address(client)], target.browser()
        answer = browser.send("POST", "/api/login", headers=headers, body=json.dumps(LOGIN).encode())
        if answer.status != 403:
            return answer.status
        body = json.dumps({"method": "totp", "code": code}).encode()
        return browser.send("POST", STEP, headers=headers, body=body).status

    wrong = wrong_code(app, target.clock.now())
    assert [give_from(f"198.51.100.{n}", wrong) for n in range(11)] == [401] * 10 + [429]
    assert give_from("192.0.2.1", app.code(target.clock.now())) == 429
    target.clock.advance(minutes=30)
    assert give_from("192.0.2.1", app.code(target.clock.now())) == 200


def test_guessing_codes_at_the_same_moment(target, app, begin, give):
    """Of a dozen at once four are looked at."""
    waiting = begin()
    body = json.dumps({"method": "totp", "code": wrong_code(app, target.clock.now())}).encode()
    request = ("POST", STEP, [("Content-Type", "application/json"), cookies_of(waiting)], body)
    statuses = [status for status, _, _ in target.send_at_once([request] * 12)]

    assert statuses.count(429) >= 8
    assert set(statuses) <= {401, 429}


def test_giving_a_code_that_was_overheard(target, app, begin, give):
    """A code is good once: in no other sign-in, and not in two at the same moment."""
    code = app.code(target.clock.now())
    owner, thief, other = begin(), begin(), begin()
    body = json.dumps({"method": "totp", "code": code}).encode()
    requests = [
        ("POST", STEP, [("Content-Type", "application/json"), cookies_of(each)], body) for each in (owner, thief)
    ]
    statuses = [status for status, _, _ in target.send_at_once(requests)]

    assert sorted(statuses) == [200, 401]
    assert give(other, code) == 401
    assert target.rows("SELECT count(*) FROM sessions WHERE is_active = ?", True) == [(2,)]


def test_completing_a_sign_in_in_another_browser_or_too_late(target, app, begin, give):
    """It is bound to the browser that began it, and waits for five minutes."""
    waiting = begin()
    stranger = target.browser()
    stranger.get("/login")
    assert give(stranger, app.code(target.clock.now())) in (401, 422)
    target.clock.advance(minutes=5, seconds=1)

    assert give(waiting, app.code(target.clock.now())) in (401, 422)
    assert target.who(waiting) is None
