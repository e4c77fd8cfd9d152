"""One account may hold a password and several wallets: linked by proof, unlinked at will."""

from __future__ import annotations

import pytest

from gatewright.errors import (
    ChallengeAlreadyUsedError,
    GatewrightError,
    InvalidAddressError,
    InvalidChallengeError,
    InvalidParameterError,
    InvalidSignatureError,
    TakenError,
)
from gatewright.testing import Wallet
from visitors import OURS, PASSWORD, WALLETS, Visitor

ALICE, BOB, EVE = Wallet.new("alice"), Wallet.new("bob"), Wallet.new("eve")


def test_every_wallet_and_the_password_are_the_same_user(auth, carol, link, sign_in):
    """Signing in by either of two wallets, or by password, gives the same user id."""
    link(auth, "carol", ALICE)
    link(auth, "carol", BOB)
    assert sign_in(auth, ALICE).user_id == carol.id
    assert sign_in(auth, BOB).user_id == carol.id
    assert auth.attempt("carol", PASSWORD, OURS).id == carol.id
    assert auth.bypass(ALICE.address, WALLETS).id == auth.bypass(BOB.address, WALLETS).id == carol.id
    assert auth.validate_token(sign_in(auth, BOB).token)["sub"] == carol.id


def test_wallets_are_listed_in_the_order_of_linking(auth, carol, link, clock):
    """The first one linked is the one that the account shows."""
    assert auth.list_wallets("carol") == []
    assert auth.get_user("carol").evrmore_address is None
    for wallet in (BOB, ALICE):
        link(auth, "carol", wallet)
        clock.advance(seconds=1)
    assert auth.list_wallets("carol") == [BOB.address, ALICE.address]
    assert auth.get_user("carol").evrmore_address == BOB.address


def test_a_wallet_signs_in_with_the_users_rights(auth, carol, link):
    """Roles and permissions are the account's, whichever way it came in."""
    auth.create_role("editor")
    auth.assign_role("editor", username="carol")
    link(auth, "carol", ALICE)
    visitor = Visitor(auth)
    visitor.request().store(auth.bypass(ALICE.address, WALLETS))
    assert visitor.request().is_role("editor")


def test_linking_makes_no_session_and_no_second_account(auth, carol, link, count):
    """It is no sign-in."""
    link(auth, "carol", ALICE)
    assert count("sessions") == 0
    assert count("users") == 1


def attempt_to_link(auth, *, address=ALICE.address, challenge=None, signature=None):
    challenge = challenge or auth.generate_challenge(ALICE.address)
    auth.link_wallet(
        "carol",
        evrmore_address=address,
        challenge=challenge,
        signature=signature or ALICE.sign(challenge),
    )


def test_the_proof_must_be_the_wallets(auth, carol):
    """Another wallet's signature, another wallet's challenge, and a text of one's own prove nothing."""
    challenge = auth.generate_challenge(ALICE.address)
    with pytest.raises(InvalidSignatureError):
        attempt_to_link(auth, challenge=challenge, signature=EVE.sign(challenge))
    with pytest.raises(InvalidChallengeError):
        attempt_to_link(auth, address=EVE.address, challenge=challenge, signature=EVE.sign(challenge))
    with pytest.raises(InvalidChallengeError):
        attempt_to_link(auth, challenge="a text of my own", signature=ALICE.sign("a text of my own"))
    assert auth.list_wallets("carol") == []
    attempt_to_link(auth, challenge=challenge)  # refusals have not spent it
    assert auth.list_wallets("carol") == [ALICE.address]


def test_a_challenge_is_spent(auth, carol, register, sign_in):
    """One that has signed in links nothing, and one that has linked signs in nobody."""
    challenge = auth.generate_challenge(ALICE.address)
    auth.authenticate(ALICE.address, challenge, ALICE.sign(challenge))
    with pytest.raises(InvalidChallengeError):
        attempt_to_link(auth, challenge=challenge)
    challenge = auth.generate_challenge(BOB.address)
    auth.link_wallet("carol", evrmore_address=BOB.address, challenge=challenge, signature=BOB.sign(challenge))
    with pytest.raises(InvalidChallengeError):
        auth.authenticate(BOB.address, challenge, BOB.sign(challenge))


def test_a_challenge_that_was_used_a_moment_ago_links_nothing(auth, carol, people):
    """By another request with the same signature, after this one has verified it; the record says so."""
    challenge = auth.generate_challenge(ALICE.address)
    signature = ALICE.sign(challenge)
    auth.add_hook("post_verify", lambda: people.authenticate(ALICE.address, challenge, signature) and None)
    with pytest.raises(ChallengeAlreadyUsedError):
        attempt_to_link(auth, challenge=challenge, signature=signature)
    assert auth.list_wallets("carol") == []
    assert [line.reason for _, line in auth.list_audit(event="wallet_link_failed")] == ["challenge_used"]


def test_a_challenge_expires(auth, carol, clock):
    """At the second."""
    challenge = auth.generate_challenge(ALICE.address)
    clock.advance(minutes=10)
    with pytest.raises(InvalidChallengeError):
        attempt_to_link(auth, challenge=challenge)


def test_a_taken_wallet_is_taken(auth, carol, register, link, sign_in):
    """By an account that signed in with it, by another user, or by the user already; it stays where it is."""
    register(auth, "dave")
    link(auth, "dave", BOB)
    owner = sign_in(auth, ALICE).user_id
    for wallet in (ALICE, BOB):
        with pytest.raises(TakenError):
            link(auth, "carol", wallet)
    with pytest.raises(TakenError):
        link(auth, "dave", BOB)
    assert sign_in(auth, ALICE).user_id == owner
    assert auth.list_wallets("dave") == [BOB.address]


