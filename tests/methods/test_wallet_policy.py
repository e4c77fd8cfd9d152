"""A wallet whose signature is not enough: the setting `second_factor_after` names it."""

from __future__ import annotations

import pytest

from authenticator_apps import enrol_app
from gatewright.errors import (
    ChallengeAlreadyUsedError,
    ConfigurationError,
    InvalidChallengeError,
    SecondFactorRequiredError,
)
from gatewright.testing import Wallet
from sample_methods import ListedCode
from visitors import OURS, PASSWORD, Visitor

POLICY = {"second_factor": "required", "second_factor_after": ("wallet",)}


@pytest.fixture
def strict(make_auth, gatewright_settings):
    """An application that asks everybody who signs in with a wallet for a second factor."""
    return make_auth(settings=gatewright_settings.with_values(**POLICY))


def signed(auth, wallet):
    challenge = auth.generate_challenge(wallet.address)
    return wallet.address, challenge, wallet.sign(challenge)


def test_a_password_completes_it(strict, register, link, alice):
    """The challenge is spent on the first proof, the visitor a guest until the second one, and both count."""
    register(strict)
    link(strict, "carol", alice)
    visitor, attempt = Visitor(strict), signed(strict, alice)
    with pytest.raises(SecondFactorRequiredError) as asked:
        visitor.request().login_with_wallet(*attempt)
    assert asked.value.evidence["methods"] == ["password"]
    assert visitor.request().is_guest()
    assert strict.list_audit(event="signed_in") == []
    assert visitor.request().methods() == ["password"]
    with pytest.raises(InvalidChallengeError):
        Visitor(strict).request().login_with_wallet(*attempt)

    visitor.request().prove("password", {"password": PASSWORD})
    session = visitor.request().current_session()
    assert (session.aal, session.amr) == (2, ("pop", "pwd", "mfa"))
    assert [proof.method for proof in session.proofs] == ["wallet", "password"]


def test_a_newcomer_gets_an_account_and_no_session(strict, alice):
    """There is nothing to prove them by yet, and no session of theirs is left."""
    visitor = Visitor(strict)
    with pytest.raises(SecondFactorRequiredError) as asked:
        visitor.request().login_with_wallet(*signed(strict, alice))
    assert asked.value.evidence["methods"] == []
    assert visitor.request().is_guest()
    user = strict.get_user(alice.address)
    assert strict.list_sessions(user.id) == []


@pytest.mark.parametrize("answer", ["an error", "yes"])
def test_a_newcomer_has_no_session_where_the_policy_fails(make_auth, alice, answer):
    """It is asked when the account is there. One that answers wrongly, or fails, lets nobody in."""

    def policy(user, proofs):
        if answer == "an error":
            raise LookupError(answer)
        return answer

    auth = make_auth(second_factor_policy=policy)
    visitor = Visitor(auth)
    for sign_in in (visitor.request().login_with_wallet, auth.authenticate):
        for wallet in (alice, Wallet.new(f"newcomer of {sign_in.__name__}")):
            with pytest.raises((LookupError, ConfigurationError)):
                sign_in(*signed(auth, wallet))
    assert visitor.request().is_guest()
    assert auth.list_sessions() == []


def test_a_token_is_not_given(strict, register, link, alice):
    """Who asks for a token has no visit in which a second factor could follow."""
    register(strict)
    link(strict, "carol", alice)
    with pytest.raises(SecondFactorRequiredError):
        strict.authenticate(*signed(strict, alice))
    assert strict.list_sessions() == []


def test_a_challenge_that_was_used_a_moment_ago_proves_nothing(strict, people, register, link, alice):
    """By another request with the same signature, after this one has verified it."""
    register(strict)
    link(strict, "carol", alice)
    attempt, visitor = signed(strict, alice), Visitor(strict)
    strict.add_hook("post_verify", lambda: people.authenticate(*attempt) and None)
    with pytest.raises(ChallengeAlreadyUsedError) as refused:
        visitor.request().login_with_wallet(*attempt)

    assert refused.value.evidence == {"reason": "challenge_used"}
    assert visitor.request().pending_user() is None


