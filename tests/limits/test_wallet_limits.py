"""Failed wallet sign-ins count for their client. A signature cannot be guessed, so an address is never slowed down."""

from __future__ import annotations

import pytest

from gatewright.errors import AttemptBlockedError, GatewrightError, InvalidSignatureError
from visitors import OURS, PASSWORD

HERE, ELSEWHERE = "192.0.2.1", "198.51.100.1"


@pytest.fixture
def gatewright_settings(gatewright_settings):
    """Five failures block a client; challenges are there for the asking."""
    return gatewright_settings.with_values(attempts_per_client=5, challenges_per_address=1000)


@pytest.fixture(params=["authenticate", "login_with_wallet"])
def try_wallet(request, auth):
    """Sign in by a token or by a visit, from an address; return what came of it."""

    def try_wallet(wallet, signature=None, *, client=HERE):
        challenge = auth.generate_challenge(wallet.address)
        signed = (wallet.address, challenge, signature or wallet.sign(challenge))
        try:
            if request.param == "authenticate":
                auth.authenticate(*signed, ip_address=client)
            else:
                auth.guard({}, ip_address=client).login_with_wallet(*signed)
        except GatewrightError as error:
            return error.code
        return "proven"

    return try_wallet


def test_a_client_that_failed_too_often_is_refused(try_wallet, alice, bob, hooks, auth):
    """Whatever it tries, with whatever address; it is recorded and told, and nothing was verified."""
    assert [try_wallet(alice, bob.sign("x")) for _ in range(5)] == ["invalid_signature"] * 5
    hooks.clear()
    assert [try_wallet(wallet) for wallet in (alice, bob)] == ["login_attempt_blocked"] * 2
    assert "pre_verify" not in hooks.names
    assert hooks.of("auth_failed") == [
        {"username": wallet.address, "method": "wallet", "reason": "attempt_blocked"} for wallet in (alice, bob)
    ]
    assert [entry.reason for _, entry in auth.list_audit(event="sign_in_failed")][-1] == "attempt_blocked"


def test_another_client_of_the_same_wallet_is_not_concerned(try_wallet, alice, bob):
    """Nobody can keep an owner out by failing with their address."""
    for number in range(60):
        try_wallet(alice, bob.sign("x"), client=f"203.0.113.{number}")
    assert try_wallet(alice) == "proven"


def test_success_counts_nothing_and_washes_nothing(try_wallet, alice, bob, count):
    """No row for what succeeds, and none less for what failed before."""
    assert [try_wallet(alice) for _ in range(8)] == ["proven"] * 8
    assert count("attempts") == 0
    for _ in range(4):
        try_wallet(alice, bob.sign("x"))
    assert try_wallet(alice) == "proven"
    assert count("attempts") == 4
    try_wallet(alice, bob.sign("x"))
    assert try_wallet(alice) == "login_attempt_blocked"


def test_a_block_ends_with_the_window(try_wallet, alice, bob, clock):
    """Half an hour after the first failure one more may be tried."""
    for _ in range(5):
        try_wallet(alice, bob.sign("x"))
    clock.advance(minutes=30)
    assert try_wallet(alice) == "proven"


def test_passwords_and_wallets_are_one_count(auth, try_wallet, alice, bob, carol):
    """Who failed with wallets is refused with passwords, and the other way round."""
    for _ in range(3):
        try_wallet(alice, bob.sign("x"))
    for name in ("carol", "nobody"):
        with pytest.raises(GatewrightError):
            auth.attempt(name, "wrong", OURS, ip_address=HERE)
    assert try_wallet(alice) == "login_attempt_blocked"
    with pytest.raises(AttemptBlockedError):
        auth.attempt("carol", PASSWORD, OURS, ip_address=HERE)


def test_an_unknown_client_is_not_counted(auth, alice, bob, count):
    """Without an address there is nobody to block."""
    challenge = auth.generate_challenge(alice.address)
    for _ in range(8):
        with pytest.raises(InvalidSignatureError):
            auth.authenticate(alice.address, challenge, bob.sign("x"))
    assert count("attempts") == 0


def test_what_is_no_address_is_not_kept(auth, alice, sql):
    """A private key that was pasted as an address counts for its client, and stands nowhere in the database."""
    with pytest.raises(GatewrightError):
        auth.authenticate(alice.wif, "challenge", "signature", ip_address=HERE)
    assert sql("SELECT name, client FROM attempts") == [("WalletUserProvider:", HERE)]


def test_the_protection_can_be_switched_off(make_auth, gatewright_settings, alice, bob, count):
    """Then nothing is counted."""
    auth = make_auth(settings=gatewright_settings.with_values(enable_brute_force_protection=False))
    challenge = auth.generate_challenge(alice.address)
    for _ in range(8):
        with pytest.raises(InvalidSignatureError):
            auth.authenticate(alice.address, challenge, bob.sign("x"), ip_address=HERE)
    assert auth.authenticate(alice.address, challenge, alice.sign(challenge), ip_address=HERE)
    assert count("attempts") == 0


def test_switching_the_protection_off_lets_who_was_blocked_in(make_auth, gatewright_settings, try_wallet, alice, bob):
    """What was counted before does not count any more."""
    for _ in range(6):
        blocked = try_wallet(alice, bob.sign("x"))
    assert blocked == "login_attempt_blocked"
    auth = make_auth(settings=gatewright_settings.with_values(enable_brute_force_protection=False))
    challenge = auth.generate_challenge(alice.address)
    assert auth.authenticate(alice.address, challenge, alice.sign(challenge), ip_address=HERE)
