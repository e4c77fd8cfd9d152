"""Listing and ending sessions without their tokens, and clearing away what is over."""

from __future__ import annotations


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


def test_expired_sessions_are_cleared_away(auth, alice, clock, sign_in, count):
    """Those at their end, active or not; what is still good stays."""
    for minutes in (1, 1, 2):
        sign_in(auth, alice, token_expire_minutes=minutes)
    clock.advance(minutes=1)

    assert auth.cleanup_expired_sessions(at_most=1) == 1
    assert (auth.cleanup_expired_sessions(), auth.cleanup_expired_sessions()) == (1, 0)
    assert (count("sessions"), len(auth.list_sessions())) == (1, 1)


def test_expired_challenges_are_cleared_away(auth, alice, clock, count):
    """Those at their end; what can still be signed stays and signs in."""
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