def test_the_applications_own_policy_decides_on_wallets_too(make_auth, register, link, alice):
    """Whatever the settings say of them: neither a visit nor a token is had by a signature alone."""
    auth = make_auth(second_factor_policy=lambda user, proofs: True)
    register(auth)
    link(auth, "carol", alice)
    with pytest.raises(SecondFactorRequiredError):
        auth.authenticate(*signed(auth, alice))
    with pytest.raises(SecondFactorRequiredError):
        Visitor(auth).request().login_with_wallet(*signed(auth, alice))
    assert auth.list_sessions() == []


def test_the_applications_own_policy_is_asked_once_a_sign_in(make_auth, alice):
    """Before the challenge is used up where there is an account, and when there is one for a newcomer."""
    asked = []
    auth = make_auth(second_factor_policy=lambda user, proofs: asked.append(user.username))
    for _ in range(2):
        auth.authenticate(*signed(auth, alice))
    assert len(asked) == 2


class Begun(ListedCode):
    """A list of codes that only those can use who have begun something in their browser."""

    name = "begun"

    async def is_ready(self, step, enrolled):
        """Look at what the browser has begun."""
        return await step.kept("something") is not None


def test_without_a_browser_nothing_was_begun(make_auth, gatewright_settings, register, link, alice):
    """Methods may ask all the same."""
    auth = make_auth(settings=gatewright_settings.with_values(**POLICY), methods=[Begun()])
    register(auth)
    link(auth, "carol", alice)
    with pytest.raises(SecondFactorRequiredError) as asked:
        auth.authenticate(*signed(auth, alice))
    assert asked.value.evidence["methods"] == ["password"]


def test_it_is_no_failure(strict, register, link, alice):
    """Nobody is blocked or told of a failed sign-in for a right signature."""
    register(strict)
    link(strict, "carol", alice)
    for _ in range(3):
        with pytest.raises(SecondFactorRequiredError):
            Visitor(strict).request().login_with_wallet(*signed(strict, alice))
    assert "sign_in_failed" not in [entry.event for _, entry in strict.list_audit()]


def test_the_defaults_ask_nobody(auth, register, link, alice):
    """A wallet is a key of its own, and signs in alone."""
    register(auth)
    link(auth, "carol", alice)
    visitor = Visitor(auth)
    visitor.request().login_with_wallet(*signed(auth, alice))
    session = visitor.request().current_session()
    assert (session.aal, session.amr, len(session.proofs)) == (1, ("pop",), 1)


def test_the_defaults_ask_nobody_who_has_an_app_either(auth, app, carol, link, alice):
    """It is asked for after a password."""
    link(auth, "carol", alice)
    visitor = Visitor(auth)
    visitor.request().login_with_wallet(*signed(auth, alice))
    assert visitor.request().user().id == carol.id


def test_a_wallet_completes_a_password(make_auth, gatewright_settings, register, link, alice):
    """By the challenge of this browser."""
    auth = make_auth(settings=gatewright_settings.with_values(second_factor="required"))
    register(auth)
    link(auth, "carol", alice)
    visitor = Visitor(auth)
    with pytest.raises(SecondFactorRequiredError):
        visitor.request().login("carol", PASSWORD, OURS)
    begun = visitor.request().begin("wallet", {"evrmore_address": alice.address})
    proof = {"evrmore_address": alice.address, "challenge": begun["challenge"]}
    visitor.request().prove("wallet", proof | {"signature": alice.sign(begun["challenge"])})
    session = visitor.request().current_session()
    assert (session.aal, session.evrmore_address) == (2, None)


def test_a_newcomer_sets_up_an_authenticator_app(strict, alice, clock):
    """Wallet and app are two things that they have: enough for the policy, and of level 1, as one factor is."""
    visitor = Visitor(strict)
    with pytest.raises(SecondFactorRequiredError):
        visitor.request().login_with_wallet(*signed(strict, alice))
    app = enrol_app(visitor.request(), clock)
    session = visitor.request().current_session()
    assert (session.aal, session.amr, session.evrmore_address) == (1, ("pop", "otp"), alice.address)

    clock.advance(minutes=1)
    again = Visitor(strict)
    with pytest.raises(SecondFactorRequiredError) as asked:
        again.request().login_with_wallet(*signed(strict, alice))
    assert asked.value.evidence["methods"] == ["totp"]
    again.request().prove("totp", {"code": app.code(clock.now())})
    assert not again.request().is_guest()
    assert not again.request().is_fresh(aal=2)
