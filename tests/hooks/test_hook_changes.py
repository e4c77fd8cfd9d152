"""What a hook may change: the question, within its rules, and never the answer."""

from __future__ import annotations

from collections import ChainMap, OrderedDict, UserDict
from datetime import timedelta
from types import MappingProxyType

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gatewright.errors import (
    AuthenticationError,
    InvalidAddressError,
    InvalidChallengeError,
    InvalidParameterError,
    InvalidSignatureError,
)
from gatewright.testing import HookRecorder


def lifetime(auth, challenge):
    record = auth.get_challenge_details(challenge)
    return record.expires_at - record.created_at


def test_a_hook_changes_a_parameter_for_the_next_and_for_the_operation(auth, alice):
    """Changes chain in the order of adding; a hook that returns nothing changes nothing."""
    seen = []

    def double(expire_minutes):
        seen.append(expire_minutes)
        return {"expire_minutes": expire_minutes * 2}

    auth.hooks.pre_challenge(double)

    @auth.hooks.pre_challenge
    def look(expire_minutes):
        seen.append(expire_minutes)

    auth.hooks.pre_challenge(lambda expire_minutes: double(expire_minutes))
    challenge = auth.generate_challenge(alice.address, 10)

    assert seen == [10, 20, 20]
    assert lifetime(auth, challenge) == timedelta(minutes=40)


def test_later_hooks_see_what_the_operation_took(auth, alice, bob, hooks):
    """The final values reach the post hooks, and the challenge is for the changed address."""
    auth.add_hook("pre_challenge", lambda: {"evrmore_address": bob.address})
    challenge = auth.generate_challenge(alice.address)

    assert hooks.of("post_challenge")[0]["evrmore_address"] == bob.address
    assert bob.address in challenge
    assert auth.authenticate(bob.address, challenge, bob.sign(challenge))


@pytest.mark.parametrize("kind", [dict, OrderedDict, UserDict, MappingProxyType, ChainMap])
def test_any_mapping_will_do(auth, alice, kind):
    """It need not be a ``dict``."""
    auth.add_hook("pre_challenge", lambda: kind({"expire_minutes": 1}))

    assert lifetime(auth, auth.generate_challenge(alice.address)) == timedelta(minutes=1)


@pytest.mark.parametrize(
    "answer",
    [{}, {"custom_data": "value"}, {"EXPIRE_MINUTES": 1}, {"ip_address": "x", "": None, None: 1, 3: [], (): {}}],
)
def test_unknown_keys_change_nothing(auth, alice, answer, hooks):
    """And are no error."""
    auth.add_hook("pre_challenge", lambda: answer)

    assert lifetime(auth, auth.generate_challenge(alice.address)) == timedelta(minutes=10)
    assert hooks.names == ["pre_challenge", "post_challenge"]


@pytest.mark.parametrize(
    "answer", [True, 1, "expire_minutes", [("expire_minutes", 1)], object(), {"expire_minutes"}, b""]
)
def test_what_is_no_mapping_changes_nothing(auth, alice, answer, caplog):
    """Whatever a ``pre_*`` hook returns by accident means nothing; whoever meant to refuse by it is told how to."""
    for event in ("pre_challenge", "pre_auth", "pre_verify", "pre_token_validate", "pre_token_invalidate"):
        auth.add_hook(event, lambda: answer)
    challenge = auth.generate_challenge(alice.address)
    token = auth.authenticate(alice.address, challenge, alice.sign(challenge)).token

    assert lifetime(auth, challenge) == timedelta(minutes=10)
    assert auth.validate_token(token)
    assert auth.invalidate_token(token)
    said = [each.getMessage() for each in caplog.records if each.name == "gatewright.hooks"]
    assert f"returned something of type {type(answer).__name__}, which has no effect" in said[0]
    assert len(said) == 5
    assert "raise Denied(...)" in said[0]


