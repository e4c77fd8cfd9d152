"""Base 58, against the rows of Bitcoin and Evrmore."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gatewright.crypto.base58 import decode_base58, encode_base58

VECTORS = Path(__file__).parents[1] / "vectors"
ALPHABET = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
LOOK_ALIKES = ["\N{CYRILLIC CAPITAL LETTER IE}", "\N{FULLWIDTH LATIN CAPITAL LETTER A}"]
FOREIGN = [*(chr(code) for code in range(256) if chr(code) not in ALPHABET), *LOOK_ALIKES, "\ud800"]


def load(name):
    return json.loads((VECTORS / name).read_text())


ROWS = [
    *load("bitcoin/base58_encode_decode.json"),
    *load("bitcoin/base58_encode_decode_newer_rows.json")["rows"],
    *load("evrmore/base58_encode_decode.json"),
]


@pytest.mark.parametrize(("hexadecimal", "text"), ROWS)
def test_known_rows_encode_and_decode(hexadecimal, text):
    """Each row reads and writes as in Bitcoin and Evrmore."""
    data = bytes.fromhex(hexadecimal)

    assert text == encode_base58(data)
    assert data == decode_base58(text)


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=80))
def test_bytes_survive_the_round_trip(data):
    """Decoding gives back what was encoded, leading zero bytes included."""
    assert data == decode_base58(encode_base58(data))


@settings(max_examples=200, deadline=None)
@given(st.text(ALPHABET, max_size=80))
def test_every_text_is_the_only_spelling_of_its_bytes(text):
    """Encoding gives back what was decoded: no two texts mean the same bytes."""
    assert text == encode_base58(decode_base58(text))


@pytest.mark.parametrize("character", FOREIGN)
@pytest.mark.parametrize("template", ["{}2g", "2{}g", "2g{}", "{}"])
def test_any_other_character_is_refused_wherever_it_stands(character, template):
    """Neither white space nor NUL nor a look-alike letter is skipped, at the ends no more than inside."""
    with pytest.raises(ValueError, match="it contains a character that is not"):
        decode_base58(template.format(character))
