"""Addresses: which are read, which are refused, and what the refusal says."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gatewright.crypto import NETWORKS, Network, address_of, encode_base58check, is_address, read_address
from gatewright.errors import InvalidAddressError

VECTORS = Path(__file__).parents[1] / "vectors"
EVRMORE = [NETWORKS["evrmore"]]
EVERY_NETWORK = list(NETWORKS.values())
BITCOIN_TEST = Network(
    "bitcoin-test", "Bitcoin test", "Bitcoin Signed Message:\n", address_version=111, wif_version=239
)
ADDRESS = "EJRNJnaZZWgusW2t2G8ZivrFwyDoeRFEqq"
ADDRESS_HASH = bytes.fromhex("0de4bf8ed54bbd167495522b71b48a7e37b0d933")


def address_from(network, key_hash):
    return encode_base58check(bytes([network.address_version]) + key_hash)


def load(name):
    return json.loads((VECTORS / name).read_text())


GENERATED = load("evrmore/addresses_generated.json")["vectors"]


@pytest.mark.parametrize("row", GENERATED, ids=lambda row: row["name"])
def test_generated_addresses(row):
    """Exactly the valid main-network addresses are read; padded ones, for which the file leaves the choice, are not."""
    if row["valid_login_address"]:
        network, key_hash = read_address(row["address"], EVRMORE)
        assert NETWORKS["evrmore"] is network
        assert row["address"] == encode_base58check(bytes([33]) + key_hash)
        assert row.get("hash160", key_hash.hex()) == key_hash.hex()
    else:
        with pytest.raises(InvalidAddressError):
            read_address(row["address"], EVRMORE)


def test_swapped_neighbours_are_refused():
    """An address with two neighbouring characters exchanged is refused, wherever they stand."""
    swaps = {ADDRESS[:i] + ADDRESS[i + 1] + ADDRESS[i] + ADDRESS[i + 2 :] for i in range(len(ADDRESS) - 1)} - {ADDRESS}

    assert len(swaps) > 25
    for swapped in swaps:
        with pytest.raises(InvalidAddressError):
            read_address(swapped, EVRMORE)


def test_the_row_for_testnet_is_read_where_testnet_is_accepted():
    """A test address is no main-network address, but it is one of testnet."""
    row = next(row for row in GENERATED if row.get("valid_on") == "testnet")
    network, _ = read_address(row["address"], [NETWORKS["evrmore"], NETWORKS["evrmore-testnet"]])

    assert NETWORKS["evrmore-testnet"] is network


@pytest.mark.parametrize(("text", "script", "facts"), load("bitcoin/key_io_valid.json"))
def test_bitcoin_core_rows(text, script, facts):
    """Of Bitcoin Core's valid rows the P2PKH addresses are read; script and segwit addresses and keys are refused."""
    bitcoin = NETWORKS["bitcoin"] if facts["chain"] == "main" else BITCOIN_TEST
    other = BITCOIN_TEST if facts["chain"] == "main" else NETWORKS["bitcoin"]
    if not facts["isPrivkey"] and script.startswith("76a914") and script.endswith("88ac"):
        assert (bitcoin, bytes.fromhex(script[6:-4])) == read_address(text, [other, bitcoin])
        assert is_address(text, [other, bitcoin])
        assert not is_address(text, [other])
        with pytest.raises(InvalidAddressError, match=": it belongs to another network or to no single key"):
            read_address(text, [other])
    else:
        with pytest.raises(InvalidAddressError):
            read_address(text, [*EVERY_NETWORK, BITCOIN_TEST])


@pytest.mark.parametrize(("text", "hexadecimal", "facts"), load("evrmore/base58_keys_valid.json"))
def test_evrmore_tree_rows(text, hexadecimal, facts):
    """The Evrmore tree's rows carry Ravencoin's main version: Ravencoin's to us, and never Evrmore's main network."""
    if facts.get("addrType") == "pubkey":
        network = NETWORKS["evrmore-testnet" if facts["isTestnet"] else "ravencoin"]
        assert (network, bytes.fromhex(hexadecimal)) == read_address(text, EVERY_NETWORK)
        with pytest.raises(InvalidAddressError):
            read_address(text, EVRMORE)
    else:
        with pytest.raises(InvalidAddressError):
            read_address(text, EVERY_NETWORK)


@pytest.mark.parametrize("text", [row[0] for row in load("bitcoin/key_io_invalid.json")])
def test_invalid_bitcoin_rows_are_refused(text):
    """What Bitcoin Core calls invalid is no address of Bitcoin, nor of Evrmore; one row is a good one of Ravencoin."""
    with pytest.raises(InvalidAddressError):
        read_address(text, [network for network in EVERY_NETWORK if network.name != "ravencoin"])


@pytest.mark.parametrize("text", [row[0] for row in load("evrmore/base58_keys_invalid.json")])
def test_invalid_evrmore_rows_are_refused(text):
    """What the Evrmore tree calls invalid is an address of none of our networks."""
    with pytest.raises(InvalidAddressError):
        read_address(text, EVERY_NETWORK)