def test_a_taken_wallet_spends_no_challenge(auth, carol, register, link):
    """The transaction is undone as a whole."""
    register(auth, "dave")
    link(auth, "dave", ALICE)
    challenge = auth.generate_challenge(ALICE.address)
    with pytest.raises(TakenError):
        attempt_to_link(auth, challenge=challenge)
    assert not auth.get_challenge_details(challenge).used


@pytest.mark.parametrize(
    "address", ["", "x", ALICE.address[:-1], ALICE.address.lower(), "1BoatSLRHtKNngkdXEeobR76b53LETtpyT"]
)
def test_what_is_no_address_of_ours_is_refused(auth, carol, address):
    """Malformed, mistyped, or of another network."""
    with pytest.raises(InvalidAddressError):
        attempt_to_link(auth, address=address)
    assert auth.unlink_wallet("carol", address) is False


def test_an_unlinked_wallet_opens_nothing(auth, signed_in, carol, link, sign_in):
    """Its sessions end, tokens and cookies, and no others; signing in with it makes another account."""
    link(auth, "carol", ALICE)
    link(auth, "carol", BOB)
    by_alice, by_bob, cookie = sign_in(auth, ALICE).token, sign_in(auth, BOB).token, Visitor(auth)
    cookie.request().store(auth.bypass(ALICE.address, WALLETS))
    assert auth.unlink_wallet("carol", ALICE.address) is True
    assert auth.unlink_wallet("carol", ALICE.address) is False
    assert auth.validate_token(by_alice) is None
    assert cookie.request().is_guest()
    assert auth.validate_token(by_bob) is not None
    assert not signed_in.request().is_guest()
    assert {session.evrmore_address for session in auth.list_sessions()} == {None, BOB.address}
    assert sign_in(auth, ALICE).user_id != carol.id


def test_somebody_elses_wallet_is_not_theirs_to_unlink(auth, carol, register, link):
    """The answer is no, and it stays linked."""
    register(auth, "dave")
    link(auth, "dave", ALICE)
    assert auth.unlink_wallet("carol", ALICE.address) is False
    assert auth.list_wallets("dave") == [ALICE.address]


def test_the_only_way_to_sign_in_stays(auth, register, link, sign_in):
    """A wallet's own account, and one with a name but no password, keep their last wallet."""
    sign_in(auth, ALICE)
    register(auth, "dave", email="dave@example.com", password=None)
    link(auth, "dave", BOB)
    for name, wallet in ((ALICE.address, ALICE), ("dave", BOB)):
        with pytest.raises(InvalidParameterError, match="only way"):
            auth.unlink_wallet(name, wallet.address)
        assert auth.list_wallets(name) == [wallet.address]
        sign_in(auth, wallet)


def test_the_only_way_may_go_once_there_is_another(auth, register, link, sign_in):
    """A second wallet, or a password, is another way."""
    sign_in(auth, ALICE)
    link(auth, ALICE.address, BOB)
    assert auth.unlink_wallet(BOB.address, ALICE.address) is True
    register(auth, "dave", password=None)
    link(auth, "dave", EVE)
    auth.set_password("dave", PASSWORD)
    assert auth.unlink_wallet("dave", EVE.address) is True


def test_two_wallets_unlinked_at_once_leave_one(auth, link, sign_in, at_once):
    """The last way in stays, whoever is quicker."""
    sign_in(auth, ALICE)
    link(auth, ALICE.address, BOB)
    user_id = auth.get_user(ALICE.address).id
    assert auth.get_user(ALICE.address).provider_name == WALLETS
    outcomes = at_once(
        auth,
        [
            lambda auth: auth.unlink_wallet(ALICE.address, ALICE.address),
            lambda auth: auth.unlink_wallet(BOB.address, BOB.address),
        ],
    )
    assert sum(outcome is True for outcome in outcomes) == 1
    assert sum(isinstance(outcome, GatewrightError) for outcome in outcomes) == 1
    assert auth.get_user_by_id(user_id).evrmore_address in (ALICE.address, BOB.address)


def test_a_wallet_is_linked_by_one_of_many(auth, register, at_once, count):
    """Eight users who each hold a signed challenge of one wallet: it becomes one user's."""
    proofs = []
    for number in range(8):
        register(auth, f"user {number}", password=None)
        challenge = auth.generate_challenge(ALICE.address)
        proofs.append((f"user {number}", challenge, ALICE.sign(challenge)))
    outcomes = at_once(
        auth,
        [
            lambda auth, proof=proof: auth.link_wallet(
                proof[0], evrmore_address=ALICE.address, challenge=proof[1], signature=proof[2]
            )
            for proof in proofs
        ],
    )
    assert sum(outcome is None for outcome in outcomes) == 1
    assert sum(isinstance(outcome, TakenError) for outcome in outcomes) == 7
    assert count("wallets") == 1


def test_a_challenge_links_or_signs_in_but_not_both(auth, carol, at_once, count):
    """The same signed challenge, to link and to sign in, at once: one of the two."""
    challenge = auth.generate_challenge(ALICE.address)
    signature = ALICE.sign(challenge)
    calls = [
        lambda auth: auth.authenticate(ALICE.address, challenge, signature),
        lambda auth: auth.link_wallet("carol", evrmore_address=ALICE.address, challenge=challenge, signature=signature),
    ]
    outcomes = at_once(auth, calls * 4)
    assert sum(not isinstance(outcome, Exception) for outcome in outcomes) == 1
    assert all(isinstance(error, GatewrightError) for error in outcomes if isinstance(error, Exception))
    assert count("wallets") == 1
