"""Listing and ending sessions without their tokens, and clearing away what is over."""

from __future__ import annotations

import pytest

from gatewright import MemoryUserProvider
from gatewright.providers.user_provider import default_hasher
from visitors import OURS, PASSWORD


def test_sessions_are_listed_newest_first_and_without_tokens(auth, alice, bob, clock, sign_in):
    """What is listed is what was handed out, but for the token, which no store can give back."""
    first = sign_in(auth, alice)
    clock.advance(minutes=1)
    second = sign_in(auth, bob)
    clock.advance(minutes=1)
    third = sign_in(auth, alice)

    assert [session.id for session in auth.list_sessions()] == [third.id, second.id, first.id]
    assert [session.id for session in auth.list_sessions(first.user_id)] == [third.id, first.id]
    assert {session.token for session in auth.list_sessions()} == {None}
    assert auth.list_sessions("unknown") == []


def test_only_sessions_that_are_alive_are_listed(auth, alice, clock, sign_in):
    """Ended and expired ones are not."""
    sign_in(auth, alice, token_expire_minutes=1)
    auth.invalidate_token(sign_in(auth, alice).token)
    alive = sign_in(auth, alice)
    clock.advance(minutes=1)

    assert [session.id for session in auth.list_sessions()] == [alive.id]


def test_sessions_from_ahead_are_listed_as_long_as_they_are_good(auth, clock, gatewright_settings):
    """A clock that was wrong for less than a visitor may be idle signs nobody out."""
    auth.create_user("carol", password=PASSWORD, is_verified=True)
    auth.guard({}).login("carol", PASSWORD, OURS)
    clock.advance(minutes=-gatewright_settings.session_idle_minutes)
    assert len(auth.list_sessions()) == 1
    clock.advance(seconds=-1)
    assert auth.list_sessions() == []


def test_a_session_is_ended_by_its_id(auth, alice, sign_in):
    """Once; the token is worthless then."""
    session, other = sign_in(auth, alice), sign_in(auth, alice)
    assert [auth.revoke_session(session.id), auth.revoke_session(session.id)] == [True, False]
    assert auth.revoke_session("unknown") is False

    assert auth.validate_token(session.token) is None
    assert auth.validate_token(other.token)


def test_all_tokens_of_a_user_end_together(auth, alice, bob, sign_in):
    """The number says how many there were; nobody else is signed out."""
    sessions = [sign_in(auth, alice) for _ in range(3)]
    other = sign_in(auth, bob)
    user_id = sessions[0].user_id
    assert [auth.invalidate_all_tokens(user_id), auth.invalidate_all_tokens(user_id)] == [3, 0]
    assert auth.invalidate_all_tokens("unknown") == 0

    assert [auth.validate_token(session.token) for session in sessions] == [None] * 3
    assert auth.validate_token(other.token)
    assert auth.validate_token(sign_in(auth, alice).token)


@pytest.mark.parametrize("given", [7, "7"])
def test_the_tokens_of_another_providers_user_end(auth, given):
    """Who is named by the value that the application's own records have; the record says whose they were."""
    hashed = default_hasher().hash(PASSWORD)
    auth.guard({}).login("carol", PASSWORD, MemoryUserProvider([{"id": 7, "email": "carol", "password": hashed}]))
    assert auth.invalidate_all_tokens(given, provider="MemoryUserProvider") == 1
    assert auth.list_sessions() == []
    ((_, line),) = auth.list_audit(event="sessions_revoked")
    assert (line.user_id, line.provider) == ("7", "MemoryUserProvider")


def test_expired_sessions_are_cleared_away(auth, alice, clock, sign_in, count):
    """Those at their end, active or not; what is still good stays."""
    for minutes in (1, 1, 2):
        sign_in(auth, alice, token_expire_minutes=minutes)
    clock.advance(minutes=1)

    assert auth.cleanup_expired_sessions(at_most=1) == 1
    assert (auth.cleanup_expired_sessions(), auth.cleanup_expired_sessions()) == (1, 0)
    assert (count("sessions"), len(auth.list_sessions())) == (1, 1)


def test_expired_challenges_are_cleared_away(auth, alice, clock, count, store_name):
    """Those at their end; what can still be signed stays and signs in."""
    if "redis" in store_name:
        pytest.skip("does not apply: Redis forgets them by itself")
    for minutes in (1, 1, 1):
        auth.generate_challenge(alice.address, minutes)
    good = auth.generate_challenge(alice.address, 5)
    assert auth.cleanup_expired_challenges() == 0
    clock.advance(minutes=1)

    assert auth.cleanup_expired_challenges(at_most=2) == 2
    assert (auth.cleanup_expired_challenges(), auth.cleanup_expired_challenges()) == (1, 0)
    assert count("challenges") == 1
    assert auth.authenticate(alice.address, good, alice.sign(good))


def test_clearing_challenges_keeps_the_sessions_they_became(auth, alice, clock, sign_in):
    """A session lives longer than the challenge that it came from."""
    session = sign_in(auth, alice)
    clock.advance(minutes=10)
    assert auth.cleanup_expired_challenges() == 1

    assert auth.validate_token(session.token)


def test_another_providers_sessions_are_named_with_the_provider(make_auth):
    """An identifier alone means an account of ours; with the provider it means that provider's user."""
    auth = make_auth(providers=[MemoryUserProvider([{"email": "dave@example.com"}])])
    guard = auth.guard({})
    session = guard.store(auth.bypass("dave@example.com", "MemoryUserProvider"))
    theirs = {"user_id": session.user_id, "provider": session.provider}

    assert [listed.id for listed in auth.list_sessions(**theirs)] == [session.id]
    assert (auth.list_sessions(session.user_id), auth.invalidate_all_tokens(session.user_id)) == ([], 0)
    assert (auth.list_sessions(**theirs | {"provider": "Other"}), len(auth.list_sessions())) == ([], 1)
    assert [auth.invalidate_all_tokens(**theirs), auth.invalidate_all_tokens(**theirs)] == [1, 0]
    assert auth.list_sessions() == []


def test_whoever_ends_sessions_is_recorded(auth, alice, sign_in):
    """Each line says whose sessions ended and who ended them; ending nothing leaves no line."""
    one, token, more = (sign_in(auth, alice) for _ in range(3))
    for _ in range(2):
        auth.revoke_session(one.id, actor="root")
        auth.invalidate_token(token.token)
        auth.invalidate_all_tokens(more.user_id, actor="root")
    ended = [entry for _, entry in auth.list_audit() if entry.event != "signed_in"]

    assert [(entry.event, entry.actor) for entry in ended] == [
        ("session_revoked", "root"),
        ("signed_out", None),
        ("sessions_revoked", "root"),
    ]
    assert {entry.user_id for entry in ended} == {one.user_id}


def test_old_lines_of_the_record_are_cleared_away(auth, alice, clock, sign_in):
    """Those older than ``audit_days``; younger ones stay, under their numbers."""
    for _ in range(3):
        sign_in(auth, alice)
    clock.advance(minutes=auth.settings.audit_days * 24 * 60)
    sign_in(auth, alice)

    assert [auth.cleanup_expired_audit(at_most=2), auth.cleanup_expired_audit(), auth.cleanup_expired_audit()] == [
        2,
        1,
        0,
    ]
    assert [number for number, _ in auth.list_audit()] == [4]