def test_the_first_of_two_networks_with_one_version_is_meant():
    """Testnet and regtest share a version byte: order decides."""
    testnet, regtest = NETWORKS["evrmore-testnet"], NETWORKS["evrmore-regtest"]
    address = encode_base58check(bytes([111]) + ADDRESS_HASH)

    assert (testnet, ADDRESS_HASH) == read_address(address, [testnet, regtest])
    assert (regtest, ADDRESS_HASH) == read_address(address, [regtest, testnet])


def test_no_network_accepts_no_address():
    """An empty list of networks refuses everything."""
    with pytest.raises(InvalidAddressError):
        read_address(ADDRESS, [])


@pytest.mark.parametrize("value", [None, 5, ADDRESS.encode(), [ADDRESS], object(), float("nan")])
def test_what_is_no_text_is_refused_by_its_type(value):
    """Another type is named in the message; its value is not shown."""
    with pytest.raises(InvalidAddressError) as caught:
        read_address(value, EVRMORE)

    assert f"An address must be a str, not {type(value).__name__}." == str(caught.value)


def test_the_message_names_the_address_and_the_accepted_networks():
    """A developer reads what was sent, what is wrong with it and what would be right."""
    with pytest.raises(InvalidAddressError) as caught:
        read_address(ADDRESS[:-1] + "r", [NETWORKS["evrmore"], NETWORKS["evrmore-testnet"]])

    assert "'EJRNJnaZZWgusW2t2G8ZivrFwyDoeRFEqr'" in str(caught.value)
    assert "checksum" in str(caught.value)
    assert str(caught.value).endswith("Give a P2PKH address of: Evrmore, Evrmore testnet.")


@pytest.mark.parametrize(
    "address", ["E\n2026-01-01 INFO admin logged in", "\u202eEJRN", "E\0", "\ud800", "E\x1b[2J", "\u200b", "\u0415JRN"]
)
def test_the_message_is_one_printable_line(address):
    """Line breaks, terminal codes, direction marks and Cyrillic look-alikes are escaped: a log cannot be forged."""
    with pytest.raises(InvalidAddressError) as caught:
        read_address(address, EVRMORE)

    assert str(caught.value).isascii()
    assert str(caught.value).isprintable()


@pytest.mark.parametrize(
    ("text", "shown"), [("x" * 35, repr("x" * 35)), ("x" * 36, "'xxxxxxxxxxxx'... (36 characters)")]
)
def test_what_has_the_length_of_an_address_is_shown(text, shown):
    """Whole, in the message and to the log."""
    with pytest.raises(InvalidAddressError) as caught:
        read_address(text, EVRMORE)

    assert str(caught.value).startswith(f"{shown} is not accepted")
    assert caught.value.evidence == {"address": shown}


@pytest.mark.parametrize("wif", ["KxqqzJdKaz9QwhrCd2kYU3pif6VUPW9B5kwRBsKf1tKMBK43sm2S", "11" * 32, "é" * 1_000_000])
def test_the_message_shows_only_the_beginning_of_a_long_text(wif):
    """A private key pasted as an address does not reach the log, nor does a megabyte."""
    with pytest.raises(InvalidAddressError) as caught:
        read_address(wif, EVRMORE)

    assert len(str(caught.value)) < 300
    assert wif[:13] not in str(caught.value)
    assert wif[:13] not in repr(caught.value.evidence)
    assert f"({len(wif)} characters)" in str(caught.value)


@settings(max_examples=300, deadline=None)
@given(
    st.one_of(
        st.text(), st.text("\ud800\udfff\0 E1"), st.binary(max_size=40).map(encode_base58check), st.binary(), st.none()
    )
)
def test_nothing_but_its_own_error_comes_out(value):
    """Whatever is sent, the answer is `InvalidAddressError`, or a network with 20 bytes that are written the same."""
    try:
        network, key_hash = read_address(value, EVERY_NETWORK)
    except InvalidAddressError:
        return
    assert value == address_from(network, key_hash)


@settings(max_examples=100, deadline=None)
@given(st.binary(min_size=20, max_size=20), st.sampled_from(EVERY_NETWORK))
def test_every_hash_has_a_readable_address(key_hash, network):
    """All 20 byte hashes are read back, leading zeros and all."""
    assert (network, key_hash) == read_address(
        encode_base58check(bytes([network.address_version]) + key_hash), [network]
    )


def test_the_addresses_of_a_known_key():
    """The two forms of the private key 1 have the two Bitcoin addresses that are known for it."""
    x = "79be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798"
    y = "483ada7726a3c4655da4fbfc0e1108a8fd17b448a68554199c47d08ffb10d4b8"
    bitcoin = NETWORKS["bitcoin"]

    assert address_of(bytes.fromhex("02" + x), bitcoin) == "1BgGZ9tcN4rm9KBzDn7KprQz87SZ26SAMH"
    assert address_of(bytes.fromhex("04" + x + y), bitcoin) == "1EHNa6Q4Jz2uvNExL497mE43ikXhwF6kZm"
