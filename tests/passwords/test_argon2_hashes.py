"""Argon2 hashes of the reference implementation and of PHP, and the bounds on their parameters."""

from __future__ import annotations

import contextlib
import json
from pathlib import Path

import pytest
from argon2.low_level import Type, hash_secret

from gatewright.errors import UnreadableHashError
from gatewright.passwords import can_verify
from gatewright.passwords.argon2_hashes import read_argon2
from reading_hashes import fits

REFERENCE = json.loads(
    (Path(__file__).parents[1] / "vectors/argon2/argon2_reference_encoded.json").read_text(encoding="utf-8")
)
WITHIN_BOUNDS = [row for row in REFERENCE["vectors"] if row["m_log2_kib"] <= 18]
OUT_OF_BOUNDS = [row for row in REFERENCE["vectors"] if row["m_log2_kib"] > 18]

SALT = "c29tZXNhbHQ"
DIGEST = "A" * 43


def encoded(parameters, *, kind="argon2id", version="$v=19", salt=SALT, digest=DIGEST):
    return f"${kind}{version}${parameters}${salt}${digest}"


def test_the_vectors_are_all_there():
    """All but the two rows that need 1 GiB are verified."""
    assert (len(WITHIN_BOUNDS), len(OUT_OF_BOUNDS), len(REFERENCE["malformed"])) == (24, 2, 6)


@pytest.mark.parametrize("row", WITHIN_BOUNDS, ids=lambda row: row["encoded"][:40])
def test_the_reference_implementations_hashes_are_valid(row):
    """argon2id and argon2i, with and without a version, one lane and two."""
    assert fits(read_argon2, row["password"].encode(), row["encoded"])


@pytest.mark.parametrize("row", OUT_OF_BOUNDS, ids=lambda row: row["encoded"][:40])
def test_a_hash_that_needs_a_gibibyte_is_refused(row):
    """It is not even tried, whatever the password."""
    assert not can_verify(row["encoded"])


@pytest.mark.parametrize("row", REFERENCE["malformed"], ids=lambda row: row["expected"][:24])
def test_the_reference_implementations_bad_hashes_are_not_valid(row):
    """A missing dollar sign, no salt, another password's digest, argon2d, 4 GiB."""
    assert not fits(read_argon2, row.get("password", "password").encode(), row["encoded"])


def test_a_right_hash_of_argon2d_is_refused():
    """The type is refused, not just its digest."""
    stored = hash_secret(b"secret", b"somesalt", 1, 8, 1, 32, Type.D).decode()

    assert not fits(read_argon2, b"secret", stored)
    assert fits(read_argon2, b"secret", hash_secret(b"secret", b"somesalt", 1, 8, 1, 32, Type.I).decode())


@pytest.mark.parametrize(
    "stored",
    [
        encoded("m=8,t=1,p=1"),
        encoded("m=262144,t=4,p=1"),
        encoded("m=16384,t=64,p=16"),
        encoded("m=128,t=1,p=16"),
        encoded("m=65536,t=4,p=1", kind="argon2i", version=""),
        encoded("m=65536,t=4,p=1", salt="A" * 86, digest="A" * 86),
        encoded("m=65536,t=4,p=1", digest="A" * 22),
    ],
)
def test_the_bounds_include_their_ends(stored):
    """What the usual libraries write is within them."""
    assert can_verify(stored)


@pytest.mark.parametrize(
    "stored",
    [
        encoded("m=7,t=1,p=1"),
        encoded("m=127,t=1,p=16"),
        encoded("m=262145,t=1,p=1"),
        encoded("m=4194304,t=1,p=1"),
        encoded("m=99999999999999999999,t=1,p=1"),
        encoded("m=262144,t=5,p=1"),
        encoded("m=8,t=65,p=1"),
        encoded("m=8,t=2147483648,p=1"),
        encoded("m=65536,t=4,p=17"),
        encoded("m=65536,t=4,p=16777215"),
        encoded("m=0,t=1,p=1"),
        encoded("m=8,t=0,p=1"),
        encoded("m=8,t=1,p=0"),
        encoded("m=08,t=1,p=1"),
        encoded("m=+8,t=1,p=1"),
        encoded("m=-8,t=1,p=1"),
        encoded("m=\u0668,t=1,p=1"),
        encoded("t=1,m=8,p=1"),
        encoded("m=8,t=1"),
        encoded("m=8,t=1,p=1,keyid=AA"),
        encoded("m=8,t=1,p=1", version="$v=18"),
        encoded("m=8,t=1,p=1", version="$v=020"),
        encoded("m=8,t=1,p=1", kind="argon2d"),
        encoded("m=8,t=1,p=1", kind="argon2"),
        encoded("m=8,t=1,p=1", salt=""),
        encoded("m=8,t=1,p=1", salt="A" * 10),
        encoded("m=8,t=1,p=1", salt="A" * 87),
        encoded("m=8,t=1,p=1", salt="A" * 1_000_000),
        encoded("m=8,t=1,p=1", digest=""),
        encoded("m=8,t=1,p=1", digest="A" * 21),
        encoded("m=8,t=1,p=1", digest="A" * 87),
        encoded("m=8,t=1,p=1", digest="A" * 42 + "="),
        encoded("m=8,t=1,p=1") + "\n",
        encoded("m=8,t=1,p=1") + "$",
        " " + encoded("m=8,t=1,p=1"),
    ],
    ids=lambda stored: repr(stored[:60]),
)
def test_out_of_bounds_is_no_hash(stored):
    """Memory, iterations, lanes, their product, salts and digests: too much and too little."""
    with contextlib.suppress(UnreadableHashError):
        assert read_argon2(stored) is None


@pytest.mark.parametrize("size", [13, 17])
def test_base64_of_an_impossible_length_is_not_valid(size):
    """The library refuses it; nothing is raised."""
    assert not fits(read_argon2, b"secret", encoded("m=8,t=1,p=1", salt="A" * size))
