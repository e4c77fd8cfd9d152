"""Attacks through hooks: what an application's own code says by accident, and what it would let out."""

from __future__ import annotations

import logging

import pytest

from gatewright.errors import Denied, UnknownHookError
from gatewright.testing import HookRecorder
from target_applications import PRIVATE
from targets import LOGIN, PASSWORD

JSON = [("Content-Type", "application/json"), ("Accept", "application/json")]
WRONG = LOGIN | {"password": "a wrong guess"}
WALLET = "/api/login/wallet"


class HookFailure(Exception):
    pass


@pytest.fixture
def sign(target):
    """Ask for a challenge in a browser and return what a signed one is sent by."""

    def sign(browser, wallet):
        challenge = target.call(browser, WALLET, {"evrmore_address": wallet.address})[1]["challenge"]
        return {"evrmore_address": wallet.address, "challenge": challenge, "signature": wallet.sign(challenge)}

    return sign


@pytest.fixture
def count(target):
    """Count the rows of a table."""
    return lambda table, where="1 = 1": target.rows(f"SELECT count(*) FROM {table} WHERE {where}")[0][0]


def returning(answer):
    """Make a hook that returns an answer, whatever it is asked."""
    return lambda: answer


def refused(call, browser, path, document):
    """Say whether a request is answered by a refusal or by an error of the application's own."""
    try:
        return call(browser, path, document)[0] >= 400
    except (HookFailure, ValueError):  # a framework hands on what it does not know, or answers it by a page
        return True


def test_hoping_for_a_hook_that_returns_something(target, anna, browser, alice, mallory, sign):
    """A logging lambda returns True, another one a user: no answer of a hook replaces a verification."""
    answers = [True, 1, "yes", anna, {"is_valid": True, "user": anna, "verified": True, "result": True}, [True]]
    for event in ("pre_auth", "pre_verify", "post_verify", "pre_login", "pre_token_validate", "pre_method_use"):
        for answer in answers:
            target.served.add_hook(event, returning(answer))
    good = sign(browser, alice)

    for bad in ({"signature": "garbage"}, {"signature": mallory.sign(good["challenge"])}, {"challenge": "anything"}):
        assert target.call(browser, WALLET, good | bad)[0] == 401
    assert target.call(browser, "/api/login", WRONG)[0] == 401
    path = "/me" if target.private == "/account" else PRIVATE
    status, _, _ = target.send("GET", path, [("Authorization", "Bearer e30.e30.e30"), *JSON])
    assert status == 401
    assert target.who(browser) is None
    assert target.call(browser, WALLET, good)[0] == 200


def test_entering_where_no_hook_fires(target, anna, alice, sign):
    """A misspelt name is an error, and pages and API fire the same points, each once for a sign-in."""
    for event in ("pre_verfy", "PRE_AUTH", "on_login", ""):
        with pytest.raises(UnknownHookError, match="pre_verify"):
            target.served.add_hook(event, returning(None))
    recorder = HookRecorder(target.served)

    def fired_by(act, path="/login"):
        browser = target.browser()
        form = browser.get("/login").form(path)  # the page fires its own event when it is shown
        recorder.clear()
        act(browser, form)
        return recorder.names

    def log_in_by_form(browser, form):
        browser.submit(form, email="anna@example.com", password=PASSWORD)

    def log_in_by_api(browser, form):
        target.call(browser, "/api/login", LOGIN)

    def sign_by_form(browser, form):
        signing = browser.submit(form, evrmore_address=alice.address).form("/login/wallet")
        browser.submit(signing, signature=alice.sign(signing.fields["challenge"]))

    def sign_by_api(browser, form):
        target.call(browser, WALLET, sign(browser, alice))

    assert fired_by(log_in_by_form) == fired_by(log_in_by_api) == ["pre_login", "post_auth", "login_success"]
    signed = ["pre_challenge", "post_challenge", "pre_auth", "pre_verify", "post_verify", "post_auth", "login_success"]
    assert fired_by(sign_by_form, "/login/wallet") == fired_by(sign_by_api) == signed


def test_asking_again_after_a_veto(target, browser, alice, sign, count):
    """It stops the sign-in before anything is written, and the challenge is as good as before."""
    vetoes = [True]

    def veto():
        if vetoes:
            raise Denied("not today")

    for event in ("pre_auth", "pre_verify"):
        target.served.add_hook(event, veto)
    good = sign(browser, alice)
    assert [target.call(browser, WALLET, good)[0] for _ in range(2)] == [403, 403]
    assert "not today" not in str(target.call(browser, WALLET, good))
    assert [count(table) for table in ("users", "wallets", "sessions")] == [0, 0, 0]
    assert target.who(browser) is None

    vetoes.clear()
    assert target.call(browser, WALLET, good)[0] == 200


def test_making_a_hook_fail_in_the_middle_of_a_sign_in(open_target, alice):
    """Where its errors are propagated, nobody is signed in, and there is no half a session; by either way in."""
    target = open_target({"propagate_hook_errors": True})
    target.register("anna")
    failing = set()

    def fail_in(event):
        def hook():
            if event in failing:
                raise HookFailure(event)

        return hook

    for event in ("pre_auth", "pre_verify", "post_verify", "post_auth", "login_success"):
        target.served.add_hook(event, fail_in(event))
    browser = target.browser()

    def sign():
        challenge = target.call(browser, WALLET, {"evrmore_address": alice.address})[1]["challenge"]
        return {"evrmore_address": alice.address, "challenge": challenge, "signature": alice.sign(challenge)}

    for event in ("pre_auth", "pre_verify", "post_verify", "post_auth"):
        good = sign()
        failing.add(event)
        assert refused(target.call, browser, WALLET, good), event
        assert target.who(browser) is None, event
        assert target.auth.list_sessions() == [], event
        failing.clear()
    failing.add("post_auth")
    assert refused(target.call, browser, "/api/login", LOGIN)
    assert target.auth.list_sessions() == []
    failing.clear()

    assert target.call(browser, WALLET, sign())[0] == 200
    assert target.who(browser) == alice.address


def test_reading_secrets_in_the_log(target, anna, browser, alice, sign, caplog):
    """Nothing of them is there, at whatever level, whether sign-ins succeed or fail, and with hooks that fail."""
    caplog.set_level(logging.DEBUG)

    def fail(**given):
        raise HookFailure(str(given))

    for event in ("pre_auth", "post_auth", "pre_verify", "post_verify", "auth_failed", "post_token_validate"):
        target.served.add_hook(event, fail)
    good = sign(browser, alice)
    target.call(browser, WALLET, good | {"signature": "garbage of an attacker"})
    assert target.call(browser, WALLET, good)[0] == 200
    visitor = target.browser()
    target.call(visitor, "/api/login", WRONG)
    assert target.call(visitor, "/api/login", LOGIN | {"remember_me": True})[0] == 200
    token = target.token_of(alice)
    path = "/me" if target.private == "/account" else PRIVATE
    target.send("GET", path, [("Authorization", f"Bearer {token}"), *JSON])
    target.call(visitor, "/api/password-reset", {"email": "anna@example.com"})
    link = target.link().rpartition("/")[2]
    target.call(target.browser(), f"/api/password-reset/{link}", {"password": "purple monkey dishwasher rain"})

    secrets = [PASSWORD, WRONG["password"], "purple monkey", good["signature"], "garbage of", token, link, alice.wif]
    secrets += [good["challenge"], *browser.cookies.values(), *visitor.cookies.values()]
    assert "HookFailure" in caplog.text
    assert [secret for secret in secrets if secret in caplog.text] == []
