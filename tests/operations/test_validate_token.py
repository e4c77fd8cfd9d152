"""Recognising a user by a token: only ours, only in time, only while the session stands."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from gatewright.testing import FrozenClock

OTHER_SECRET = "kM4nP7qR2sT9vW1xY6zA3bC8dE5fG0hJ"


def test_the_claims_name_the_user_and_the_session(auth, alice, clock, sign_in):
    """Nothing else than the documented claims is in a token, and times are whole seconds."""
    session = sign_in(auth, alice)
    now = int(clock.now().timestamp())

    assert auth.validate_token(session.token) == {
        "iss": "gatewright",
        "aud": "gatewright",
        "typ": "access",
        "sub": session.user_id,
        "jti": session.id,
        "iat": now,
        "nbf": now,
        "exp": now + 30 * 60,
        "evrmore_address": alice.address,
    }


def test_a_token_leads_to_its_user(auth, alice, bob, sign_in):
    """And another token to another user."""
    tokens = [sign_in(auth, wallet).token for wallet in (alice, bob)]

    assert [auth.get_user_by_token(token).evrmore_address for token in tokens] == [alice.address, bob.address]


def test_a_token_expires_at_the_second(auth, alice, clock, sign_in):
    """A second before the end it is good, at the end it is not."""
    session = sign_in(auth, alice, token_expire_minutes=2)
    clock.advance(seconds=119)
    assert auth.validate_token(session.token)
    clock.advance(seconds=1)

    assert auth.validate_token(session.token) is None
    assert auth.get_user_by_token(session.token) is None


def test_a_token_never_outlives_its_session(make_auth, alice, sign_in):
    """Where the sign-in was within a second, the token ends with the whole second and the row no earlier."""
    clock = FrozenClock(datetime(2030, 1, 1, 12, 0, 0, 999_999, UTC))
    auth = make_auth(clock=clock)
    session = sign_in(auth, alice, token_expire_minutes=1)
    assert auth.validate_token(session.token)["exp"] <= session.expires_at.timestamp()
    clock.advance(minutes=1)

    assert auth.validate_token(session.token) is None


def test_a_token_from_the_future_is_not_valid_yet(auth, alice, clock, sign_in):
    """A token that the clock has not reached was made by somebody else, or by a broken clock."""
    session = sign_in(auth, alice)
    clock.advance(seconds=-1)

    assert auth.validate_token(session.token) is None


@pytest.mark.parametrize(
    "difference", [{"jwt_secret": OTHER_SECRET}, {"jwt_issuer": "other"}, {"jwt_audience": "other"}]
)
def test_a_token_of_another_instance_is_not_ours(make_auth, gatewright_settings, alice, sign_in, difference):
    """Another secret, issuer or audience, on the very same database: none of the two takes the other's tokens."""
    ours, theirs = make_auth(), make_auth(settings=gatewright_settings.with_values(**difference))
    our_token, their_token = sign_in(ours, alice).token, sign_in(theirs, alice).token

    assert [ours.validate_token(their_token), theirs.validate_token(our_token)] == [None, None]
    assert ours.validate_token(our_token)
    assert theirs.validate_token(their_token)


def test_a_token_of_another_database_is_not_ours(make_auth, gatewright_settings, tmp_path, alice, sign_in):
    """The secret may be the same: without its session row a token is nothing."""
    other = make_auth(settings=gatewright_settings.with_values(database_url=f"sqlite:///{tmp_path}/other.db"))
    session = sign_in(other, alice)

    assert other.validate_token(session.token)
    assert make_auth().validate_token(session.token) is None


def test_two_applications_on_one_database_share_their_sessions(make_auth, alice, sign_in):
    """Two workers of one service know each other's tokens, and each other's sign-outs."""
    first, second = make_auth(), make_auth()
    session = sign_in(first, alice)
    assert second.validate_token(session.token)
    second.invalidate_token(session.token)

    assert first.validate_token(session.token) is None


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE users SET is_active = false",
        "UPDATE sessions SET is_active = false",
        "DELETE FROM sessions",
        "DELETE FROM users",
        "UPDATE sessions SET expires_at = '2030-01-01T12:00:00.000000'",
    ],
)
def test_the_row_decides_at_once(auth, alice, sign_in, sql, statement):
    """Whoever is deactivated, or whose session ends or goes, is out with the next request."""
    session = sign_in(auth, alice)
    assert auth.validate_token(session.token)
    sql(statement)

    assert auth.validate_token(session.token) is None
    assert auth.get_user_by_token(session.token) is None


def test_a_session_that_was_given_to_another_user_is_not_the_tokens(auth, alice, bob, sign_in, sql):
    """The token names both the session and its user, and both must match."""
    session, other = sign_in(auth, alice), sign_in(auth, bob)
    sql("UPDATE sessions SET user_id = ? WHERE id = ?", other.user_id, session.id)

    assert auth.validate_token(session.token) is None


def test_every_change_of_a_character_makes_a_token_worthless(auth, alice, sign_in):
    """No character of the three parts is free."""
    token = sign_in(auth, alice).token
    changed = {token[:i] + ("A" if token[i] != "A" else "B") + token[i + 1 :] for i in range(0, len(token), 7)}

    assert {
        auth.validate_token(text) for text in changed | {token + "A", token[:-1], f" {token}", f"Bearer {token}"}
    } == {None}


def test_the_answer_is_the_callers_own(auth, alice, sign_in):
    """A hook that rummages in the claims, or a caller who does, changes nobody else's."""

    @auth.hooks.post_token_validate
    def rummage(token_data):
        token_data["sub"] = "somebody else"

    session = sign_in(auth, alice)
    auth.validate_token(session.token)["jti"] = "changed"

    assert auth.validate_token(session.token)["sub"] == session.user_id
    assert auth.get_user_by_token(session.token).id == session.user_id


def test_a_user_is_found_by_id_active_or_not(auth, alice, sign_in, sql):
    """The id names a user for an operator; an unknown one names nobody."""
    session = sign_in(auth, alice)
    sql("UPDATE users SET is_active = false")

    assert not auth.get_user_by_id(session.user_id).is_active
    assert auth.get_user_by_id("unknown") is None
    assert auth.get_user_by_id(session.id) is None