def test_only_hooks_that_come_before_change_anything(auth, alice, bob):
    """What a ``post_*`` hook returns is nothing to anybody, the next hook included."""
    changes = {"is_valid": True, "address": bob.address, "challenge": "x", "token_data": {}, "token": "x", "user": bob}
    for point in auth.hooks:
        if not point.declaration.is_before:
            point(lambda: changes)
    hooks = HookRecorder(auth)
    challenge = auth.generate_challenge(alice.address)
    with pytest.raises(InvalidSignatureError):
        auth.authenticate(alice.address, challenge, bob.sign(challenge))
    session = auth.authenticate(alice.address, challenge, alice.sign(challenge))

    assert auth.validate_token(session.token)["evrmore_address"] == alice.address
    assert auth.validate_token("nonsense") is None
    assert [verified["is_valid"] for verified in hooks.of("post_verify")] == [False, True]
    assert {verified["address"] for verified in hooks.of("post_verify")} == {alice.address}
    assert hooks.of("post_auth")[0]["session"] is session
    assert [validated["is_valid"] for validated in hooks.of("post_token_validate")] == [True, False]


@pytest.mark.parametrize("address", ["nobody", "", None, 1, b"x", "mipcBbFg9gMiCh81Kj8tqqdgoZub1ZJRfn"])
def test_a_changed_address_is_checked_like_a_given_one(auth, alice, address, count):
    """For a challenge and for a sign-in, by the same error."""
    challenge = auth.generate_challenge(alice.address)
    for event in ("pre_challenge", "pre_auth"):
        auth.add_hook(event, lambda: {"evrmore_address": address})
    for given_or_changed in (address, alice.address):
        with pytest.raises(InvalidAddressError):
            auth.generate_challenge(given_or_changed)
        with pytest.raises(InvalidAddressError):
            auth.authenticate(given_or_changed, challenge, alice.sign(challenge))

    assert (count("challenges"), count("users")) == (1, 0)


def test_a_hook_may_correct_an_address(auth, alice):
    """It runs before the check, so it may also make a good address of a bad one."""
    auth.add_hook("pre_challenge", lambda evrmore_address: {"evrmore_address": evrmore_address.strip()})

    assert alice.address in auth.generate_challenge(f" {alice.address}\n")


@pytest.mark.parametrize("minutes", [-1, True, None, "10", float("nan"), float("inf"), 10**9, 10**400, [], {}])
def test_a_changed_lifetime_is_checked_like_a_given_one(auth, alice, minutes, count):
    """A hook's mistake of type or unit is an error, not a challenge."""
    with pytest.raises(InvalidParameterError, match="expire_minutes"):
        auth.generate_challenge(alice.address, minutes)
    auth.add_hook("pre_challenge", lambda: {"expire_minutes": minutes})
    with pytest.raises(InvalidParameterError, match="expire_minutes"):
        auth.generate_challenge(alice.address)

    assert count("challenges") == 0


@pytest.mark.parametrize("flag", [1, "True", None, [True], object()])
def test_a_changed_flag_must_be_true_or_false_itself(auth, alice, bob, flag):
    """A truthy stranger does not switch the owner check off."""
    challenge = auth.generate_challenge(alice.address)
    auth.add_hook("pre_auth", lambda: {"skip_ownership_check": flag})

    with pytest.raises(InvalidParameterError, match="skip_ownership_check"):
        auth.authenticate(bob.address, challenge, bob.sign(challenge))


def test_a_hook_may_skip_the_owner_check_and_never_the_signature(auth, alice, bob):
    """As the specification's example returns it."""
    auth.add_hook("pre_auth", lambda: {"skip_ownership_check": True})
    challenge = auth.generate_challenge(alice.address)
    for signature in (alice.sign(challenge), "nonsense"):
        with pytest.raises(InvalidSignatureError):
            auth.authenticate(bob.address, challenge, signature)

    assert auth.authenticate(bob.address, challenge, bob.sign(challenge)).evrmore_address == bob.address


