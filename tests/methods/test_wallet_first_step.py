"""A wallet as the first step of a sign-in, and a wallet that is linked: each by a challenge of this browser."""

from __future__ import annotations

import pytest

from gatewright.errors import (
    AttemptBlockedError,
    AuthenticationError,
    InactiveUserError,
    InvalidAddressError,
    InvalidChallengeError,
    InvalidSignatureError,
    SecondFactorRequiredError,
    SignInOverError,
    StepUpRequiredError,
)
from gatewright.methods.password import Password
from gatewright.methods.wallet import Wallet
from visitors import OURS, PASSWORD, Visitor, not_refused


def begin(visitor, wallet, **options):
    return visitor.request().begin("wallet", {"evrmore_address": wallet.address}, **options)["challenge"]


def prove(visitor, wallet, challenge, *, signer=None, **options):
    signature = (signer or wallet).sign(challenge)
    given = {"evrmore_address": wallet.address, "challenge": challenge, "signature": signature}
    return visitor.request().prove("wallet", given, **options)


def link(visitor, wallet, challenge):
    visitor.request().link_wallet(wallet.address, challenge, wallet.sign(challenge))


def test_a_newcomer_signs_in_and_has_an_account(visitor, alice, hooks):
    """The hooks, and the session, are those of `login_with_wallet`; those of a method used otherwise are not fired."""
    assert "wallet" in visitor.request().methods()
    user = prove(visitor, alice, begin(visitor, alice))
    assert (user.username, visitor.request().user().id) == (alice.address, user.id)
    assert visitor.request().current_session().evrmore_address == alice.address
    fired = ("pre_challenge", "post_challenge", "pre_auth", "pre_verify", "post_verify", "post_auth", "login_success")
    assert [name for name in hooks.names if name in (*fired, "pre_method_use", "post_method_use")] == list(fired)


def test_the_log_tells_why_a_challenge_is_refused(auth, visitor, alice, hooks, clock, people):
    """Of another browser, used already, expired; whoever sent it learns no more than that it cannot be used."""
    kept = begin(visitor, alice)
    copy = visitor.thief()
    prove(visitor, alice, kept)
    late = Visitor(auth)
    expired = begin(late, alice)
    clock.advance(minutes=10)
    for browser, challenge in (Visitor(auth), kept), (copy, kept), (late, expired):
        assert browser.request().begun("wallet", is_anew=True) is None or browser is copy
        with pytest.raises(InvalidChallengeError) as refused:
            prove(browser, alice, challenge)
        assert refused.value.code == "invalid_challenge"

    reasons = ["challenge_not_bound", "challenge_used", "challenge_expired"]
    assert [event["reason"] for event in hooks.of("auth_failed")] == reasons
    assert sorted(entry.reason for _, entry in people.list_audit(event="sign_in_failed")) == sorted(reasons)


def test_challenges_of_other_browsers_count_as_failures(make_auth, gatewright_settings, alice):
    """Whoever sends in one after the other is blocked, like after wrong signatures."""
    auth = make_auth(settings=gatewright_settings.with_values(attempts_per_client=2))
    visitor = Visitor(auth, ip_address="203.0.113.7")
    for _ in range(2):
        with pytest.raises(InvalidChallengeError):
            prove(visitor, alice, auth.generate_challenge(alice.address))
    with pytest.raises(AttemptBlockedError):
        prove(visitor, alice, begin(visitor, alice))
    with pytest.raises(AttemptBlockedError):  # before anybody looks at what was sent
        prove(visitor, alice, auth.generate_challenge(alice.address))


def test_whoever_is_disabled_meanwhile_is_not_signed_in(auth, visitor, people, alice):
    """By the time that their session has been made: it ends at once."""
    auth.add_hook("post_auth", lambda: people.disable_user(alice.address))
    with pytest.raises(InactiveUserError) as refused:
        prove(visitor, alice, begin(visitor, alice))
    assert refused.value.evidence == {"user_id": people.get_user(alice.address).id}
    assert visitor.request().is_guest()
    assert people.list_sessions() == []


def test_a_hook_decides_how_long_a_challenge_can_be_signed(auth, visitor, alice, clock):
    """Its browser is known for as long."""
    auth.add_hook("pre_challenge", lambda: {"expire_minutes": 180})
    challenge = begin(visitor, alice)
    clock.advance(minutes=179)
    assert visitor.request().begun("wallet")["challenge"] == challenge
    prove(visitor, alice, challenge)
    assert not visitor.request().is_guest()


def test_whoever_is_signed_in_may_begin_anew(signed_in, auth, alice):
    """With a wallet that is not theirs: then it is the wallet's user who is signed in."""
    challenge = begin(signed_in, alice, is_anew=True)
    assert signed_in.request().begun("wallet") is None
    assert signed_in.request().begun("wallet", is_anew=True)["challenge"] == challenge
    prove(signed_in, alice, challenge, is_anew=True)
    assert signed_in.request().user().username == alice.address


def test_a_sign_in_that_waits_is_left_alone_until_the_wallet_is_proven(
    make_auth, gatewright_settings, register, begin_sign_in, alice, bob
):
    """A wrong signature ends nothing; a right one signs in, and what waited does not wait any more."""
    auth = make_auth(settings=gatewright_settings.with_values(second_factor="required"))
    register(auth)
    visitor = begin_sign_in(auth)
    challenge = begin(visitor, alice, is_anew=True)
    with pytest.raises(InvalidSignatureError):
        prove(visitor, alice, challenge, signer=bob, is_anew=True)
    assert visitor.request().pending_user().username == "carol"

    prove(visitor, alice, challenge, is_anew=True)
    assert visitor.request().user().username == alice.address
    assert visitor.request().pending_user() is None


