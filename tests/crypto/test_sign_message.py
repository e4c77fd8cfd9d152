"""Signing: the bytes that the nodes give, and the errors."""

from __future__ import annotations

import json
from base64 import b64decode
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gatewright.crypto import (
    NETWORKS,
    Network,
    PrivateKey,
    address_of,
    public_key_of,
    sign_message,
    verify_message,
    write_wif,
)
from gatewright.errors import InvalidKeyError, InvalidParameterError

VECTORS = Path(__file__).parents[1] / "vectors"
ORDER = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141
MAIN, TESTNET, BITCOIN = NETWORKS["evrmore"], NETWORKS["evrmore-testnet"], NETWORKS["bitcoin"]
WIF = "KxqqzJdKaz9QwhrCd2kYU3pif6VUPW9B5kwRBsKf1tKMBK43sm2S"


def load(name):
    return json.loads((VECTORS / name).read_text())


@pytest.mark.parametrize("row", load("evrmore/signmessage_generated.json")["positive"], ids=lambda row: row["name"])
def test_generated_signatures(row):
    """Each row's signature comes out byte for byte."""
    message = row["message"] if row["message"] is not None else row["message_repeat"][0] * row["message_repeat"][1]
    network = TESTNET if "network" in row else MAIN

    assert row["signature"] == sign_message(message, wif=row["wif"], networks=[network])


@pytest.mark.parametrize("name", ["bitcoin", "ravencoin"])
def test_the_regtest_signatures_of_other_nodes(name):
    """Bitcoin's and Ravencoin's functional tests expect these signatures, and they verify."""
    case = load(f"{name}/rpc_signmessage.json")
    regtest = [Network("regtest", "regtest", case["magic"], address_version=111, wif_version=239)]
    for row in case["vectors"]:
        message, signature = row["message"], row["signature"]

        assert signature == sign_message(message, wif=row["wif"], networks=regtest)
        assert verify_message(row["address"], message=message, signature=signature, networks=regtest)


def test_the_signature_that_the_evrmore_tree_should_hold():
    """The tree's own signature is Ravencoin's and is refused; the right one is made and accepted."""
    case = load("evrmore/rpc_signmessage_node.json")
    for row in case["vectors"]:
        message, right, stale = row["message"], row["signature_correct_for_evrmore"], row["signature_in_evrmore_tree"]

        assert right == sign_message(message, wif=row["wif"], networks=[TESTNET])
        assert verify_message(row["address"], message=message, signature=right, networks=[TESTNET])
        assert row["expected_with_evrmore_magic"] is verify_message(
            row["address"], message=message, signature=stale, networks=[TESTNET]
        )


@pytest.mark.parametrize("row", load("bitcoin/message_sign_verify.json")["sign"], ids=lambda row: row["message"])
def test_bitcoin_core_signature(row):
    """Bitcoin Core's unit test expects this signature of this key."""
    key = PrivateKey(bytes.fromhex(row["privkey_hex"]), is_compressed=row["compressed"], network=BITCOIN)

    assert row["address"] == address_of(public_key_of(key), BITCOIN)
    assert row["signature"] == sign_message(row["message"], wif=write_wif(key), networks=[BITCOIN])


def test_the_first_of_two_networks_with_one_version_is_meant():
    """All main networks share the version byte of their keys: order decides whose magic is used."""
    ravencoin = NETWORKS["ravencoin"]

    assert sign_message("m", wif=WIF, networks=[ravencoin]) == sign_message("m", wif=WIF, networks=[ravencoin, MAIN])
    assert sign_message("m", wif=WIF, networks=[MAIN]) != sign_message("m", wif=WIF, networks=[ravencoin])


@pytest.mark.parametrize("message", ["\ud800", None, b"bytes", 5])
def test_what_cannot_be_signed_is_refused(message):
    """A lone surrogate or another type is an error about the message, not about the key."""
    with pytest.raises(InvalidParameterError) as caught:
        sign_message(message, wif=WIF, networks=[MAIN])

    assert not isinstance(caught.value, InvalidKeyError)


def test_a_key_of_another_network_is_refused():
    """A main-network key does not sign on testnet."""
    with pytest.raises(InvalidKeyError):
        sign_message("m", wif=WIF, networks=[TESTNET])


@settings(max_examples=100, deadline=None)
@given(st.text(), st.integers(1, ORDER - 1), st.booleans(), st.sampled_from(list(NETWORKS.values())))
def test_what_is_signed_verifies(message, secret, is_compressed, network):
    """Any key of any network signs any text, with low S; only the same text and network verify."""
    key = PrivateKey(secret.to_bytes(32, "big"), is_compressed=is_compressed, network=network)
    address = address_of(public_key_of(key), network)
    signature = sign_message(message, wif=write_wif(key), networks=[network])

    assert int.from_bytes(b64decode(signature)[33:], "big") <= ORDER // 2
    assert verify_message(address, message=message, signature=signature, networks=[network])
    assert not verify_message(address, message=message + " ", signature=signature, networks=[network])
    assert not verify_message(address, message=message, signature=signature, networks=[])