@pytest.mark.parametrize("challenge", ["unknown", "", None, 1, "x" * 10**6, "\0", "\ud800"])
def test_a_changed_challenge_is_looked_up_like_a_given_one(auth, alice, challenge):
    """Nonsense from a hook finds nothing."""
    issued = auth.generate_challenge(alice.address)
    auth.add_hook("pre_auth", lambda: {"challenge": challenge})

    with pytest.raises((InvalidChallengeError, InvalidParameterError)):
        auth.authenticate(alice.address, issued, alice.sign(issued))


def test_a_hook_may_say_who_signs_in(auth, alice, bob):
    """``pre_auth`` may change the address: then the challenge must be that address's, and its key must have signed."""
    challenge = auth.generate_challenge(bob.address)
    auth.add_hook("pre_auth", lambda: {"evrmore_address": bob.address})
    with pytest.raises(InvalidSignatureError):
        auth.authenticate(alice.address, challenge, alice.sign(challenge))

    assert auth.authenticate(alice.address, challenge, bob.sign(challenge)).evrmore_address == bob.address


def test_changing_what_is_verified_never_changes_whose_session_it_becomes(auth, alice, bob):
    """Another address, text and signature may be verified instead; the session stays the attempt's."""
    other = {"address": bob.address, "message": "another text", "signature": bob.sign("another text")}
    auth.add_hook("pre_verify", lambda: other)
    session = auth.authenticate(alice.address, auth.generate_challenge(alice.address), "anything")

    assert session.evrmore_address == alice.address
    assert auth.get_user_by_token(session.token).evrmore_address == alice.address


@pytest.mark.parametrize("name", ["address", "message", "signature"])
@pytest.mark.parametrize("value", [None, "", 1, b"x", "nonsense", "\0", "\ud800", "x" * 10**6, [], {}])
def test_nonsense_to_verify_is_simply_wrong(auth, alice, name, value, hooks):
    """It is no exception, and ``post_verify`` sees what was verified."""
    auth.add_hook("pre_verify", lambda: {name: value})

    assert auth.verify_signature(alice.address, "hello", alice.sign("hello")) is False
    assert (hooks.of("post_verify")[0][name], hooks.of("post_verify")[0]["is_valid"]) == (value, False)


@pytest.mark.parametrize("named", ["nonsense", "", None, 1, b"x", {}])
def test_a_hook_may_name_another_token(auth, alice, sign_in, hooks, named):
    """The token that is validated is the one that the last hook named; nonsense is simply not valid."""
    token = sign_in(auth, alice).token
    auth.add_hook("pre_token_validate", lambda: {"token": named})
    assert auth.validate_token(token) is None
    assert hooks.of("post_token_validate")[0] == {"token": named, "token_data": None, "is_valid": False}
    auth.add_hook("pre_token_validate", lambda: {"token": token})

    assert auth.validate_token("given")["evrmore_address"] == alice.address


simple = st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.binary() | st.builds(object)
parameters = st.sampled_from(["address", "message", "signature", "is_valid", "session", "user"])
anything = simple | st.lists(simple) | st.tuples(simple, simple) | st.dictionaries(parameters, simple)


@pytest.mark.parametrize("event", ["pre_auth", "pre_verify", "post_verify", "auth_failed"])
def test_no_answer_turns_a_bad_signature_good(auth, alice, bob, event):
    """Whatever a hook returns, somebody else's signature signs nobody in."""
    challenge = auth.generate_challenge(alice.address)
    stolen = bob.sign(challenge)
    answers = [None]
    auth.add_hook(event, lambda: answers[-1])

    @settings(max_examples=40, deadline=None, database=None)
    @given(anything)
    def holds(answer):
        answers.append(answer)
        assert auth.verify_signature(alice.address, challenge, stolen) is False
        with pytest.raises((AuthenticationError, InvalidParameterError)):
            auth.authenticate(alice.address, challenge, stolen)

    holds()

    assert auth.list_sessions() == []
    assert not auth.get_challenge_details(challenge).used
