"""Each example of the hooks document, one after the other, with the package that the document imports."""

from __future__ import annotations

from datetime import timedelta
from unittest.mock import MagicMock

import pytest

from evrmore_authentication import AuthenticationError, EvrmoreAuth, InvalidSignatureError
from gatewright.testing import HookRecorder, Wallet


def lifetime(auth, challenge):
    record = auth.get_challenge_details(challenge)
    return record.expires_at - record.created_at


def test_registering_with_the_method(evrmore_auth, alice, capsys):
    """A return value that the point does not know is allowed and means nothing."""

    def announce(evrmore_address, expire_minutes):
        print(f"{evrmore_address} asks for {expire_minutes} minutes")
        return {"custom_data": "value"}

    evrmore_auth.add_hook("pre_challenge", announce)
    challenge = evrmore_auth.generate_challenge(alice.address)

    assert capsys.readouterr().out == f"{alice.address} asks for 10 minutes\n"
    assert lifetime(evrmore_auth, challenge) == timedelta(minutes=10)


def test_registering_with_the_decorator(evrmore_auth, alice, sign_in):
    """The user has an id and an address."""
    notified = []

    @evrmore_auth.add_hook("post_auth")
    def tell(user, session):
        notified.append((user.id, user.evrmore_address, session.id))

    session = sign_in(evrmore_auth, alice)

    assert notified == [(session.user_id, alice.address, session.id)]
    assert all(isinstance(value, str) for value in notified[0])


def test_pre_challenge_changes_the_lifetime(evrmore_auth, alice):
    """By returning it."""

    @evrmore_auth.add_hook("pre_challenge")
    def half_an_hour(evrmore_address, expire_minutes):
        return {"expire_minutes": 30}

    assert lifetime(evrmore_auth, evrmore_auth.generate_challenge(alice.address)) == timedelta(minutes=30)


def test_post_challenge_sees_text_and_record(evrmore_auth, alice):
    """The record has the fields of the document's own model."""
    seen = []

    @evrmore_auth.add_hook("post_challenge")
    def look(evrmore_address, challenge, challenge_record):
        seen.append((evrmore_address, challenge, challenge_record))

    challenge = evrmore_auth.generate_challenge(alice.address)
    record = seen[0][2]

    assert seen == [(alice.address, challenge, record)]
    assert (record.challenge_text, record.evrmore_address, record.used) == (challenge, alice.address, False)
    assert record.created_at < record.expires_at


def test_pre_auth_skips_the_owner_check(evrmore_auth, alice, bob):
    """And only that: the signature is still the caller's own."""

    @evrmore_auth.add_hook("pre_auth")
    def let_anybody_use_any(evrmore_address, challenge, signature, skip_ownership_check):
        assert skip_ownership_check is False
        return {"skip_ownership_check": True}

    challenge = evrmore_auth.generate_challenge(alice.address)
    with pytest.raises(InvalidSignatureError):
        evrmore_auth.authenticate(bob.address, challenge, alice.sign(challenge))
    session = evrmore_auth.authenticate(evrmore_address=bob.address, challenge=challenge, signature=bob.sign(challenge))

    assert session.evrmore_address == bob.address


def test_pre_verify_changes_the_message(evrmore_auth, alice):
    """For wallets that put a line of their own before what they sign."""

    @evrmore_auth.add_hook("pre_verify")
    def with_the_line(address, message, signature):
        return {"message": f"My Wallet says: {message}"}

    challenge = evrmore_auth.generate_challenge(alice.address)
    with pytest.raises(InvalidSignatureError):
        evrmore_auth.authenticate(alice.address, challenge, alice.sign(challenge))

    assert evrmore_auth.authenticate(alice.address, challenge, alice.sign(f"My Wallet says: {challenge}"))


def test_post_verify_sees_the_verdict(evrmore_auth, alice, bob):
    """A bool, for failures too."""
    verdicts = []

    @evrmore_auth.add_hook("post_verify")
    def look(address, message, signature, is_valid):
        verdicts.append((address, message, is_valid))

    challenge = evrmore_auth.generate_challenge(alice.address)
    with pytest.raises(AuthenticationError):
        evrmore_auth.authenticate(alice.address, challenge, bob.sign(challenge))
    evrmore_auth.authenticate(alice.address, challenge, alice.sign(challenge))

    assert verdicts == [(alice.address, challenge, False), (alice.address, challenge, True)]


