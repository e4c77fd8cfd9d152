"""A clock that was wrong and is set right: nothing lives for longer than it may, and nobody is shut out for long."""

from __future__ import annotations

import pytest

from gatewright.errors import AttemptBlockedError, GatewrightError, InvalidChallengeError, RateLimitError
from gatewright.testing import FrozenClock, Wallet
from mailboxes import Mailboxes
from stores_under_test import assert_sound

PASSWORD = "correct horse battery staple"
CLIENT = "192.0.2.1"
AHEAD = {"days": 400}
"""How far the clock is ahead before it is set right."""


@pytest.fixture
def clock():
    return FrozenClock()


@pytest.fixture
def mails():
    return Mailboxes()


@pytest.fixture
def auth(open_auth, clock, mails):
    return mails.serve(open_auth({"clock": clock}))


@pytest.fixture
def anna(auth):
    return auth.create_user("anna", email="anna@example.com", password=PASSWORD, is_verified=True)


@pytest.fixture
def set_right(clock):
    """Set a clock right that was ahead."""
    return lambda: clock.advance(**{unit: -amount for unit, amount in AHEAD.items()})


def signed(auth, wallet):
    challenge = auth.generate_challenge(wallet.address)
    return wallet.address, challenge, wallet.sign(challenge)


def sign_in(auth, mapping=None, **device):
    guard = auth.guard({} if mapping is None else mapping, **device)
    guard.login("anna", PASSWORD, "SQLUserProvider")
    return guard


def test_what_was_made_in_the_future_is_not_good_yet(auth, anna, clock, set_right, mails):
    """Sessions by token and visit, challenges, links, remembered browsers: each would live for 400 days longer."""
    clock.advance(**AHEAD)
    visit, wallet = {}, Wallet.new()
    cookie = sign_in(auth, visit).remember()
    token = auth.authenticate(*signed(auth, wallet)).token
    unsigned = signed(auth, wallet)
    auth.request_password_reset("anna@example.com")
    auth.deliver_mails()
    link = mails.token()
    set_right()

    assert auth.guard(dict(visit)).is_guest()
    assert auth.validate_token(token) is None
    assert auth.get_user_by_token(token) is None
    assert auth.list_sessions() == []
    with pytest.raises(InvalidChallengeError):
        auth.authenticate(*unsigned)
    assert not auth.is_link_valid(link, purpose="password_reset")
    assert auth.guard({}).recall(cookie) is None
    clock.advance(**AHEAD)
    assert not auth.guard(dict(visit)).is_guest()
    assert auth.validate_token(token)
    assert auth.guard({}).recall(cookie)


def test_a_visit_that_was_seen_in_the_future_is_over(auth, anna, clock):
    """Or it would not die of idleness until then. A clock that goes back by less than that signs nobody out."""
    visit = {}
    sign_in(auth, visit)
    for _ in range(2):
        clock.advance(minutes=100)
        assert not auth.guard(dict(visit)).is_guest()
    clock.advance(minutes=-120, seconds=-1)
    assert auth.guard(dict(visit)).is_guest()
    assert auth.list_sessions() == []
    clock.advance(seconds=1)
    assert not auth.guard(dict(visit)).is_guest()
    clock.advance(minutes=120)

    assert auth.guard(dict(visit)).is_guest()  # idle since it was seen by the clock that is right


@pytest.mark.parametrize(("seconds", "is_good"), [(60, True), (60.000001, False)])
def test_clocks_may_be_a_minute_apart(auth, clock, seconds, is_good):
    """What another machine has just made counts at once, though its clock is ahead."""
    unsigned = signed(auth, Wallet.new())
    clock.advance(seconds=-seconds)

    try:
        is_accepted = bool(auth.authenticate(*unsigned))
    except InvalidChallengeError:
        is_accepted = False
    assert is_accepted is is_good


def test_nobody_is_blocked_until_the_wrong_clock_is_right(auth, anna, clock, set_right):
    """Failures, challenges and mails that were counted in the future count no more."""
    clock.advance(**AHEAD)
    wallet = Wallet.new()
    for _ in range(10):
        auth.generate_challenge(wallet.address)
    with pytest.raises(RateLimitError):
        auth.generate_challenge(wallet.address)
    for _ in range(5):
        with pytest.raises(GatewrightError):
            auth.attempt("anna", "wrong", "SQLUserProvider", ip_address=CLIENT)
    with pytest.raises(AttemptBlockedError):
        auth.attempt("anna", PASSWORD, "SQLUserProvider", ip_address=CLIENT)
    set_right()

    assert auth.generate_challenge(wallet.address)
    assert auth.attempt("anna", PASSWORD, "SQLUserProvider", ip_address=CLIENT)


def test_a_limit_holds_while_the_clock_goes_back_a_little(auth, anna, clock):
    """Setting the clock back by less than the window gives no more guesses, and blocks nobody for two windows."""
    for _ in range(4):
        with pytest.raises(GatewrightError):
            auth.attempt("anna", "wrong", "SQLUserProvider", ip_address=CLIENT)
    clock.advance(minutes=-20)

    with pytest.raises(AttemptBlockedError) as blocked:
        auth.attempt("anna", PASSWORD, "SQLUserProvider", ip_address=CLIENT)
    assert blocked.value.retry_after == 50 * 60


def test_mails_of_the_future_are_sent(auth, anna, clock, set_right, mails):
    """Those that were queued, and those that were put off; their links are good."""
    mails.close()
    auth.request_password_reset("anna@example.com")
    clock.advance(**AHEAD)
    auth.deliver_mails()
    auth.request_email_change(anna.id, email="anna@example.org")
    set_right()
    mails.open()
    auth.deliver_mails()

    assert auth.list_queued_mails() == []
    assert sorted(kind for kind, _ in mails.kinds()) == ["email_change", "email_change_requested", "password_reset"]
    assert all(
        auth.is_link_valid(mails.links(purpose)[-1].rpartition("/")[2], purpose=purpose)
        for purpose in ("password_reset", "email_change")
    )


def test_a_clock_that_jumps_ahead_ends_what_it_may_and_lets_nobody_in(auth, anna, clock, store_settings):
    """Sessions and links seem over, and purging deletes them: a sign-out, never a sign-in."""
    visit = {}
    cookie = sign_in(auth, visit).remember()
    token = auth.authenticate(*signed(auth, Wallet.new())).token
    clock.advance(**AHEAD)
    assert auth.guard(dict(visit)).is_guest()
    assert auth.validate_token(token) is None
    assert auth.guard({}).recall(cookie) is None
    for purge in (auth.cleanup_expired_sessions, auth.cleanup_expired_remembered, auth.cleanup_expired_attempts):
        purge()
    clock.advance(days=-400)

    assert auth.guard(dict(visit)).is_guest()
    assert auth.validate_token(token) is None
    assert sign_in(auth).user().id == anna.id
    assert_sound(store_settings, now=clock.now())
