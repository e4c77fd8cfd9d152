"""Recovery, against Project Wycheproof and at the borders of the header."""

from __future__ import annotations

import json
from hashlib import sha256
from pathlib import Path

import coincurve
import pytest

from gatewright.crypto import recover_public_key

VECTORS = Path(__file__).parents[1] / "vectors"
WYCHEPROOF = json.loads((VECTORS / "wycheproof/ecdsa_secp256k1_sha256_p1363_test.json").read_text())
CASES = [(group["publicKey"]["uncompressed"], test) for group in WYCHEPROOF["testGroups"] for test in group["tests"]]
DIGEST = sha256(b"a message").digest()
KEY = coincurve.PrivateKey(sha256(b"a key").digest())
SIGNATURE = KEY.sign_recoverable(DIGEST, hasher=None)
R_AND_S, RECOVERY_ID = SIGNATURE[:64], SIGNATURE[64]


def test_every_case_is_there():
    """No case of Wycheproof's file is left out."""
    assert WYCHEPROOF["numberOfTests"] == len(CASES)


@pytest.mark.parametrize(
    ("public_key", "case"), CASES, ids=lambda value: value["tcId"] if isinstance(value, dict) else ""
)
def test_wycheproof(public_key, case):
    """A valid r and s lead to the key under exactly one recovery id, in both forms; an invalid one under none."""
    uncompressed = bytes.fromhex(public_key)
    compressed = bytes([2 + uncompressed[64] % 2]) + uncompressed[1:33]
    digest = sha256(bytes.fromhex(case["msg"])).digest()
    found = [recover_public_key(digest, bytes([header]) + bytes.fromhex(case["sig"])) for header in range(27, 35)]

    expected = 1 if case["result"] == "valid" else 0
    assert expected == found[:4].count(uncompressed)
    assert expected == found[4:].count(compressed)
    assert found[:4].count(compressed) + found[4:].count(uncompressed) == 0


@pytest.mark.parametrize("header", range(256))
def test_only_eight_headers_are_known(header):
    """From 27 to 30 the uncompressed key comes out, from 31 to 34 the compressed one, and under no other any."""
    recovered = recover_public_key(DIGEST, bytes([header]) + R_AND_S)

    if header == 27 + RECOVERY_ID:
        assert KEY.public_key.format(compressed=False) == recovered
    elif header == 31 + RECOVERY_ID:
        assert KEY.public_key.format(compressed=True) == recovered
    elif 27 <= header <= 34:
        assert recovered not in (KEY.public_key.format(compressed=False), KEY.public_key.format(compressed=True))
    else:
        assert recovered is None


@pytest.mark.parametrize("length", [0, 1, 64, 66, 130])
def test_another_length_has_no_key(length):
    """A signature is 65 bytes, neither cut nor continued."""
    signature = (bytes([31 + RECOVERY_ID]) + R_AND_S) * 2

    assert recover_public_key(DIGEST, signature[:length]) is None


@pytest.mark.parametrize("length", [0, 31, 33])
def test_a_digest_of_another_length_has_no_key(length):
    """Only 32 bytes can have been signed."""
    assert recover_public_key(bytes(length), bytes([31 + RECOVERY_ID]) + R_AND_S) is None
