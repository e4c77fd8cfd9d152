"""Base58check: the checksum, the one spelling and the bound."""

from __future__ import annotations

import json
from hashlib import sha256
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gatewright.crypto import decode_base58check, encode_base58check

VECTORS = Path(__file__).parents[1] / "vectors"
ALPHABET = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
ADDRESS = "EJRNJnaZZWgusW2t2G8ZivrFwyDoeRFEqq"

VALID_PRIVATE_KEYS = [
    (text, hexadecimal, facts)
    for name in ("bitcoin/key_io_valid.json", "evrmore/base58_keys_valid.json")
    for text, hexadecimal, facts in json.loads((VECTORS / name).read_text())
    if facts["isPrivkey"]
]


@pytest.mark.parametrize(("text", "hexadecimal", "facts"), VALID_PRIVATE_KEYS)
def test_known_keys_encode_and_decode(text, hexadecimal, facts):
    """Bitcoin's and Evrmore's own keys hold the bytes that their authors say."""
    is_main = facts.get("chain") == "main" or facts.get("isTestnet") is False
    payload = bytes([128 if is_main else 239]) + bytes.fromhex(hexadecimal) + b"\x01" * facts["isCompressed"]

    assert payload == decode_base58check(text)
    assert text == encode_base58check(payload)


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=42))
def test_payloads_survive_the_round_trip(payload):
    """Decoding gives back what was encoded, up to the 42 bytes that always fit into 64 characters."""
    assert payload == decode_base58check(encode_base58check(payload))


@settings(max_examples=200, deadline=None)
@given(st.integers(0, len(ADDRESS) - 1), st.sampled_from(ALPHABET))
def test_one_wrong_character_is_noticed(index, character):
    """An address with any one character replaced by another is refused."""
    changed = ADDRESS[:index] + character + ADDRESS[index + 1 :]

    if changed == ADDRESS:
        assert len(decode_base58check(changed)) == 21
    else:
        with pytest.raises(ValueError, match="checksum"):
            decode_base58check(changed)


@pytest.mark.parametrize("extra", [" ", "\n", "\t", "\r\n", "\0", "\xa0", "\u200b", "1"])
def test_nothing_may_stand_round_it(extra):
    """White space, NUL and even a leading 1 (a zero byte) make another text, which is refused."""
    for text in (extra + ADDRESS, ADDRESS + extra, ADDRESS[:9] + extra + ADDRESS[9:]):
        with pytest.raises(ValueError, match=r"it contains|checksum"):
            decode_base58check(text)


@pytest.mark.parametrize("text", ["", "1", "2g", "1111", "x"])
def test_a_text_too_short_for_a_checksum_is_refused(text):
    """What holds fewer than four bytes has no checksum to match."""
    with pytest.raises(ValueError, match="checksum"):
        decode_base58check(text)


def test_a_checksum_is_not_the_start_of_a_single_hash():
    """The checksum comes from a double SHA-256; a single one is refused."""
    payload = bytes(21)
    forged = int.from_bytes(payload + sha256(payload).digest()[:4], "big")
    text = ""
    while forged:
        forged, digit = divmod(forged, 58)
        text = ALPHABET[digit] + text

    with pytest.raises(ValueError, match="checksum"):
        decode_base58check("1" * 21 + text)


def test_a_text_of_64_characters_is_read():
    """So many are the most."""
    text = encode_base58check(bytes(58))

    assert len(text) == 64
    assert decode_base58check(text) == bytes(58)


@pytest.mark.parametrize("length", [65, 10_000, 1_000_000])
@pytest.mark.parametrize("character", ["E", "\ud800", "é", "\0"])
def test_a_long_text_is_refused_by_its_length(length, character):
    """More than 64 characters are refused before any of them is looked at."""
    with pytest.raises(ValueError, match="more than 64 characters"):
        decode_base58check(character * length)