def test_token_validation(evrmore_auth, alice, sign_in):
    """``pre_token_validate`` may return an empty mapping; ``post_token_validate`` sees claims or None."""
    seen = []

    @evrmore_auth.add_hook("pre_token_validate")
    def nothing_to_change(token):
        return {}

    @evrmore_auth.add_hook("post_token_validate")
    def look(token, token_data, is_valid):
        seen.append((token, token_data, is_valid))

    token = sign_in(evrmore_auth, alice).token
    claims = evrmore_auth.validate_token(token)
    evrmore_auth.validate_token("nonsense")

    assert seen == [(token, claims, True), ("nonsense", None, False)]
    assert claims["evrmore_address"] == alice.address


def test_token_invalidation(evrmore_auth, alice, sign_in):
    """``pre_token_invalidate`` may return an empty mapping; ``post_token_invalidate`` sees the session."""
    seen = []

    @evrmore_auth.add_hook("pre_token_invalidate")
    def nothing_to_change(token):
        return {}

    @evrmore_auth.add_hook("post_token_invalidate")
    def look(token, session):
        seen.append((token, session.id, session.is_active))

    session = sign_in(evrmore_auth, alice)

    assert evrmore_auth.invalidate_token(session.token) is True
    assert seen == [(session.token, session.id, False)]


def test_several_hooks_for_one_event(evrmore_auth, alice, sign_in):
    """In the order of their registration."""
    order = []

    @evrmore_auth.add_hook("post_auth")
    def write_down(user, session):
        order.append(("log", user.evrmore_address))

    @evrmore_auth.add_hook("post_auth")
    def send(user, session):
        order.append(("notify", user.id))

    session = sign_in(evrmore_auth, alice)

    assert order == [("log", alice.address), ("notify", session.user_id)]


def test_changing_parameters_for_some(evrmore_auth, alice, bob):
    """An empty mapping keeps the defaults."""
    premium = {alice.address}

    @evrmore_auth.add_hook("pre_challenge")
    def longer_for_some(evrmore_address, expire_minutes):
        if evrmore_address in premium:
            return {"expire_minutes": 60}
        return {}

    lifetimes = [lifetime(evrmore_auth, evrmore_auth.generate_challenge(wallet.address)) for wallet in (alice, bob)]
    assert lifetimes == [timedelta(minutes=60), timedelta(minutes=10)]


def test_errors_are_logged_by_default(evrmore_auth, alice, sign_in, caplog):
    """And interrupt nothing."""

    @evrmore_auth.add_hook("post_auth")
    def broken(user, session):
        raise ConnectionError("no route to the mail server")

    assert sign_in(evrmore_auth, alice).token
    assert "ConnectionError: no route to the mail server" in caplog.text


def test_errors_are_propagated_on_request(alice, sign_in):
    """With the parameter that the document names."""
    with EvrmoreAuth(propagate_hook_errors=True) as auth:

        @auth.add_hook("post_auth")
        def broken(user, session):
            raise ConnectionError("no route to the mail server")

        with pytest.raises(ConnectionError, match="no route"):
            sign_in(auth, alice)


def test_testing_a_hook_with_a_real_sign_in(gatewright_auth, gatewright_wallet):
    """The document patches ``authenticate`` away, so its hook can never fire. A test wallet signs in for real."""
    spy = MagicMock()

    @gatewright_auth.add_hook("post_auth")
    def hook(user, session):
        spy(user.id, session.id)

    challenge = gatewright_auth.generate_challenge(gatewright_wallet.address)
    session = gatewright_auth.authenticate(
        evrmore_address=gatewright_wallet.address, challenge=challenge, signature=gatewright_wallet.sign(challenge)
    )

    spy.assert_called_once_with(session.user_id, session.id)


def test_testing_which_hooks_fired(evrmore_auth):
    """Where the question is only whether something happened, the recorder knows."""
    hooks, wallet = HookRecorder(evrmore_auth), Wallet.new()
    evrmore_auth.generate_challenge(wallet.address)

    assert hooks.names == ["pre_challenge", "post_challenge"]
    assert hooks.of("pre_challenge") == [{"evrmore_address": wallet.address, "expire_minutes": 10}]
