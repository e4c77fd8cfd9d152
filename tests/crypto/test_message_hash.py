"""The bytes that are signed."""

from __future__ import annotations

import json
from hashlib import sha256
from pathlib import Path

import pytest

from gatewright.crypto import NETWORKS, message_hash
from gatewright.errors import InvalidParameterError

VECTORS = Path(__file__).parents[1] / "vectors"
GENERATED = json.loads((VECTORS / "evrmore/signmessage_generated.json").read_text())["positive"]


def message_of(row):
    if row["message"] is not None:
        return row["message"]
    text, times = row["message_repeat"]
    return text * times


@pytest.mark.parametrize("row", GENERATED, ids=lambda row: row["name"])
def test_generated_hashes(row):
    """Each row's hash comes out, over ASCII, multi-byte text, NUL and every width of the length."""
    assert row["sighash_hex"] == message_hash(message_of(row), NETWORKS["evrmore"]).hex()


@pytest.mark.parametrize(
    ("name", "magic"), [("evrmore", b"\x18Evrmore"), ("ravencoin", b"\x16Raven"), ("bitcoin", b"\x18Bitcoin")]
)
def test_each_network_has_its_own_magic(name, magic):
    """One text has another hash on each network, so that a signature for one is none for the others."""
    preimage = magic + b" Signed Message:\n" + b"\x07h\xc3\xa9llo!"

    assert sha256(sha256(preimage).digest()).digest() == message_hash("héllo!", NETWORKS[name])


def test_the_hash_is_not_that_of_the_bare_message():
    """Bitcoin Core's own case: magic and lengths make a difference, so no signed message can be a transaction."""
    case = json.loads((VECTORS / "bitcoin/message_sign_verify.json").read_text())["hash"]
    bare = sha256(sha256(case["message"].encode()).digest()).digest()

    assert bare != message_hash(case["message"], NETWORKS["bitcoin"])


@pytest.mark.parametrize("message", ["\ud800", "a\udfffb", "\ud83d\ude00"])
def test_a_lone_surrogate_is_refused(message):
    """What UTF-8 cannot write cannot be signed."""
    with pytest.raises(InvalidParameterError, match="surrogate"):
        message_hash(message, NETWORKS["evrmore"])


@pytest.mark.parametrize("message", [None, 5, b"bytes", ["text"]])
def test_what_is_no_text_is_refused(message):
    """Bytes are not guessed to be UTF-8."""
    with pytest.raises(InvalidParameterError, match=type(message).__name__):
        message_hash(message, NETWORKS["evrmore"])
