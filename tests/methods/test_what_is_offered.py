"""Which methods are offered as the second step of a sign-in, and to confirm a session: those that help."""

from __future__ import annotations

from dataclasses import replace

import pytest

from gatewright.errors import ConfigurationError, SecondFactorRequiredError
from gatewright.methods import Method, Proven
from gatewright.proofs import Kind
from sample_methods import CODES, ExtraCode, ListedCode, Voucher
from visitors import OURS, PASSWORD, Visitor

LIST = {"codes": " ".join(CODES)}


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


class OtherVoucher(Voucher):
    """Another word that comes to the same mailbox."""

    name = "other_voucher"


class SecondWord(Voucher):
    """A word that comes to the same mailbox, with which no sign-in can begin; a user has one."""

    name = "second_word"
    can_begin = False
    at_most = 1


class UnenrolledWord(SecondWord):
    """The same, but that nobody enrols it: everybody has one."""

    at_most = 0


def log_in(auth):
    visitor = Visitor(auth)
    visitor.request().login("carol", PASSWORD, OURS)
    return visitor


def test_what_raises_the_level_is_offered_to_who_needs_a_higher_one(make_auth, register):
    """To whoever has given a password: not the password again, and for level 3 only what reaches it."""
    auth = make_auth(methods=[Badge(), ExtraCode()])
    register(auth)
    visitor = log_in(auth)
    visitor.request().enrol("extra_code", LIST)
    visitor = log_in(auth)
    assert visitor.request().current_session().aal == 1
    offered = {aal: visitor.request().methods(is_confirmation=True, aal=aal) for aal in (1, 2, 3)}
    assert offered == {1: ["badge", "extra_code", "password"], 2: ["badge", "extra_code"], 3: ["badge"]}

    visitor.request().prove("extra_code", {"code": CODES[0]}, is_confirmation=True)
    assert visitor.request().current_session().aal == 2
    assert visitor.request().methods(is_confirmation=True, aal=3) == ["badge"]


def test_two_steps_may_lead_a_remembered_browser_to_level_two(make_auth, register):
    """What shows one factor is offered there, too. To level 3 leads what reaches it alone."""
    auth = make_auth(methods=[Badge()])
    register(auth)
    returning = Visitor(auth)
    returning.request().recall(log_in(auth).request().remember())

    assert returning.request().current_session().aal == 0
    assert returning.request().methods(is_confirmation=True, aal=2) == ["badge", "password"]
    assert returning.request().methods(is_confirmation=True, aal=3) == ["badge"]


def test_two_words_from_one_mailbox_are_one_factor(make_auth, gatewright_settings, register):
    """The other one is not offered after the first."""
    settings = gatewright_settings.with_values(second_factor="required", second_factor_after=("voucher",))
    auth = make_auth(settings=settings, methods=[Voucher(), OtherVoucher()])
    register(auth)
    visitor = Visitor(auth)
    with pytest.raises(SecondFactorRequiredError) as asked:
        visitor.request().prove("voucher", {"token": "voucher-carol"})
    assert asked.value.evidence["methods"] == ["password"]


def test_two_lists_of_codes_confirm_no_remembered_browser(make_auth, register):
    """With neither can a sign-in begin, so that only a password is asked for after one."""
    auth = make_auth(methods=[ListedCode(), ExtraCode()])
    register(auth)
    visitor = log_in(auth)
    visitor.request().enrol("extra_code", LIST)
    visitor.request().enrol("listed_code", LIST)
    cookie = visitor.request().remember()
    returning = Visitor(auth)
    returning.request().recall(cookie)

    with pytest.raises(SecondFactorRequiredError) as asked:
        returning.request().prove("listed_code", {"code": CODES[1]}, is_confirmation=True)
    assert asked.value.evidence["methods"] == ["password"]


def test_a_second_word_from_one_mailbox_signs_nobody_in(make_auth, gatewright_settings, register):
    """It is right, and not enough, however it came to be sent."""
    settings = gatewright_settings.with_values(second_factor="required", second_factor_after=("voucher",))
    auth = make_auth(settings=settings, methods=[Voucher(), SecondWord()])
    register(auth)
    visitor = Visitor(auth)
    for name in ("voucher", "second_word"):
        with pytest.raises(SecondFactorRequiredError):
            visitor.request().prove(name, {"token": "voucher-carol"})
    assert visitor.request().is_guest()


