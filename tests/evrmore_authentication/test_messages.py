"""The module functions: the documents' argument orders, on Evrmore mainnet."""

from __future__ import annotations

import pytest

from evrmore_authentication import generate_key_pair, sign_message, verify_message
from gatewright.errors import InvalidKeyError, InvalidParameterError
from gatewright.testing import Wallet


def test_a_key_pair_signs_and_verifies():
    """``(wif, address)``, then ``(message, wif)``, then ``(address, signature, message)``."""
    wif, address = generate_key_pair()
    signature = sign_message("hello", wif)

    assert address.startswith("E")
    assert wif[0] in "KL"
    assert verify_message(address, signature, "hello") is True
    assert verify_message(address, signature, "bye") is False


def test_every_key_pair_is_another():
    """From the system's randomness."""
    assert len({generate_key_pair() for _ in range(5)}) == 5


def test_the_arguments_may_be_named():
    """By the names of the documents."""
    wallet = Wallet.new()
    signature = sign_message(message="hello", wif=wallet.wif)

    assert signature == wallet.sign("hello")
    assert verify_message(address=wallet.address, signature=signature, message="hello")


def test_only_evrmore_mainnet_is_meant():
    """Other networks' addresses verify nothing here, and testnet keys sign nothing."""
    for network in ("evrmore-testnet", "ravencoin", "bitcoin"):
        wallet = Wallet.new(network=network)
        assert verify_message(wallet.address, wallet.sign("hello"), "hello") is False

    with pytest.raises(InvalidKeyError):
        sign_message("hello", Wallet.new(network="evrmore-testnet").wif)


NONSENSE = [None, True, 1, 10**5000, b"x", [], {}, "", "\0", "\ud800", "x" * 10**6, float("nan"), object()]


@pytest.mark.parametrize("value", NONSENSE, ids=range(len(NONSENSE)))
def test_verifying_nonsense_is_false_and_signing_it_an_error(value):
    """At every place; no exception but our own, and never with the key in it."""
    wallet = Wallet.new()
    signature = wallet.sign("hello")

    assert verify_message(value, signature, "hello") is False
    assert verify_message(wallet.address, value, "hello") is False
    assert verify_message(wallet.address, signature, value) is False
    with pytest.raises(InvalidKeyError):
        sign_message("hello", value)
    if not isinstance(value, str) or value == "\ud800":
        with pytest.raises(InvalidParameterError) as refused:
            sign_message(value, wallet.wif)
        assert wallet.wif not in str(refused.value)
