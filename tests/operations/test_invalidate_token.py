"""Signing out: at once, once, and nobody else."""

from __future__ import annotations

from dataclasses import replace

import pytest

from gatewright import Denied


def test_a_token_is_worthless_after_signing_out(auth, alice, sign_in):
    """The first call ends the session and says so; the second has nothing to end."""
    token = sign_in(auth, alice).token
    assert [auth.invalidate_token(token), auth.invalidate_token(token)] == [True, False]

    assert auth.validate_token(token) is None


def test_the_hook_gets_the_session_that_ended(auth, alice, sign_in, hooks):
    """As it now stands: inactive and without its token. It fires only where a session ended."""
    session = sign_in(auth, alice, ip_address="192.0.2.1", user_agent="Browser")
    hooks.clear()
    auth.invalidate_token(session.token)
    auth.invalidate_token(session.token)
    auth.invalidate_token("nonsense")

    assert hooks.names == [
        "pre_token_invalidate",
        "post_token_invalidate",
        "pre_token_invalidate",
        "pre_token_invalidate",
    ]
    assert hooks.of("post_token_invalidate") == [
        {"token": session.token, "session": replace(session, is_active=False, token=None)}
    ]


def test_an_expired_token_ends_nothing(auth, alice, clock, sign_in, hooks):
    """There is no session left to end."""
    token = sign_in(auth, alice, token_expire_minutes=1).token
    clock.advance(minutes=1)

    assert auth.invalidate_token(token) is False
    assert hooks.of("post_token_invalidate") == []


def test_a_stranger_cannot_end_a_session(make_auth, gatewright_settings, alice, sign_in):
    """A token that names the right session but was signed by another secret ends nothing."""
    auth = make_auth()
    forger = make_auth(settings=gatewright_settings.with_values(jwt_secret="kM4nP7qR2sT9vW1xY6zA3bC8dE5fG0hJ"))
    token = sign_in(auth, alice).token
    assert forger.invalidate_token(token) is False

    assert auth.validate_token(token)


def test_a_veto_keeps_the_session(auth, alice, sign_in):
    """A ``pre_token_invalidate`` hook may refuse to sign somebody out."""
    token = sign_in(auth, alice).token

    @auth.hooks.pre_token_invalidate
    def refuse():
        raise Denied("the till is still open")

    with pytest.raises(Denied, match="the till is still open"):
        auth.invalidate_token(token)

    assert auth.validate_token(token)


def test_a_hook_may_name_another_token(auth, alice, bob, sign_in, hooks):
    """The token that ends is the one that the last hook named."""
    given, meant = sign_in(auth, alice).token, sign_in(auth, bob).token
    auth.add_hook("pre_token_invalidate", lambda token: {"token": meant})
    assert auth.invalidate_token(given)

    assert auth.validate_token(given)
    assert auth.validate_token(meant) is None
    assert hooks.of("post_token_invalidate")[0]["token"] == meant
