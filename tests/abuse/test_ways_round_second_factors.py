"""Attacks that avoid the second step of a sign-in, or a fresh proof, by another way in."""

from __future__ import annotations

import re
from urllib.parse import urlencode

import pytest

from gatewright.errors import SecondFactorRequiredError
from gatewright.testing import AuthenticatorApp, Wallet
from target_applications import OWN_LOGIN, RECENT
from targets import APP, LOGIN, PASSWORD, REMEMBER, STEP

NEW_PASSWORD = "purple monkey dishwasher rain"


def test_getting_rid_of_a_factor_in_a_session_from_before_it(target, anna, browser, set_up_app):
    """Whoever was in by a password alone is out as soon as more is asked, and the password confirms nothing."""
    target.log_in(browser)
    set_up_app()
    assert target.who(browser) is None
    assert target.call(browser, "/api/confirm_password", {"password": PASSWORD})[0] in (401, 403)
    for authenticator in target.auth.list_authenticators("anna"):
        document = {"action": "remove", "id": authenticator.id}
        path = f"/api/account/methods/{authenticator.method}"
        assert target.call(browser, path, document)[0] in (401, 403), authenticator.method
    assert target.call(browser, APP, {"action": "begin"})[0] in (401, 403)
    assert len(target.auth.list_authenticators("anna")) == 11


def test_having_the_browser_remembered_before_the_second_factor(target, app, begin):
    """It is not, until the sign-in is complete; nor does the password confirm what is remembered no more."""
    waiting = begin(remember_me=True)
    assert REMEMBER not in waiting.cookies
    assert target.rows("SELECT count(*) FROM remembered") == [(0,)]

    assert target.who(waiting) is None


def test_using_a_browser_that_was_remembered_before_there_was_a_second_factor(target, anna, browser, set_up_app):
    """It is a guest's, since it has proven less than what is asked by now."""
    target.log_in(browser, remember_me="on")
    remembered = {REMEMBER: browser.cookies[REMEMBER]}
    set_up_app()
    browser.cookies = remembered

    assert target.who(browser) is None


def test_resetting_the_password_instead_of_giving_the_second_factor(target, app, begin, give):
    """The link signs nobody in, and the new password is asked for the second factor like the old one."""
    browser = target.browser()
    target.call(browser, "/api/password-reset", {"email": "anna@example.com"})
    link = target.link()
    page = browser.get(link)
    browser.submit(page.form(link), password=NEW_PASSWORD, password_confirm=NEW_PASSWORD)
    assert target.who(browser) is None
    begin(browser, password=NEW_PASSWORD)
    assert target.who(browser) is None

    assert give(browser, app.code(target.clock.now())) == 200


def test_reading_the_mailbox_and_nothing_else(open_target, monkeypatch):
    """A password set by mail and a code by mail are one proof, as are two codes: the app is still asked for."""
    monkeypatch.setenv("GATEWRIGHT_EMAIL_CODE", "both")
    target = open_target(mails_per_address=20)
    user = target.register("anna")
    owner = target.browser()
    target.log_in(owner)
    app = AuthenticatorApp(target.call(owner, APP, {"action": "begin"})[1]["uri"])
    assert target.call(owner, APP, {"action": "enrol", "code": app.code(target.clock.now())})[0] == 200

    def code_by_mail(browser):
        target.clock.advance(minutes=2)
        sent = len(target.mails())
        target.call(browser, STEP, {"method": "email_code", "action": "begin", "email": user.email})
        return [re.search(r"\b\d{4} ?\d{4}\b", mail.text)[0] for mail in target.mails()[sent:]]

    browser = target.browser()
    for _ in range(2):
        (code,) = code_by_mail(browser)
        problem = target.call(browser, STEP, {"method": "email_code", "code": code})[1]
        assert (problem["code"], problem["methods"]) == ("second_factor_required", ["totp", "password"])
    target.call(browser, "/api/password-reset", {"email": user.email})
    assert target.call(browser, "/api" + target.link(), {"password": NEW_PASSWORD})[0] == 204
    by_mail = LOGIN | {"password": NEW_PASSWORD}
    status, problem = target.call(browser, "/api/login", by_mail)
    assert (status, problem["methods"]) == (403, ["totp"])
    assert code_by_mail(browser) == []

    for path, document in ((STEP, {"method": "password", "password": NEW_PASSWORD}), ("/api/login", by_mail)):
        other = target.browser()
        (code,) = code_by_mail(other)
        assert target.call(other, STEP, {"method": "email_code", "code": code})[1]["methods"] == ["totp"]
        status, problem = target.call(other, path, document)
        assert (status, problem["methods"]) == (403, ["totp"])
        assert target.who(other) is None
    assert target.who(browser) is None


