"""Whoever signs in from a kind of device that an account was not used from is told of by mail, once."""

from __future__ import annotations

import json

import pytest

from gatewright.testing import Wallet
from visitors import OURS, PASSWORD, Visitor

CAROL = "carol@example.com"
FIREFOX = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:{}) Gecko/20100101 Firefox/{}"
CHROME = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36"


@pytest.fixture
def carol(auth, register):
    return register(auth, email=CAROL)


@pytest.fixture
def sign_in(auth, carol):
    """Sign carol in from a device, and return the visitor."""

    def sign_in(user_agent=None, *, auth=auth, ip_address="192.0.2.7", username="carol"):
        visitor = Visitor(auth, user_agent=user_agent, ip_address=ip_address)
        visitor.request().login(username, PASSWORD, OURS)
        return visitor

    return sign_in


@pytest.fixture
def notices(auth):
    """The notices that wait."""
    return lambda: [mail for mail in auth.list_queued_mails() if mail.kind == "new_device"]


def test_the_first_sign_in_is_told_of_to_nobody(sign_in, notices):
    """Whoever has just made the account knows."""
    sign_in(CHROME)
    assert notices() == []


def test_another_browser_is_told_of(sign_in, notices, mailboxes, auth):
    """With its address and what it calls itself; the link leads to the list of sessions."""
    sign_in(CHROME)
    sign_in(FIREFOX.format(140, 140), ip_address="198.51.100.7")
    (mail,) = notices()
    auth.deliver_mails()

    assert mail.email == CAROL
    assert json.loads(mail.details) == {"ip_address": "198.51.100.7", "user_agent": FIREFOX.format(140, 140)}
    assert mailboxes.links("new_device") == ["http://localhost:8000/account?show=sessions"]
    (line,) = [entry for _, entry in auth.list_audit(event="new_device")]
    assert (line.username, line.client, line.reason) == ("carol", "198.51.100.7", "Firefox on Windows")
    assert (line.user_id, line.provider) == (auth.get_user("carol").id, OURS)


def test_the_same_kind_of_device_is_not_new(sign_in, notices):
    """Another version from another address; nor once its session has ended; nor is it new twice."""
    sign_in(FIREFOX.format(140, 140)).request().destroy()
    sign_in(FIREFOX.format(141, 141), ip_address="198.51.100.7")
    assert notices() == []
    for _ in range(2):
        sign_in(CHROME)
    assert len(notices()) == 1


def test_a_program_without_a_name_is_a_device_too(sign_in, notices):
    """Nobody slips by who says nothing of themselves."""
    sign_in(CHROME)
    for _ in range(2):
        sign_in(None)
    assert len(notices()) == 1


def test_an_account_that_was_not_used_for_long_is_told(sign_in, notices, auth, clock):
    """Though every session that it had has been purged."""
    sign_in(CHROME)
    clock.advance(days=30)
    auth.cleanup_expired_sessions()
    sign_in(CHROME)
    assert len(notices()) == 1


def test_a_fresh_proof_and_a_remembered_browser_are_no_sign_ins(sign_in, notices, auth):
    """The device is known by its session, or by its token."""
    visitor = sign_in(CHROME)
    visitor.request().confirm_password(PASSWORD)
    cookie = visitor.request().remember()
    returning = Visitor(auth, user_agent=FIREFOX.format(140, 140))
    returning.request().recall(cookie)
    assert notices() == []


def test_a_wallet_is_told_of_alike(sign_in, notices, link, auth):
    """It opens the same account."""
    wallet = Wallet.new("alice")
    link(auth, "carol", wallet)
    sign_in(CHROME)
    for _ in range(2):
        challenge = auth.generate_challenge(wallet.address)
        visitor = Visitor(auth, user_agent=FIREFOX.format(140, 140))
        visitor.request().login_with_wallet(wallet.address, challenge, wallet.sign(challenge))
    assert len(notices()) == 1


def test_a_wallet_that_was_not_used_for_long_is_told_of_too(sign_in, notices, link, auth, clock):
    """Though every session that its account had has been purged."""
    wallet = Wallet.new("alice")
    link(auth, "carol", wallet)
    sign_in(CHROME)
    clock.advance(days=30)
    auth.cleanup_expired_sessions()
    challenge = auth.generate_challenge(wallet.address)
    Visitor(auth, user_agent=CHROME).request().login_with_wallet(wallet.address, challenge, wallet.sign(challenge))
    assert len(notices()) == 1


def test_whoever_has_no_address_of_ours_is_told_nothing(auth, register, notices):
    """There is nobody to write to, and nothing fails."""
    register(auth, "dave")
    for user_agent in (CHROME, FIREFOX.format(140, 140)):
        Visitor(auth, user_agent=user_agent).request().login("dave", PASSWORD, OURS)
    assert notices() == []


def test_a_setting_switches_it_off(make_auth, gatewright_settings, sign_in, notices):
    """Nothing is read either."""
    quiet = make_auth(settings=gatewright_settings.with_values(notify_new_devices=False))
    for user_agent in (CHROME, FIREFOX.format(140, 140)):
        sign_in(user_agent, auth=quiet)
    assert notices() == []


def test_a_notice_that_cannot_be_queued_keeps_nobody_out(sign_in, notices, sql, caplog):
    """The sign-in stands; the log says what is missing."""
    sign_in(CHROME)
    sql("CREATE TRIGGER full BEFORE INSERT ON outbox BEGIN SELECT RAISE(ABORT, 'full'); END")
    visitor = sign_in(FIREFOX.format(140, 140))

    assert visitor.request().user().username == "carol"
    assert notices() == []
    assert "The notice of a new device was not written" in caplog.text
