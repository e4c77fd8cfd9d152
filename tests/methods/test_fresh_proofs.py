"""How old a proof may be, at each level of assurance: NIST SP 800-63B-4, 2.2.3 and 2.3.3; RFC 9470, 3."""

from __future__ import annotations

from dataclasses import replace

import pytest

from gatewright.errors import InvalidParameterError, StepUpRequiredError
from gatewright.methods import Method, Proven
from gatewright.methods.email_code import EmailCode, EmailCodeSettings
from gatewright.operations.second_factor import is_confirmed_by
from gatewright.proofs import Kind, Proof
from sample_methods import CODES, ExtraCode
from visitors import OURS, PASSWORD, Visitor


class Badge(Method):
    """A key that stays on its device, and that its user has unlocked; for tests alone."""

    name = "badge"
    title = "Badge"
    kinds = frozenset({Kind.POSSESSION, Kind.INHERENCE})
    strength = 90

    async def is_ready(self, step, enrolled):
        """Everybody has one."""
        return step.user is not None

    async def verify(self, step, given):
        """Believe it."""
        return Proven(step.require_user(), replace(self.proof(step), is_bound_to_device=True))


@pytest.fixture
def auth(make_auth, register):
    mailed = EmailCode(EmailCodeSettings(email_code="second"))
    auth = make_auth(methods=[Badge(), mailed])
    register(auth, email="carol@example.com")
    return auth


@pytest.fixture
def strong(auth, clock):
    """A visitor of level 3, whose proofs are an hour old."""
    visitor = Visitor(auth)
    visitor.request().login("carol", PASSWORD, OURS)
    visitor.request().prove("badge", {})
    assert visitor.request().current_session().aal == 3
    clock.advance(hours=1)
    assert [visitor.request().is_fresh(5, aal=aal) for aal in range(4)] == [False] * 4
    assert [visitor.request().is_fresh(aal=aal) for aal in range(4)] == [True] * 4
    return visitor


def test_one_factor_confirms_two(strong):
    """The session's secret is the other one. For level 3 the whole proof is asked for once more."""
    strong.request().confirm_password(PASSWORD)
    assert [strong.request().is_fresh(5, aal=aal) for aal in range(4)] == [True, True, True, False]
    assert strong.request().methods(is_confirmation=True, aal=3) == ["badge"]
    strong.request().prove("badge", {}, is_confirmation=True)
    assert strong.request().is_fresh(5, aal=3)


def test_what_does_not_help_is_not_offered(strong):
    """A mailed code confirms no level 2: there it is no authenticator."""
    offered = [strong.request().methods(is_confirmation=True, aal=aal) for aal in range(4)]

    assert offered == [["badge", "password", "email_code"]] * 2 + [["badge", "password"], ["badge"]]


@pytest.mark.parametrize(
    ("kinds", "is_bound", "levels"),
    [
        ("", False, []),
        ("mailbox", False, [0, 1]),
        ("knowledge", False, [0, 1, 2]),
        ("possession", False, [0, 1, 2]),
        ("possession inherence", False, [0, 1, 2]),
        ("possession inherence", True, [0, 1, 2, 3]),
    ],
)
def test_what_confirms_which_level(clock, kinds, is_bound, levels):
    """A proof of these kinds; none confirms nothing."""
    shown = frozenset(map(Kind, kinds.split()))
    proofs = [Proof("some", clock.now(), shown, (), is_bound_to_device=is_bound)] if shown else []

    assert [aal for aal in range(4) if is_confirmed_by(proofs, aal=aal)] == levels


def test_a_session_of_an_older_release_dates_from_its_beginning(auth, clock, sql):
    """It kept no proofs, but was proven."""
    visitor = Visitor(auth)
    visitor.request().login("carol", PASSWORD, OURS)
    sql("UPDATE sessions SET proven_by = ''")
    assert visitor.request().is_fresh(5, aal=1)
    clock.advance(minutes=6)
    assert not visitor.request().is_fresh(5)


@pytest.mark.parametrize("asked", [{"minutes": 60}, {"minutes": 60, "aal": 3}])
def test_who_has_proven_enough_goes_on(strong, asked):
    """An hour ago is sixty minutes ago, whatever the setting says."""
    strong.request().require_fresh(**asked)


@pytest.mark.parametrize(
    ("asked", "named"),
    [({"minutes": each}, "minutes") for each in ("5", -1, True, float("inf"), float("nan"))]
    + [({"aal": each}, "aal") for each in ("2", 4, -1, 2.0, True, None)],
)
def test_what_nobody_can_be_asked_for_is_refused(strong, asked, named):
    """True is no minute, and nobody ever meets level 4."""
    for ask in (strong.request().is_fresh, strong.request().require_fresh):
        with pytest.raises(InvalidParameterError) as refused:
            ask(**asked)
        assert refused.value.evidence["parameter"] == named


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ({}, {"minutes": 10, "aal": 0}),
        ({"minutes": 59}, {"minutes": 59, "aal": 0}),
        ({"minutes": 59, "aal": 3}, {"minutes": 59, "aal": 3}),
    ],
)
def test_who_is_refused_is_told_what_is_asked(strong, asked, told):
    """By default as young a proof as the setting says, of any level."""
    with pytest.raises(StepUpRequiredError) as refused:
        strong.request().require_fresh(**asked)
    assert told.items() <= refused.value.evidence.items()


@pytest.fixture
def under_a_new_policy(make_auth, gatewright_settings, register):
    """Sign carol in, who may have a list of codes, before everybody needs a second factor."""

    def under_a_new_policy(*, has_codes):
        before = make_auth(methods=[ExtraCode()])
        register(before)
        visitor = Visitor(before)
        visitor.request().login("carol", PASSWORD, OURS)
        if has_codes:
            visitor.request().enrol("extra_code", {"codes": " ".join(CODES)})
            visitor.request().login("carol", PASSWORD, OURS)
        visitor.request().require_fresh()
        visitor.auth = make_auth(
            settings=gatewright_settings.with_values(second_factor="required"), methods=[ExtraCode()]
        )
        return visitor

    return under_a_new_policy


def test_a_policy_that_has_come_since_is_met_by_who_can(under_a_new_policy):
    """They are asked for what they have."""
    visitor = under_a_new_policy(has_codes=True)
    with pytest.raises(StepUpRequiredError) as refused:
        visitor.request().require_fresh(5, aal=1)
    assert {"minutes": 5, "aal": 1}.items() <= refused.value.evidence.items()
    visitor.request().prove("extra_code", {"code": CODES[0]}, is_confirmation=True)
    visitor.request().require_fresh()


def test_a_policy_that_has_come_since_refuses_nobody_who_cannot(under_a_new_policy):
    """Who has but a password could not set anything else up otherwise."""
    under_a_new_policy(has_codes=False).request().require_fresh()


@pytest.mark.parametrize("has_codes", [True, False])
def test_a_policy_that_has_come_since_holds_for_changes_of_the_account(under_a_new_policy, has_codes):
    """The password alone opens no session any more, and changes nothing either."""
    visitor = under_a_new_policy(has_codes=has_codes)
    with pytest.raises(StepUpRequiredError) as refused:
        visitor.request().change_username("caroline", password=PASSWORD)
    assert refused.value.evidence["minutes"] == 10
    assert visitor.request().user().username == "carol"