def test_a_wallet_that_is_not_enough_waits_for_more(make_auth, gatewright_settings, alice):
    """In the very request that has proven it, too."""
    settings = gatewright_settings.with_values(second_factor="required", second_factor_after=("wallet",))
    visitor = Visitor(make_auth(settings=settings))
    challenge = begin(visitor, alice)
    guard = visitor.request()
    assert guard.pending_user() is None
    given = {"evrmore_address": alice.address, "challenge": challenge, "signature": alice.sign(challenge)}
    with pytest.raises(SecondFactorRequiredError):
        guard.prove("wallet", given)
    assert guard.pending_user().username == alice.address


def test_where_it_is_switched_off_it_only_completes_a_sign_in(make_auth, gatewright_settings, register, alice):
    """It is linked as before."""
    auth = make_auth(settings=gatewright_settings.with_values(enable_wallet_login=False))
    register(auth)
    visitor = Visitor(auth)
    assert "wallet" not in visitor.request().methods()
    for act in (lambda: begin(visitor, alice), lambda: prove(visitor, alice, "any")):
        with pytest.raises(SignInOverError, match="cannot begin with wallet"):
            act()

    visitor.request().login("carol", PASSWORD, OURS)
    begun = visitor.request().begin_enrolment("wallet", {"evrmore_address": f" {alice.address} "})
    link(visitor, alice, begun["challenge"])
    assert auth.list_wallets("carol") == [alice.address]
    prove(visitor, alice, begin(visitor, alice, is_confirmation=True), is_confirmation=True)


def test_a_wallet_is_linked_by_a_challenge_of_this_browser(signed_in, auth, alice, bob, hooks, people):
    """Of a sign-in, too; another browser's is refused, however right its signature, and the hooks hear of it."""
    elsewhere = begin(Visitor(auth), bob)
    for challenge in (elsewhere, auth.generate_challenge(bob.address)):
        with pytest.raises(InvalidChallengeError) as refused:
            link(signed_in, bob, challenge)
        assert refused.value.evidence == {"reason": "challenge_not_bound"}
    assert hooks.of("auth_failed") == 2 * [
        {"username": bob.address, "method": "wallet", "reason": "challenge_not_bound"}
    ]
    refusals = [(entry.username, entry.reason) for _, entry in people.list_audit(event="wallet_link_failed")]
    assert refusals == 2 * [("carol", "challenge_not_bound")]

    link(signed_in, alice, begin(signed_in, alice, is_anew=True))
    assert auth.list_wallets("carol") == [alice.address]
    (linked,) = [entry for _, entry in people.list_audit(event="wallet_linked")]
    assert (linked.username, linked.actor, linked.reason) == ("carol", "carol", alice.address)


def test_only_whoever_has_just_proven_themselves_links(auth, visitor, signed_in, clock, alice):
    """Neither a guest nor a browser that was left open."""
    with pytest.raises(AuthenticationError):
        link(Visitor(auth), alice, "any")
    challenge = begin(signed_in, alice, is_anew=True)
    clock.advance(minutes=11)
    with pytest.raises(StepUpRequiredError):
        link(signed_in, alice, challenge)
    with pytest.raises(StepUpRequiredError):
        signed_in.request().begin_enrolment("wallet", {"evrmore_address": alice.address})
    assert auth.list_wallets("carol") == []


@pytest.mark.parametrize(
    ("given", "wallet", "password"),
    [
        ({"evrmore_address": "E"}, "begin", None),
        ({"evrmore_address": "E", "challenge": "c"}, "prove", None),
        ({"evrmore_address": "E", "signature": "s"}, "prove", None),
        ({"signature": "s"}, "prove", None),
        ({"password": "p"}, None, "prove"),
        ({"code": "123456"}, None, None),
    ],
)
def test_a_form_that_names_no_method_is_known_by_its_fields(given, wallet, password):
    """Both of those methods for which applications have forms of their own know theirs."""
    assert (Wallet().action_of(given), Password().action_of(given)) == (wallet, password)


@pytest.mark.parametrize("odd", [None, 5, ["E"]])
def test_what_is_no_text_is_as_good_as_nothing(visitor, hooks, odd):
    """For the hooks, too."""
    with pytest.raises(InvalidAddressError):
        visitor.request().begin("wallet", {"evrmore_address": odd})
    with pytest.raises(InvalidChallengeError):
        visitor.request().prove("wallet", {"evrmore_address": odd, "challenge": odd})
    assert hooks.of("pre_challenge")[0]["evrmore_address"] == ""
    assert hooks.of("auth_failed")[0]["username"] == ""


def test_nonsense_is_refused(signed_in, auth, alice, snapshot):
    """Whatever is sent for an address, a challenge or a signature: an error of ours, and nothing is linked."""
    challenge = begin(signed_in, alice, is_anew=True)
    before = snapshot(but=["attempts", "audit"])
    acts = (
        lambda odd: signed_in.request().begin("wallet", {"evrmore_address": odd}, is_anew=True),
        lambda odd: signed_in.request().begin_enrolment("wallet", {"evrmore_address": odd}),
        lambda odd: signed_in.request().prove("wallet", dict.fromkeys(("evrmore_address", "challenge"), odd)),
        lambda odd: signed_in.request().link_wallet(odd, challenge, "signature"),
        lambda odd: signed_in.request().link_wallet(alice.address, odd, "signature"),
        lambda odd: signed_in.request().link_wallet(alice.address, challenge, odd),
    )
    assert [not_refused(act) for act in acts] == [[]] * len(acts)
    assert snapshot(but=["attempts", "audit"]) == before
