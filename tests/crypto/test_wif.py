"""Private keys in wallet import format: read, written, refused, and never shown."""

from __future__ import annotations

import json
import traceback
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gatewright.crypto import (
    NETWORKS,
    PrivateKey,
    address_of,
    encode_base58check,
    public_key_of,
    read_wif,
    write_wif,
)
from gatewright.errors import InvalidKeyError

VECTORS = Path(__file__).parents[1] / "vectors"
MAIN, TESTNET = NETWORKS["evrmore"], NETWORKS["evrmore-testnet"]
ORDER = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141
WIF = "KxqqzJdKaz9QwhrCd2kYU3pif6VUPW9B5kwRBsKf1tKMBK43sm2S"
OTHER_NETWORK_WIF = encode_base58check(b"\xef" + b"\x11" * 32)


def load(name):
    return json.loads((VECTORS / name).read_text())


@pytest.mark.parametrize(
    ("text", "hexadecimal", "facts"), load("bitcoin/key_io_valid.json") + load("evrmore/base58_keys_valid.json")
)
def test_known_rows(text, hexadecimal, facts):
    """Of the valid rows the private keys are read and written back; addresses are refused."""
    if facts["isPrivkey"]:
        is_main = facts.get("chain") == "main" or facts.get("isTestnet") is False
        network, other = (MAIN, TESTNET) if is_main else (TESTNET, MAIN)
        key = read_wif(text, [network])
        assert PrivateKey(bytes.fromhex(hexadecimal), is_compressed=facts["isCompressed"], network=network) == key
        assert text == write_wif(key)
        with pytest.raises(InvalidKeyError):
            read_wif(text, [other])
    else:
        with pytest.raises(InvalidKeyError):
            read_wif(text, list(NETWORKS.values()))


@pytest.mark.parametrize(
    "text", [row[0] for name in ("bitcoin/key_io", "evrmore/base58_keys") for row in load(f"{name}_invalid.json")]
)
def test_invalid_rows_are_refused(text):
    """What Bitcoin Core and the Evrmore tree call invalid is no private key."""
    with pytest.raises(InvalidKeyError):
        read_wif(text, list(NETWORKS.values()))


@pytest.mark.parametrize(
    "row",
    [row for row in load("evrmore_node_signed_messages.json") if "signed by the node" in row["note"]],
    ids=lambda row: row["note"],
)
def test_keys_of_the_node_lead_to_its_addresses(row):
    """The node's keys give the addresses that the node signed for, in the form that the file says."""
    network = NETWORKS["evrmore" if row["network"] == "mainnet" else f"evrmore-{row['network']}"]
    key = read_wif(row["wif"], [network])

    assert row["compressed"] == key.is_compressed
    assert (33 if row["compressed"] else 65) == len(public_key_of(key))
    assert row["address"] == address_of(public_key_of(key), network)


@pytest.mark.parametrize("secret", [1, 2, ORDER - 1])
@pytest.mark.parametrize("suffix", [b"", b"\x01"])
def test_the_ends_of_the_range_are_keys(secret, suffix):
    """1 and n-1 are private keys, in both forms."""
    key = read_wif(encode_base58check(b"\x80" + secret.to_bytes(32, "big") + suffix), [MAIN])

    assert secret == int.from_bytes(key.secret, "big")
    assert (suffix == b"\x01") == key.is_compressed


@pytest.mark.parametrize("secret", [0, ORDER, ORDER + 1, 2**256 - 1])
@pytest.mark.parametrize("suffix", [b"", b"\x01"])
def test_a_key_out_of_range_is_refused(secret, suffix):
    """Zero and everything from n are refused, read or made."""
    data = secret.to_bytes(32, "big")

    with pytest.raises(InvalidKeyError):
        read_wif(encode_base58check(b"\x80" + data + suffix), [MAIN])
    with pytest.raises(InvalidKeyError):
        PrivateKey(data, is_compressed=True, network=MAIN)