@pytest.mark.parametrize("method", [SecondWord, UnenrolledWord])
def test_what_only_comes_second_confirms_no_remembered_browser(make_auth, register, method):
    """Or it would sign somebody in who has given nothing else."""
    auth = make_auth(methods=[method()])
    register(auth)
    returning = Visitor(auth)
    returning.request().recall(log_in(auth).request().remember())

    with pytest.raises(SecondFactorRequiredError):
        returning.request().prove("second_word", {"token": "voucher-carol"}, is_confirmation=True)
    assert not returning.request().is_fresh(5)


class Pin(ListedCode):
    """A word that its user has chosen: something that they know."""

    name = "pin"
    title = "PIN"
    kinds = frozenset({Kind.KNOWLEDGE})


class EnrolledBadge(Badge):
    """A badge that its user has to set up."""

    at_most = 3
    is_ready = Method.is_ready


class TestSetUp:
    """Whoever has nothing that helps is offered to set up what would, and not what would lead them back here."""

    @pytest.fixture
    def auth(self, make_auth):
        return make_auth(methods=[ListedCode(), Pin(), EnrolledBadge()])

    def test_for_a_higher_level(self, auth, visitor, register, alice):
        """Not the second thing that the owner of a wallet has, which raises no level; nor what is known twice."""
        challenge = auth.generate_challenge(alice.address)
        visitor.request().login_with_wallet(alice.address, challenge, alice.sign(challenge))
        assert visitor.request().methods(is_confirmation=True, aal=2) == []
        assert helpful(visitor, is_confirmation=True, aal=2) == ["passkey", "pin", "badge"]
        register(auth)
        assert helpful(log_in(auth), is_confirmation=True, aal=2) == [
            "passkey",
            "totp",
            "recovery_codes",
            "listed_code",
            "badge",
        ]

    def test_for_the_highest_level(self, auth, register):
        """Only what reaches it alone, whether one factor was given or two: what is set up ends other sessions."""
        register(auth)
        visitor = log_in(auth)
        assert helpful(visitor, is_confirmation=True, aal=3) == ["passkey", "badge"]
        visitor.request().enrol("listed_code", LIST)
        assert helpful(visitor, is_confirmation=True, aal=3) == ["passkey", "badge"]

    def test_for_the_second_step(self, make_auth, register):
        """Not what is known twice."""
        auth = make_auth(methods=[ListedCode(), Pin()], second_factor_policy=lambda user, proofs: True)
        register(auth)
        visitor = Visitor(auth)
        with pytest.raises(SecondFactorRequiredError):
            visitor.request().login("carol", PASSWORD, OURS)
        assert helpful(visitor) == ["passkey", "totp", "recovery_codes", "listed_code"]

    def test_nothing_where_it_asks_for_a_proof_that_nobody_can_give(self, make_auth, clock):
        """As of an account without a password that the application itself has signed in, a while ago."""
        auth = make_auth(methods=[ListedCode()])
        auth.create_user("carol", is_verified=True)
        visitor = Visitor(auth)
        visitor.request().store(auth.bypass("carol", OURS, actor="sso", reason="signed in there"))
        assert helpful(visitor, is_confirmation=True)
        clock.advance(minutes=30)
        assert helpful(visitor, is_confirmation=True) == []

    def test_nothing_for_a_guest(self, visitor):
        """They sign in."""
        assert helpful(visitor) == helpful(visitor, is_confirmation=True) == []


def helpful(visitor, **options):
    return visitor.request().enrollable(**options)


@pytest.mark.parametrize("misspelt", ["passwort", "Password", "e-mail_code", "stores"])
def test_a_misspelt_first_method_is_refused(make_auth, gatewright_settings, misspelt):
    """Nobody would be asked for a second factor after it; one of the application's own may be called anything else."""
    required = gatewright_settings.with_values(second_factor="required")
    with pytest.raises(ConfigurationError, match=f"SECOND_FACTOR_AFTER names '{misspelt}'.*Did you mean"):
        make_auth(settings=required.with_values(second_factor_after=(misspelt,)))
    make_auth(settings=required.with_values(second_factor_after=("voucher", "key_fob")))
