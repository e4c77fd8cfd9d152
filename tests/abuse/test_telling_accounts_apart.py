"""Attacks that ask a site who has an account: by what it answers, and by how much work the answer is."""

from __future__ import annotations

import re

import pytest

from argon2_computations import *  # noqa: F403 - fixtures are found by their presence
from gatewright.methods.email_code import EmailCode, EmailCodeSettings
from gatewright.testing import Wallet
from run_statements import *  # noqa: F403
from run_statements import shapes_of
from targets import PASSWORD

NOBODY = "nonq"
NAMES = ["fulq", "walq", "idlq", "newq", "barq", NOBODY]
"""Of one length, and part of no word: a password, only a wallet, deactivated, unverified, no way in; and no account."""

UNGUESSABLE = re.compile(r"[\w.%-]{16,}")
"""What is made anew for each answer: nonces, cookies, tokens."""


@pytest.fixture
def site(statements, computations, open_target):
    """A target with an account of each kind, and no limit in the way."""
    method = EmailCode(EmailCodeSettings(email_code="both"))
    limits = dict.fromkeys(("attempts_per_client", "attempts_per_client_and_account", "mails_per_address"), 1000)
    target = open_target({"methods": [method]}, **limits)
    target.register("fulq")
    target.register("walq", password=None)
    wallet = Wallet.new("walq")
    challenge = target.auth.generate_challenge(wallet.address)
    signed = {"evrmore_address": wallet.address, "challenge": challenge, "signature": wallet.sign(challenge)}
    target.auth.link_wallet("walq", **signed)
    target.register("idlq", is_active=False)
    target.register("newq", is_verified=False)
    target.register("barq", password=None)
    return target


def log_in_by_form(target, browser, name):
    return target.log_in(browser, f"{name}@example.com", "a wrong password")


def log_in_by_api(target, browser, name):
    return target.call(browser, "/api/login", {"email": f"{name}@example.com", "password": "a wrong password"})


def log_in_by_username(target, browser, name):
    return target.call(browser, "/api/login", {"email": name, "password": PASSWORD + "!"})


def ask_for_a_new_password_by_form(target, browser, name):
    return browser.submit(browser.get("/password-reset").form("/password-reset"), email=f"{name}@example.com")


def ask_for_a_new_password_by_api(target, browser, name):
    return target.call(browser, "/api/password-reset", {"email": f"{name}@example.com"})


def ask_for_a_verification_by_api(target, browser, name):
    return target.call(browser, "/api/email_verification", {"email": f"{name}@example.com"})


def ask_for_a_code_by_form(target, browser, name):
    form = next(each for each in browser.get("/login").forms if each.fields.get("method") == "email_code")
    return browser.submit(form, email=f"{name}@example.com")


def ask_for_a_code_by_api(target, browser, name):
    document = {"method": "email_code", "action": "begin", "email": f"{name}@example.com"}
    return target.call(browser, "/api/login/step", document)


def guess_a_code(target, browser, name):
    ask_for_a_code_by_api(target, browser, name)
    return target.call(browser, "/api/login/step", {"method": "email_code", "action": "prove", "code": "0"})


NEWCOMER = {"first_name": "A", "last_name": "B", "password": "a purple monkey dishwasher"}


def sign_up_by_form(target, browser, name):
    form = browser.get("/signup").form("/signup")
    return browser.submit(form, email=f"{name}@example.com", password_confirm=NEWCOMER["password"], **NEWCOMER)


def sign_up_by_api(target, browser, name):
    return target.call(browser, "/api/signup", NEWCOMER | {"email": f"{name}@example.com"})


WAYS = [
    log_in_by_form,
    log_in_by_api,
    log_in_by_username,
    ask_for_a_new_password_by_form,
    ask_for_a_new_password_by_api,
    ask_for_a_verification_by_api,
    ask_for_a_code_by_form,
    ask_for_a_code_by_api,
    guess_a_code,
    sign_up_by_form,
    sign_up_by_api,
]


def shown(answer, name):
    """Return all that an answer shows: status, headers and body, without the name and what is unguessable."""
    return UNGUESSABLE.sub("*", repr(answer)).replace(name, NOBODY)


@pytest.mark.parametrize("way", WAYS)
def test_asking_for_an_account_and_comparing_answers_and_work(site, statements, computations, way):
    """The same status, headers and body; as many hashes, and the same statements in the same order."""
    browsers = {name: site.browser() for name in NAMES}
    for warming in ("once", "more"):  # opens connections, and fills what is kept in memory
        way(site, site.browser(), warming)
    seen = {}
    for name, browser in browsers.items():
        sent = []
        browser._send = noting(browser._send, sent)
        statements.clear()
        computations.clear()
        way(site, browser, name)
        seen[name] = shown(sent, name), shapes_of(statements), list(computations)
    answers, run, hashes = seen.pop(NOBODY)
    assert len(run) > 3
    assert len(hashes) == (1 if way.__name__.startswith(("log_in", "sign_up")) else 0)
    for name, (same_answers, same_run, same_hashes) in seen.items():
        assert same_answers == answers, name
        assert same_run == run, name
        assert same_hashes == hashes, name


def noting(send, sent):
    """Note every answer of a browser."""

    def noted(*request):
        sent.append(send(*request))
        return sent[-1]

    return noted
