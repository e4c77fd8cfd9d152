"""How long a session lives, and which secret names it."""

from __future__ import annotations

import pytest

from gatewright.errors import UserNotFoundError
from visitors import OURS, PASSWORD, Visitor

IDLE_SECONDS = 2 * 60 * 60


@pytest.fixture
def last_seen(sql):
    return lambda: sql("SELECT last_seen_at FROM sessions WHERE is_active")[0][0][:19]


def test_a_new_sign_in_is_a_new_session_and_the_old_one_is_over(auth, signed_in, carol):
    """The secret changes at each sign-in, and who kept a copy of the old one is a guest."""
    before, thief = signed_in.secret, signed_in.thief()
    signed_in.request().login("carol", PASSWORD, OURS)
    assert signed_in.secret != before
    assert thief.request().is_guest()
    assert not signed_in.request().is_guest()
    assert len(auth.list_sessions()) == 1


def test_store_changes_the_secret_too(auth, signed_in):
    """Whatever makes a session makes a new one."""
    thief = signed_in.thief()
    signed_in.request().store(auth.attempt("carol", PASSWORD, OURS))
    assert thief.request().is_guest()
    assert not signed_in.request().is_guest()


def test_a_planted_secret_is_never_adopted(auth, carol):
    """A secret that an attacker chose, unknown or of a guest, is replaced at sign-in and opens nothing."""
    victim = Visitor(auth)
    victim.cookie["auth"] = {"secret": "chosen by an attacker", "data": {}, "messages": {}}
    attacker = victim.thief()
    victim.request().login("carol", PASSWORD, OURS)
    assert victim.secret != "chosen by an attacker"
    assert attacker.request().is_guest()


def test_a_planted_session_of_the_attacker_ends(auth, register, carol):
    """An attacker who plants a session of their own in a browser loses it when the victim signs in there."""
    register(auth, "mallory")
    attacker = Visitor(auth)
    attacker.request().login("mallory", PASSWORD, OURS)
    victim = attacker.thief()
    victim.request().login("carol", PASSWORD, OURS)
    assert attacker.request().is_guest()
    assert victim.request().user().username == "carol"


def test_a_failed_sign_in_changes_nothing(auth, signed_in):
    """Who is signed in and mistypes another password stays who they are."""
    before = signed_in.secret
    with pytest.raises(UserNotFoundError):
        signed_in.request().login("carol", "wrong", OURS)
    assert signed_in.secret == before
    assert signed_in.request().user().username == "carol"


def test_idle_for_two_hours_is_too_long(signed_in, clock):
    """A second before it is alive, at the very second it is over, and it stays over."""
    clock.advance(seconds=IDLE_SECONDS - 1)
    assert not signed_in.request().is_guest()
    clock.advance(seconds=IDLE_SECONDS)
    assert signed_in.request().is_guest()
    assert signed_in.request().is_guest()


def test_a_request_each_minute_keeps_it_alive(signed_in, clock):
    """Activity moves the idle limit on, past the two hours."""
    for _ in range(130):
        clock.advance(minutes=1)
        assert not signed_in.request().is_guest()


def test_fourteen_days_are_the_most(signed_in, clock):
    """However active the visitor, it ends at the very second."""
    for _ in range(14 * 24 - 1):
        clock.advance(hours=1)
        assert not signed_in.request().is_guest()
    clock.advance(minutes=59, seconds=59)
    assert not signed_in.request().is_guest()
    clock.advance(seconds=1)
    assert signed_in.request().is_guest()


def test_both_limits_are_settings(make_auth, gatewright_settings, register, clock):
    """`session_idle_minutes` and `session_days` move them."""
    auth = make_auth(settings=gatewright_settings.with_values(session_idle_minutes=1, session_days=0.5))
    register(auth)
    visitor = Visitor(auth)
    visitor.request().login("carol", PASSWORD, OURS)
    clock.advance(seconds=59)
    assert not visitor.request().is_guest()
    clock.advance(seconds=60)
    assert visitor.request().is_guest()


def test_last_seen_is_written_at_most_once_a_minute(signed_in, clock, last_seen):
    """A read costs no write: only a request a minute after the last one that was written down is written down."""
    assert last_seen() == "2030-01-01T12:00:00"
    clock.advance(seconds=59)
    signed_in.request().user()
    assert last_seen() == "2030-01-01T12:00:00"
    clock.advance(seconds=1)
    signed_in.request().user()
    assert last_seen() == "2030-01-01T12:01:00"
    clock.advance(seconds=30)
    signed_in.request().user()
    assert last_seen() == "2030-01-01T12:01:00"


@pytest.mark.parametrize(("seconds", "written"), [(60, "12:00:00"), (60.000001, "11:58:59")])
def test_last_seen_goes_back_with_a_clock_by_more_than_a_minute(signed_in, clock, last_seen, seconds, written):
    """A minute is what the clocks of two machines may be apart: they do not overwrite each other."""
    clock.advance(seconds=-seconds)
    signed_in.request().user()
    assert last_seen() == f"2030-01-01T{written}"


def test_a_clock_that_goes_back_locks_nobody_out(signed_in, clock):
    """Time that is corrected by an hour changes nothing for who is signed in."""
    clock.advance(hours=-1)
    assert not signed_in.request().is_guest()


def test_a_session_past_its_end_is_purged(auth, signed_in, clock, count):
    """What is over can be deleted, and only that."""
    assert auth.cleanup_expired_sessions() == 0
    clock.advance(days=14)
    assert auth.cleanup_expired_sessions() == 1
    assert count("sessions") == 0
    assert signed_in.request().is_guest()


def test_a_merely_remembered_session_is_not_fully_authenticated(signed_in, sql):
    """A session that came about without proof is a signed-in user's, but not a fully authenticated one."""
    sql("UPDATE sessions SET is_fully_authenticated = 0")
    assert not signed_in.request().is_guest()
    assert not signed_in.request().is_fully_authenticated()
