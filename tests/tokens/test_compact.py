"""The signature step alone, on the JSON Web Signature rows of Project Wycheproof."""

from __future__ import annotations

import json
from base64 import urlsafe_b64encode
from pathlib import Path

import pytest
from joserfc.jwk import import_key

from gatewright.errors import InvalidTokenError
from gatewright.tokens import SigningKey, key_from_secret
from gatewright.tokens.compact import header_segment, sign_compact, verify_compact

VECTORS = Path(__file__).parents[1] / "vectors/wycheproof/json_web_signature_test.json"
GROUPS = json.loads(VECTORS.read_text(encoding="utf-8"))["testGroups"]
OURS = {"HS256", "ES256", "RS256"}

# Wycheproof lets a decoder skip characters that are not base64. We accept one spelling.
STRICTER_HERE = {372, 373}

# Labelled invalid for their padding, which the file has lost: their text is that of the valid row 357.
MISLABELLED = {367, 370}


def rows_of_other_keys():
    """Pair each row of another algorithm, or of a JWK without one, with its key as if that were one of ours.

    A P-521 key cannot be; its rows are read with a secret.
    """
    algorithms = {"RSA": "RS256", "P-256": "ES256", "P-521": None}
    for group in GROUPS:
        jwk = group.get("public") or group["private"]
        if jwk.get("alg") in OURS:
            continue
        algorithm = algorithms[jwk.get("crv", jwk["kty"])]
        bare = {name: value for name, value in jwk.items() if name not in {"alg", "use", "key_ops"}}
        key = SigningKey("k", algorithm, import_key(bare)) if algorithm else key_from_secret("x")
        yield from ((row, key) for row in group["tests"])


def rows_of_our_algorithms():
    """Pair each row with its key, filed under the headers of its group's valid rows, as if we had written those."""
    for group in GROUPS:
        jwk = group.get("public") or group["private"]
        if jwk.get("alg") not in OURS:
            continue
        key = SigningKey(jwk["kid"], jwk["alg"], import_key(jwk))
        good = [row for row in group["tests"] if row["result"] == "valid" and row["tcId"] not in STRICTER_HERE]
        keys = {row["jws"].partition(".")[0]: key for row in good}
        for row in group["tests"]:
            if row["tcId"] in MISLABELLED:
                assert row["jws"] == next(other["jws"] for other in good if other["tcId"] == 357)
                continue
            yield pytest.param(row["jws"], keys, row in good, id=f"{row['tcId']}-{row['comment']}")


ROWS = list(rows_of_our_algorithms())


def test_the_vectors_are_all_there():
    """312 rows are about our algorithms, two of them mislabelled, and every one of their groups has a valid row."""
    assert len(ROWS) == 310
    assert all(keys for _, keys, _ in (row.values for row in ROWS))


@pytest.mark.parametrize(("jws", "keys", "is_good"), ROWS)
def test_a_signature_is_accepted_only_where_it_is_valid(jws, keys, is_good):
    """Modified, missing, padded, overlong and otherwise wrong signatures are refused."""
    if is_good:
        assert isinstance(verify_compact(jws, keys=keys), bytes)
    else:
        with pytest.raises(InvalidTokenError):
            verify_compact(jws, keys=keys)


def test_the_right_signature_by_another_algorithm_is_refused():
    """Under each of our keys; so is what was signed by a key that its JWK meant for something else."""
    rows = list(rows_of_other_keys())
    assert len(ROWS) + len(MISLABELLED) + len(rows) == 401
    for row, key in rows:
        with pytest.raises(InvalidTokenError):
            verify_compact(row["jws"], keys={header_segment(key): key})


@pytest.mark.parametrize("payload", ["VGVzdA==", "VGVzdA=", "VGVzdB", "VGVz dA", "VGVzd", "++//"])
def test_a_signed_payload_in_another_spelling_is_refused(payload):
    """Padding, stray bits, blanks and the other alphabet of Base64 are not ours, whoever signed them."""
    key = key_from_secret("x")
    signed = f"{header_segment(key)}.{payload}"
    signature = urlsafe_b64encode(key.sign(signed.encode())).decode().rstrip("=")

    with pytest.raises(InvalidTokenError, match="malformed"):
        verify_compact(f"{signed}.{signature}", keys={header_segment(key): key})


@pytest.mark.parametrize("payload", [b"", b"\0", b"a", b"ab", b"abc", bytes(range(256))])
def test_a_payload_comes_back_as_it_was(payload):
    """Bytes of any length and value survive."""
    key = key_from_secret("x")
    header = header_segment(key)

    assert verify_compact(sign_compact(payload, header=header, key=key), keys={header: key}) == payload


def test_no_keys_accept_nothing():
    """Without keys every header is foreign."""
    key = key_from_secret("x")

    with pytest.raises(InvalidTokenError):
        verify_compact(sign_compact(b"{}", header=header_segment(key), key=key), keys={})


@pytest.mark.parametrize("payload", [b"", b"\x17", b"\x05\xc5", b"\x01\x75\xd7", b"\xfb\xff\xfe"])
def test_every_payload_is_read_back(payload):
    """Of each length modulo three, ending in X as text, and with both characters that base64url has of its own."""
    key = key_from_secret("x")
    header = header_segment(key)

    assert verify_compact(sign_compact(payload, header=header, key=key), keys={header: key}) == payload