def test_signing_in_by_a_view_of_the_applications_own(application, app):
    """It proves a password, and knows nothing of second factors: the visitor is led to where they give theirs."""
    browser = application.browser()
    target = f"{OWN_LOGIN}?{urlencode({'name': 'anna', 'password': PASSWORD})}"
    status, problem = application.call(browser, target)
    assert (status, problem["code"]) == (403, "second_factor_required")
    answer = browser.get(target, headers=[("Referer", "https://shop.example/private")])
    assert (answer.status, answer.location.partition("?")[0]) == (303, "/login/step")
    assert application.who(browser) is None

    step = browser.follow(answer).form("/login/step", method="totp")
    assert browser.submit(step, code=app.code(application.clock.now())).status == 303
    assert application.who(browser) == "anna"


def test_signing_in_by_a_wallet_where_that_is_not_enough(open_target, alice):
    """Neither the pages nor a token gets around the second factor."""
    target = open_target(second_factor="required", second_factor_after="wallet,passkey")
    browser = target.browser()
    target.log_in_with_wallet(browser, alice)
    assert target.who(browser) is None
    with pytest.raises(SecondFactorRequiredError):
        target.token_of(alice)

    assert target.auth.list_sessions() == []


def test_asking_the_rest_api_for_a_token_where_a_wallet_is_not_enough(server, alice):
    """It has no second step, and so gives none."""
    target = server(second_factor="required", second_factor_after="wallet")
    browser = target.browser()
    challenge = target.call(browser, "/challenge", {"evrmore_address": alice.address})[1]["challenge"]
    signed = {"evrmore_address": alice.address, "challenge": challenge, "signature": alice.sign(challenge)}
    status, problem = target.call(browser, "/authenticate", signed)

    assert (status, problem["code"]) == (403, "second_factor_required")
    assert target.auth.list_sessions() == []


def test_changing_an_account_from_a_browser_that_was_left_open(target, anna, browser):
    """What would keep an intruder in asks for a fresh proof: factors, wallets, addresses, the end of the account."""
    target.log_in(browser)
    target.clock.advance(minutes=11)
    wallet = Wallet.new("mallory")
    challenge = target.call(browser, "/api/login/wallet", {"evrmore_address": wallet.address})[1]["challenge"]
    signed = {"evrmore_address": wallet.address, "challenge": challenge, "signature": wallet.sign(challenge)}
    attempts = {
        "a factor": (APP, {"action": "begin"}),
        "recovery codes": ("/api/account/methods/recovery_codes", {"action": "enrol"}),
        "a wallet": ("/api/account", {"action": "link_wallet", **signed}),
        "an address": ("/api/account", {"action": "email", "email": "mallory@example.com"}),
        "a name": ("/api/account", {"action": "username", "username": "mallory"}),
        "a password": ("/api/account", {"action": "password", "password": NEW_PASSWORD}),
        "the data": ("/api/account/export", {}),
        "the end": ("/api/account/delete", {}),
    }
    statuses = {what: target.call(browser, path, document)[0] for what, (path, document) in attempts.items()}

    assert {what: status for what, status in statuses.items() if status not in (401, 403, 422)} == {}
    assert target.auth.list_wallets("anna") == []
    assert target.auth.list_authenticators("anna") == []
    assert target.mails() == []


def test_confirming_by_the_proof_of_somebody_else(application, app, begin, give):
    """Neither another account's password nor its wallet makes anna's session stronger or younger."""
    application.register("mallory", password=NEW_PASSWORD)
    waiting = begin()
    give(waiting, app.code(application.clock.now()))
    application.clock.advance(minutes=11)
    assert waiting.get(RECENT).status == 303
    wallet = Wallet.new("mallory")
    challenge = application.call(waiting, "/api/login/wallet", {"evrmore_address": wallet.address})[1]["challenge"]
    signed = {"evrmore_address": wallet.address, "challenge": challenge, "signature": wallet.sign(challenge)}
    for proof in ({"password": NEW_PASSWORD}, {"method": "wallet", **signed}, {"method": "totp", "code": "000000"}):
        assert application.call(waiting, "/api/confirm_password", proof)[0] in (401, 403, 422)
    assert waiting.get(RECENT).status == 303
    assert application.who(waiting) == "anna"