@pytest.mark.parametrize(
    "payload",
    [
        b"",
        b"\x80",
        b"\x80" + b"\x11" * 31,
        b"\x80" + b"\x11" * 32 + b"\x00",
        b"\x80" + b"\x11" * 32 + b"\x02",
        b"\x80" + b"\x11" * 32 + b"\x01\x01",
        b"\x80" + b"\x11" * 34,
        b"\xef" + b"\x11" * 32,
        b"\x00" + b"\x11" * 32,
        b"\x21" + b"\x11" * 20,
    ],
    ids=bytes.hex,
)
def test_a_payload_of_another_shape_is_refused(payload):
    """Only the right version, 32 bytes, and nothing or 01 after them make a key."""
    with pytest.raises(InvalidKeyError):
        read_wif(encode_base58check(payload), [MAIN])


@pytest.mark.parametrize("length", [0, 31, 33])
def test_a_secret_of_another_size_makes_no_key(length):
    """A secret of 31 bytes is not padded and one of 33 is not cut."""
    with pytest.raises(InvalidKeyError):
        PrivateKey(b"\x11" * length, is_compressed=True, network=MAIN)


@pytest.mark.parametrize("template", [" {}", "{}\n", "{}\0", "{}\0rest", "1{}", "{}\xa0", "{}é", "\ud800{}", "{}1"])
def test_nothing_may_stand_round_a_key(template):
    """Unlike the node, this trims nothing; and whatever is wrong, the error does not hold the key."""
    with pytest.raises(InvalidKeyError) as caught:
        read_wif(template.format(WIF), [MAIN])

    assert WIF[:8] not in "".join(traceback.format_exception(caught.value))
    assert WIF[:8] not in repr(vars(caught.value.__context__) | {"args": caught.value.__context__.args})


@pytest.mark.parametrize("wif", [WIF[:-1] + "T", WIF[1:], OTHER_NETWORK_WIF, "11" * 32, WIF * 10])
def test_the_error_never_holds_the_key(wif):
    """Message, evidence and traceback are free of the key, for every kind of refusal."""
    with pytest.raises(InvalidKeyError) as caught:
        read_wif(wif, [MAIN])

    shown = "".join(traceback.format_exception(caught.value)) + repr(caught.value.evidence)
    assert wif[:8] not in shown
    assert wif[-8:] not in shown


@pytest.mark.parametrize("value", [None, 5, WIF.encode(), [WIF], object()])
def test_what_is_no_text_is_refused_by_its_type(value):
    """Another type is named in the message; its value is not shown."""
    with pytest.raises(InvalidKeyError) as caught:
        read_wif(value, [MAIN])

    assert str(caught.value).endswith(f"must be a str, not {type(value).__name__}.")


def test_the_message_for_another_network_names_the_accepted_ones():
    """Whoever gives a test key on the main network reads which networks would do."""
    with pytest.raises(InvalidKeyError, match=r"another network\. Give one of: Evrmore, Bitcoin\."):
        read_wif(OTHER_NETWORK_WIF, [MAIN, NETWORKS["bitcoin"]])


def test_the_first_of_two_networks_with_one_version_is_meant():
    """All main networks share a version byte: order decides."""
    ravencoin = NETWORKS["ravencoin"]

    assert MAIN is read_wif(WIF, [MAIN, ravencoin]).network
    assert ravencoin is read_wif(WIF, [ravencoin, MAIN]).network


def test_a_key_does_not_show_its_secret():
    """``repr`` and ``str`` of a key are safe to log."""
    key = read_wif(WIF, [MAIN])

    assert "secret" not in repr(key) + str(key)
    assert key.secret.hex() not in repr(key) + str(key)
    assert repr(key.secret) not in repr(key) + str(key)


@settings(max_examples=100, deadline=None)
@given(st.integers(1, ORDER - 1), st.booleans(), st.sampled_from(list(NETWORKS.values())))
def test_keys_survive_the_round_trip(secret, is_compressed, network):
    """Reading gives back what was written."""
    key = PrivateKey(secret.to_bytes(32, "big"), is_compressed=is_compressed, network=network)

    assert key == read_wif(write_wif(key), [network])


@settings(max_examples=300, deadline=None)
@given(
    st.one_of(st.text(), st.text("\ud800\0 K1"), st.binary(max_size=40).map(encode_base58check), st.binary(), st.none())
)
def test_nothing_but_its_own_error_comes_out(value):
    """Whatever is given, the answer is `InvalidKeyError`, or a key that is written back the same."""
    try:
        key = read_wif(value, list(NETWORKS.values()))
    except InvalidKeyError:
        return
    assert value == write_wif(key)
