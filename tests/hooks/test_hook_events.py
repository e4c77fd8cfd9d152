"""Each hook point fires when the specification says, with exactly the specification's parameters."""

from __future__ import annotations

import pytest

from gatewright import Denied
from gatewright.errors import AuthenticationError

SPECIFICATION = {
    "pre_challenge": {"evrmore_address", "expire_minutes"},
    "post_challenge": {"evrmore_address", "challenge", "challenge_record"},
    "pre_auth": {"evrmore_address", "challenge", "signature", "skip_ownership_check"},
    "post_auth": {"user", "session"},
    "pre_verify": {"address", "message", "signature"},
    "post_verify": {"address", "message", "signature", "is_valid"},
    "pre_token_validate": {"token"},
    "post_token_validate": {"token", "token_data", "is_valid"},
    "pre_token_invalidate": {"token"},
    "post_token_invalidate": {"token", "session"},
}
OWN = {"auth_failed": {"username", "method", "reason"}}


def test_the_points_are_the_ten_of_the_specification_and_our_own(auth):
    """In the order of the specification's table, each with its parameters."""
    declared = {point.name: set(point.declaration.parameters) for point in auth.hooks}

    assert list(declared) == [*SPECIFICATION, *OWN]
    assert declared == SPECIFICATION | OWN


def test_every_point_fires_with_exactly_its_parameters(auth, alice, sign_in, hooks):
    """One failed and one good visit, from the challenge to the sign-out, meet every point."""
    token = sign_in(auth, alice).token
    auth.validate_token(token)
    auth.invalidate_token(token)
    with pytest.raises(AuthenticationError):
        auth.authenticate(alice.address, "unknown", "x")

    assert {event: set(parameters) for event, parameters in hooks.events} == SPECIFICATION | OWN


def test_a_challenge(auth, alice, hooks):
    """``pre_challenge`` has the question, ``post_challenge`` the text and its record."""
    challenge = auth.generate_challenge(alice.address, 5)
    record = auth.get_challenge_details(challenge)

    assert hooks.events == [
        ("pre_challenge", {"evrmore_address": alice.address, "expire_minutes": 5}),
        ("post_challenge", {"evrmore_address": alice.address, "challenge": challenge, "challenge_record": record}),
    ]


def test_a_sign_in(auth, alice, hooks):
    """The verification lies between ``pre_auth`` and ``post_auth``, which gets the user and the returned session."""
    challenge = auth.generate_challenge(alice.address)
    signature = alice.sign(challenge)
    hooks.clear()
    session = auth.authenticate(alice.address, challenge, signature)
    verified = {"address": alice.address, "message": challenge, "signature": signature}

    assert hooks.names == ["pre_auth", "pre_verify", "post_verify", "post_auth"]
    assert hooks.of("pre_auth") == [
        {
            "evrmore_address": alice.address,
            "challenge": challenge,
            "signature": signature,
            "skip_ownership_check": False,
        }
    ]
    assert (hooks.of("pre_verify"), hooks.of("post_verify")) == ([verified], [verified | {"is_valid": True}])
    assert hooks.of("post_auth")[0]["session"] is session
    assert hooks.of("post_auth")[0]["user"].id == session.user_id


def test_a_validation(auth, alice, sign_in, hooks):
    """The hooks see good tokens with their claims and bad ones without."""
    token = sign_in(auth, alice).token
    hooks.clear()
    claims = auth.validate_token(token)
    auth.validate_token("nonsense")

    assert hooks.events == [
        ("pre_token_validate", {"token": token}),
        ("post_token_validate", {"token": token, "token_data": claims, "is_valid": True}),
        ("pre_token_validate", {"token": "nonsense"}),
        ("post_token_validate", {"token": "nonsense", "token_data": None, "is_valid": False}),
    ]


def test_whoever_asks_for_the_user_of_a_token_validates_it(auth, alice, sign_in, hooks):
    """``get_user_by_token`` cannot go round the hooks."""
    token = sign_in(auth, alice).token
    hooks.clear()
    auth.get_user_by_token(token)

    assert hooks.names == ["pre_token_validate", "post_token_validate"]


def test_a_sign_out(auth, alice, sign_in, hooks):
    """``post_token_invalidate`` gets the session that ended."""
    session = sign_in(auth, alice)
    hooks.clear()
    auth.invalidate_token(session.token)

    assert hooks.names == ["pre_token_invalidate", "post_token_invalidate"]
    assert hooks.of("post_token_invalidate")[0]["session"].id == session.id


FAILURES = {
    "challenge_unknown": lambda auth, alice, bob, text: auth.authenticate(alice.address, "unknown", "x"),
    "challenge_not_owned": lambda auth, alice, bob, text: auth.authenticate(bob.address, text, bob.sign(text)),
    "invalid_signature": lambda auth, alice, bob, text: auth.authenticate(alice.address, text, bob.sign(text)),
    "invalid_address": lambda auth, alice, bob, text: auth.authenticate("nobody", text, "x"),
    "invalid_parameter": lambda auth, alice, bob, text: auth.authenticate(alice.address, text, "x", ip_address="x"),
}


@pytest.mark.parametrize("reason", FAILURES)
def test_a_failed_sign_in_has_a_reason(auth, alice, bob, hooks, reason):
    """A stable code for logs and counters; it fires once and last."""
    challenge = auth.generate_challenge(alice.address)
    with pytest.raises((AuthenticationError, ValueError)):
        FAILURES[reason](auth, alice, bob, challenge)

    assert [failure["reason"] for failure in hooks.of("auth_failed")] == [reason]
    assert hooks.of("auth_failed")[0]["method"] == "wallet"
    assert hooks.names[-1] == "auth_failed"
    assert "post_auth" not in hooks.names


def test_failures_that_time_and_state_bring(auth, alice, clock, sql, hooks):
    """Used, expired, inactive and denied have reasons of their own."""
    used, expired, inactive, denied = [auth.generate_challenge(alice.address) for _ in range(4)]
    auth.authenticate(alice.address, used, alice.sign(used))

    def fail(challenge):
        with pytest.raises(AuthenticationError):
            auth.authenticate(alice.address, challenge, alice.sign(challenge))

    fail(used)
    sql("UPDATE users SET is_active = 0")
    fail(inactive)
    clock.advance(minutes=10)
    fail(expired)

    @auth.hooks.pre_auth
    def refuse():
        raise Denied("closed")

    fail(denied)

    assert hooks.of("auth_failed") == [
        {"username": alice.address, "method": "wallet", "reason": reason}
        for reason in ("challenge_used", "inactive_user", "challenge_expired", "denied")
    ]


def test_whoever_tried_is_named_as_given(auth, hooks):
    """Nonsense included: the hook is for counters, not for trust."""
    with pytest.raises(ValueError, match="address"):
        auth.authenticate("<b>\n", "unknown", "x")

    assert hooks.of("auth_failed")[0]["username"] == "<b>\n"


def test_nothing_else_fires(auth, alice, sign_in, hooks):
    """Looking things up, listing and clearing away are no steps of an authentication."""
    session = sign_in(auth, alice)
    hooks.clear()
    auth.get_user_by_id(session.user_id)
    auth.list_sessions()
    auth.get_challenge_details("unknown")
    auth.create_wallet_address()
    auth.sign_message(alice.wif, "hello")

    assert hooks.events == []
