"""Several requests of one visitor, and of many, at the same time."""

from __future__ import annotations

from gatewright import User
from gatewright.errors import BusyError
from visitors import OURS, PASSWORD, Visitor


def test_eight_requests_of_one_visitor(auth, signed_in, at_once, clock):
    """A page that loads eight things: all of them know the visitor, and last-seen is written all the same."""
    clock.advance(minutes=10)
    cookies = [signed_in.thief().cookie for _ in range(8)]
    outcomes = at_once(auth, [lambda auth, cookie=cookie: auth.guard(cookie).user() for cookie in cookies])
    assert [user.username for user in outcomes] == ["carol"] * 8
    assert auth.list_sessions()[0].last_seen_at == clock.now()


def test_eight_sign_ins_are_eight_sessions(auth, carol, at_once):
    """Each device gets a session of its own, and all of them work."""
    cookies = [{} for _ in range(8)]
    outcomes = at_once(
        auth, [lambda auth, cookie=cookie: auth.guard(cookie).login("carol", PASSWORD, OURS) for cookie in cookies]
    )
    assert all(isinstance(outcome, User) for outcome in outcomes)
    assert len(auth.list_sessions(carol.id)) == 8
    assert not any(auth.guard(cookie).is_guest() for cookie in cookies)


def test_a_session_is_revoked_by_one(auth, signed_in, at_once):
    """Of eight who end the same session, one did it."""
    elsewhere = Visitor(auth, ip_address="192.0.2.2")
    elsewhere.request().login("carol", PASSWORD, OURS)
    (other,) = [session for session in signed_in.request().sessions() if session.ip_address is not None]
    cookies = [signed_in.thief().cookie for _ in range(8)]
    outcomes = at_once(
        auth, [lambda auth, cookie=cookie: auth.guard(cookie).revoke_session(other.id) for cookie in cookies]
    )
    assert sorted(outcomes) == [False] * 7 + [True]
    assert elsewhere.request().is_guest()


def test_signing_in_while_being_signed_out_ends_well(auth, signed_in, at_once):
    """Whatever the order, afterwards every cookie is either signed in with a living session or a guest's."""
    cookies = [signed_in.thief().cookie for _ in range(8)]
    calls = [
        (lambda auth, cookie=cookie: auth.guard(cookie).destroy())
        if number % 2
        else (lambda auth, cookie=cookie: auth.guard(cookie).login("carol", PASSWORD, OURS))
        for number, cookie in enumerate(cookies)
    ]
    outcomes = at_once(auth, calls)
    assert not [error for error in outcomes if isinstance(error, Exception) and not isinstance(error, BusyError)]
    assert signed_in.request().is_guest()
    assert [auth.guard(cookie).is_guest() for cookie in cookies] == [False, True] * 4
    assert len(auth.list_sessions()) == 4
