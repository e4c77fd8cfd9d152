"""A wallet that completes or confirms a sign-in: what is begun, and what is refused."""

from __future__ import annotations

from datetime import timedelta

import pytest

from gatewright.errors import (
    ChallengeAlreadyUsedError,
    InvalidAddressError,
    InvalidChallengeError,
    InvalidProofError,
    InvalidSignatureError,
    RateLimitError,
    SecondFactorRequiredError,
)
from visitors import OURS, PASSWORD


@pytest.fixture
def auth(make_auth, gatewright_settings, register, link, alice, bob):
    """An application that asks for a second factor, which carol and dave have: alice's and bob's wallet."""
    auth = make_auth(settings=gatewright_settings.with_values(second_factor="required"))
    for username, wallet in ("carol", alice), ("dave", bob):
        register(auth, username)
        link(auth, username, wallet)
    return auth


def begin(visitor, wallet):
    return visitor.request().begin("wallet", {"evrmore_address": wallet.address})


def prove(visitor, wallet, text, **changes):
    proof = {"evrmore_address": wallet.address, "challenge": text, "signature": wallet.sign(text)}
    return visitor.request().prove("wallet", proof | changes)


def test_a_page_can_be_shown_again(begin_sign_in, alice, clock):
    """The visitor chooses among their wallets, and the challenge stays the same for ten minutes."""
    visitor = begin_sign_in()
    assert visitor.request().methods() == ["wallet"]
    assert visitor.request().options("wallet") == {"wallets": [alice.address]}
    assert visitor.request().begun("wallet") is None
    expires_at = clock.now() + timedelta(minutes=10)
    begun = begin(visitor, alice)
    challenge = begun["challenge"]

    assert begun == {"evrmore_address": alice.address, "challenge": challenge, "expires_at": expires_at.isoformat()}
    clock.advance(minutes=9, seconds=59)
    assert visitor.request().begun("wallet") == begun
    clock.advance(seconds=1)
    assert visitor.request().begun("wallet") is None


def test_whoever_comes_next_in_the_browser_does_not_see_it(begin_sign_in, alice):
    """Whose wallet it is, is nothing that the next user of the same browser may learn."""
    visitor = begin_sign_in()
    begin(visitor, alice)
    with pytest.raises(SecondFactorRequiredError):
        visitor.request().login("dave", PASSWORD, OURS)

    assert visitor.request().pending_user().username == "dave"
    assert visitor.request().begun("wallet") is None


def test_a_client_asks_for_so_many_challenges(make_auth, gatewright_settings, auth, begin_sign_in, alice):
    """As everywhere; another client is not concerned."""
    settings = gatewright_settings.with_values(second_factor="required", challenges_per_client=1)
    auth = make_auth(settings=settings)
    visitor, other = (begin_sign_in(auth, ip_address=f"192.0.2.{number}") for number in (1, 2))
    begin(visitor, alice)
    with pytest.raises(RateLimitError):
        begin(visitor, alice)
    begin(other, alice)


def test_another_wallet_proves_nobody(auth, begin_sign_in, bob):
    """Neither a challenge nor a signature of it is of any use."""
    visitor = begin_sign_in()
    with pytest.raises(InvalidAddressError):
        begin(visitor, bob)
    with pytest.raises(InvalidAddressError):
        prove(visitor, bob, auth.generate_challenge(bob.address))


def test_another_browsers_challenge_is_refused(begin_sign_in, auth, alice):
    """However right the signature: somebody may have been talked into it elsewhere."""
    visitor, other = begin_sign_in(), begin_sign_in()
    challenge = begin(visitor, alice)["challenge"]
    begin(other, alice)
    for elsewhere in (auth.generate_challenge(alice.address), challenge):
        with pytest.raises(InvalidChallengeError) as refused:
            prove(other, alice, elsewhere)
        assert refused.value.evidence["reason"] == "challenge_not_bound"
    assert not auth.get_challenge_details(challenge).used

    prove(visitor, alice, challenge)
    assert not visitor.request().is_guest()


@pytest.mark.parametrize("challenge", [None, "", 5, "\ud800"])
def test_what_is_no_challenge_is_refused(begin_sign_in, alice, challenge):
    """With the error of a wrong one."""
    visitor = begin_sign_in()
    begin(visitor, alice)
    with pytest.raises(InvalidChallengeError):
        prove(visitor, alice, "hello", challenge=challenge)


@pytest.mark.parametrize("given", [{"signature": None}, {"signature": ""}, {"signature": "\ud800"}])
def test_what_is_no_signature_is_refused(begin_sign_in, alice, given):
    """And the challenge can still be signed; white space around what was pasted does not matter."""
    visitor = begin_sign_in()
    challenge = begin(visitor, alice)["challenge"]
    with pytest.raises(InvalidSignatureError):
        prove(visitor, alice, challenge, **given)

    pasted = {"evrmore_address": f" {alice.address}\n", "challenge": f"\n{challenge}\n"}
    prove(visitor, alice, challenge, **pasted, signature=f" {alice.sign(challenge)} ")
    assert not visitor.request().is_guest()


def test_a_challenge_that_was_used_a_moment_ago_proves_nothing(begin_sign_in, auth, people, alice):
    """By another request with the same signature, after this one has verified it."""
    visitor = begin_sign_in()
    challenge = begin(visitor, alice)["challenge"]
    signature = alice.sign(challenge)
    auth.add_hook("post_verify", lambda: people.authenticate(alice.address, challenge, signature) and None)
    with pytest.raises(ChallengeAlreadyUsedError) as refused:
        prove(visitor, alice, challenge)

    assert refused.value.evidence == {"reason": "challenge_used"}
    assert visitor.request().is_guest()


def test_a_proof_counts_once(begin_sign_in, alice):
    """In the browser that has given it, too."""
    visitor = begin_sign_in()
    challenge = begin(visitor, alice)["challenge"]
    prove(visitor, alice, challenge)
    with pytest.raises(InvalidProofError):
        visitor.request().prove("wallet", {"evrmore_address": alice.address, "challenge": challenge})
