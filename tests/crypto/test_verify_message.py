"""Verifying: known verdicts, and that nothing ever raises."""

from __future__ import annotations

import json
from base64 import b64decode, b64encode
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gatewright.crypto import NETWORKS, verify_message

VECTORS = Path(__file__).parents[1] / "vectors"
MAIN, TESTNET = NETWORKS["evrmore"], NETWORKS["evrmore-testnet"]
ADDRESS = "EKJ9GoRr4hrFNcw4MHUH6ijdLJF1zZMynD"
MESSAGE = "This is just a test message"
SIGNATURE = "IJ0rIo0dZJGgjgsQB1e/cvHSrkQYRVQNSbSUH8fAZVz7cv/FthtrReiENdc5AdP/AmHaZ1muEFwwJEvWQe1b3Dk="

# Where the file leaves the verdict to us: the key signed, so yes; another spelling, so no. What a forger's address
# proves is for the caller to say, who chooses the message.
OUR_POLICY = {
    "high-S twin of a valid signature (malleability)": True,
    "leading/trailing whitespace": False,
    "non-canonical base64 (unused trailing bits set)": False,
    "existential forgery: random 64 bytes, address computed afterwards": True,
}


def load(name):
    return json.loads((VECTORS / name).read_text())


GENERATED = load("evrmore/signmessage_generated.json")


def test_the_constants_of_this_file_verify():
    """The signature that the other tests here change is right before they change it."""
    assert verify_message(ADDRESS, message=MESSAGE, signature=SIGNATURE, networks=[MAIN])


@pytest.mark.parametrize("row", GENERATED["positive"], ids=lambda row: row["name"])
def test_generated_positives(row):
    """Right signatures verify, and only where their network is accepted."""
    message = row["message"] if row["message"] is not None else row["message_repeat"][0] * row["message_repeat"][1]
    right, wrong = (TESTNET, MAIN) if "network" in row else (MAIN, TESTNET)

    assert verify_message(row["address"], message=message, signature=row["signature"], networks=[wrong, right])
    assert not verify_message(row["address"], message=message, signature=row["signature"], networks=[wrong])


@pytest.mark.parametrize("row", GENERATED["negative"], ids=lambda row: row["name"])
def test_generated_negatives(row):
    """Wrong signatures do not verify; where the file has no verdict, our policy decides."""
    expected = OUR_POLICY[row["name"]] if not isinstance(row["expected"], bool) else row["expected"]
    signature = "A" * 2**20 if row["name"] == "1 MiB signature" else row["signature"]

    assert expected is verify_message(row["address"], message=row["message"], signature=signature, networks=[MAIN])


@pytest.mark.parametrize("row", load("bitcoin/message_sign_verify.json")["verify"], ids=lambda row: row["expected"])
def test_bitcoin_core_verdicts(row):
    """Bitcoin Core's unit test: its five kinds of refusal are one to us, and its OK is ours."""
    verdict = verify_message(
        row["address"], message=row["message"], signature=row["signature"], networks=[NETWORKS["bitcoin"]]
    )

    assert (row["expected"] == "OK") is verdict


ODD_TYPES = [
    None,
    True,
    0,
    1.5,
    float("nan"),
    b"",
    b"\xff" * 65,
    SIGNATURE.encode(),
    ADDRESS.encode(),
    [],
    {},
    object(),
]
ODD_TEXTS = ["", " ", "\0", "\ud800", *(character * 88 for character in "A=é\ud800"), "A" * 87 + "=", SIGNATURE + "\0"]
HUGE_TEXTS = [character * 1_000_000 for character in "A=é\ud800\0"]
ODD_VALUES = [*ODD_TYPES, *ODD_TEXTS, *HUGE_TEXTS]


@pytest.mark.parametrize("value", ODD_VALUES, ids=range(len(ODD_VALUES)))
def test_an_odd_value_in_any_place_is_only_false(value):
    """Other types, a megabyte, lone surrogates and NUL get the answer no, as address, as message or as signature."""
    assert verify_message(value, message=MESSAGE, signature=SIGNATURE, networks=[MAIN]) is False
    assert verify_message(ADDRESS, message=value, signature=SIGNATURE, networks=[MAIN]) is False
    assert verify_message(ADDRESS, message=MESSAGE, signature=value, networks=[MAIN]) is False
    assert verify_message(value, message=value, signature=value, networks=[MAIN]) is False


def test_a_signature_has_one_spelling():
    """All other texts that a forgiving decoder reads as the same 65 bytes are refused."""
    stray_bits = [SIGNATURE[:-2] + chr(ord(SIGNATURE[-2]) + step) + "=" for step in (1, 2, 3)]
    spellings = [
        *stray_bits,
        SIGNATURE.rstrip("="),
        SIGNATURE + "=",
        SIGNATURE + "\n",
        " " + SIGNATURE,
        SIGNATURE[:44] + "\n" + SIGNATURE[44:],
        SIGNATURE[:-1] + "!",
        SIGNATURE[:-1] + "!=",
        SIGNATURE.replace("/", "_"),
        SIGNATURE + "AAAA",
    ]

    assert b64decode(SIGNATURE) == b64decode(stray_bits[0])
    for spelling in spellings:
        assert verify_message(ADDRESS, message=MESSAGE, signature=spelling, networks=[MAIN]) is False


def test_a_foreign_character_in_place_of_a_real_one_is_refused():
    """No character of the 88 may be anything else, even where a decoder would skip it."""
    for index in range(len(SIGNATURE)):
        for character in ("!", " ", "\n", "\0", "-", "=", "é", "\ud800"):
            changed = SIGNATURE[:index] + character + SIGNATURE[index + 1 :]
            if changed != SIGNATURE:
                assert verify_message(ADDRESS, message=MESSAGE, signature=changed, networks=[MAIN]) is False


@settings(max_examples=300, deadline=None)
@given(st.integers(0, 64), st.integers(1, 255))
def test_a_signature_with_one_byte_changed_is_refused(index, difference):
    """Change any byte in any way: nothing is raised, and nothing verifies."""
    changed = bytearray(b64decode(SIGNATURE))
    changed[index] ^= difference
    signature = b64encode(changed).decode("ascii")

    assert verify_message(ADDRESS, message=MESSAGE, signature=signature, networks=[MAIN]) is False


ANYTHING = st.one_of(
    st.none(),
    st.integers(),
    st.binary(),
    st.text(),
    st.text("\ud800\udc00\0 =A", max_size=100),
    st.binary(min_size=65, max_size=65).map(lambda data: b64encode(data).decode("ascii")),
)


@settings(max_examples=300, deadline=None)
@given(ANYTHING, ANYTHING, ANYTHING)
def test_garbage_is_refused(address, message, signature):
    """Whatever is sent, the answer is no."""
    assert verify_message(address, message=message, signature=signature, networks=list(NETWORKS.values())) is False
    assert verify_message(ADDRESS, message=MESSAGE, signature=signature, networks=[MAIN]) is False
