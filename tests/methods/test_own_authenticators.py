"""What users do with what they have enrolled: they name it and remove one of several; hooks hear whose it is."""

from __future__ import annotations

from dataclasses import replace

import pytest

from gatewright import EvrmoreAuth
from gatewright.errors import InactiveUserError, InvalidParameterError
from gatewright.methods import Enrolled
from gatewright.testing import HookRecorder
from sample_methods import CODES, ExtraCode
from visitors import OURS, PASSWORD, Visitor


class OneRing(ExtraCode):
    """Of which a user has one."""

    name = "one_ring"
    at_most = 1
    replaces = False

    async def enrol(self, step, given):
        """Take another each time."""
        return Enrolled([self.authenticator(step, key=step.parts.new_id().encode())], proof=self.proof(step))


@pytest.fixture
def auth(make_auth):
    return make_auth(methods=[ExtraCode(), OneRing()])


@pytest.fixture
def guard(signed_in):
    """Carol's, who has enrolled a list of codes."""
    signed_in.request().enrol("extra_code", {"codes": " ".join(CODES)})
    return signed_in.request()


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        (" In the safe ", "In the safe"),
        ("x" * 60, "x" * 60),
        ("私の\u3000携帯", "私の\u3000携帯"),
        ("گوشی\u200cمن", "گوشی\u200cمن"),
        ("\N{WOMAN}\u200d\N{GIRL}", "\N{WOMAN}\u200d\N{GIRL}"),
    ],
    ids=["blanks", "longest", "Japanese", "Persian", "family"],
)
def test_one_is_given_a_name(guard, given, kept):
    """And the others keep theirs."""
    first, *others = guard.authenticators()
    assert guard.rename_authenticator(first.id, given)
    assert guard.authenticators() == [replace(first, name=kept), *others]


@pytest.mark.parametrize("given", ["", " ", "x" * 61, None, "a\nb", "\x1b[2J", "\u202eevil", "\u200b", "\u200d"])
def test_a_name_that_is_none_is_refused(guard, given):
    """And the argument named: also what nobody sees, or what writes over the words around it."""
    with pytest.raises(InvalidParameterError) as refused:
        guard.rename_authenticator(guard.authenticators()[0].id, given)
    assert refused.value.evidence["parameter"] == "name"


@pytest.mark.parametrize("given", ["", "nothing", "\ud800", "\x00", "x" * 5000, None, 7, ["a"], {"a": 1}])
def test_what_is_no_authenticator_has_no_name(guard, given):
    """Whatever it is instead."""
    assert guard.rename_authenticator(given, "phone") is False
    assert guard.remove_authenticator(given) is False


def test_one_of_several_is_removed(guard):
    """The others stay."""
    first, *others = guard.authenticators()
    assert guard.remove_authenticator(first.id)
    assert guard.authenticators() == others


def test_hooks_hear_whose_it_is_and_of_which_method(auth, guard, carol):
    """Before anything is done, as after it."""
    recorder = HookRecorder(auth)
    guard.enrol("extra_code", {"codes": "one"})
    guard.remove_authenticator(guard.authenticators()[0].id)
    for point in ("pre_method_enrolment", "post_method_enrolment", "pre_method_removal", "post_method_removal"):
        (told,) = recorder.of(point)
        assert (told["user"].id, told["method"]) == (carol.id, "extra_code")
        if point.startswith("post"):
            assert [each.method for each in told["authenticators"]] == ["extra_code"]


def test_what_takes_the_place_of_the_same_is_enrolled(guard):
    """Nobody else has it."""
    guard.enrol("extra_code", {"codes": " ".join(CODES)})
    assert len(guard.authenticators()) == len(CODES)


class TestRefusedAtTheLastMoment:
    """Between the verification and the enrolment, which a hook lies between that hears of the new session."""

    @pytest.fixture
    def elsewhere(self, gatewright_settings, clock):
        """Another process of the same application."""
        with EvrmoreAuth(settings=gatewright_settings, clock=clock, methods=[ExtraCode(), OneRing()]) as auth:
            yield auth

    def test_because_they_have_as_many_as_they_may(self, auth, guard, elsewhere):
        """Since a moment ago."""
        other = Visitor(elsewhere)
        other.request().login("carol", PASSWORD, OURS)
        auth.add_hook("post_auth", lambda **_: other.request().enrol("one_ring"))
        with pytest.raises(InvalidParameterError, match="at most 1 of one_ring"):
            guard.enrol("one_ring")
        assert len(auth.list_authenticators("carol")) == len(CODES) + 1

    def test_because_the_account_was_deactivated(self, auth, guard, elsewhere, carol):
        """The error names it, for the log."""
        auth.add_hook("post_auth", lambda **_: elsewhere.disable_user("carol"))
        with pytest.raises(InactiveUserError) as refused:
            guard.enrol("one_ring")
        assert refused.value.evidence["user_id"] == carol.id
        assert auth.list_sessions() == []
