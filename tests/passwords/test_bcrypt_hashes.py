"""Bcrypt hashes of PHP, of the Luthier document and of pyca, and what is none."""

from __future__ import annotations

import json
from pathlib import Path

import bcrypt
import pytest

from gatewright.passwords.bcrypt_hashes import read_bcrypt
from reading_hashes import fits

VECTORS = Path(__file__).parents[1] / "vectors/bcrypt"


def load(name):
    return json.loads((VECTORS / name).read_text(encoding="utf-8"))


def password_of(row):
    return row["password"].encode() if "password" in row else bytes.fromhex(row["password_hex"])


PYCA = load("pyca_bcrypt.json")
PYCA_ROWS = PYCA["vectors"] + PYCA["vectors_2y"]
PYCA_TEXTS = [row for row in PYCA_ROWS if b"\0" not in password_of(row)]

SECRET = bcrypt.hashpw(b"secret", b"$2b$04$abcdefghijklmnopqrstuu").decode()


@pytest.mark.parametrize(
    "row", load("luthier_docs.json")["vectors"], ids=lambda row: f"{row['user']}-{row['password']}"
)
def test_the_luthier_documents_users_have_their_passwords(row):
    """Alex's is bar456, whatever the document attempts."""
    assert row["expected"] == fits(read_bcrypt, row["password"].encode(), row["hash"])


def test_the_vectors_are_all_there():
    """Two of pyca's have a NUL in their passwords, which are random bytes and not a string; see below for those."""
    assert (len(PYCA_ROWS), len(PYCA_TEXTS)) == (28, 26)


@pytest.mark.parametrize("row", PYCA_TEXTS, ids=lambda row: row["hash"])
def test_pycas_hashes_are_valid(row):
    """Bytes above 127 included, with each of the three prefixes."""
    assert fits(read_bcrypt, password_of(row), row["hash"])
    assert not fits(read_bcrypt, password_of(row) + b"x", row["hash"])


@pytest.mark.parametrize("prefix", ["$2a$", "$2b$", "$2y$"])
def test_the_three_prefixes_are_one_scheme(prefix):
    """They differ in the bugs of the programs that wrote them, not for any text in UTF-8."""
    assert fits(read_bcrypt, b"secret", prefix + SECRET[4:])


def test_what_follows_72_bytes_does_not_count():
    """As in PHP; the 72nd byte counts."""
    stored = bcrypt.hashpw(b"a" * 72, b"$2b$04$abcdefghijklmnopqrstuu").decode()

    assert fits(read_bcrypt, b"a" * 72 + b"b" * 4024, stored)
    assert not fits(read_bcrypt, b"a" * 71 + b"b", stored)
    assert not fits(read_bcrypt, b"a" * 71, stored)


def test_a_password_is_not_its_own_repetition():
    """Bcrypt itself takes a password, a NUL and the password again for the password."""
    assert bcrypt.checkpw(b"secret\0secret", SECRET.encode())
    assert not fits(read_bcrypt, b"secret\0secret", SECRET)


@pytest.mark.parametrize(
    "stored",
    [
        SECRET[:-1],
        SECRET + "A",
        SECRET + "\n",
        SECRET + "\0",
        " " + SECRET,
        SECRET[1:],
        SECRET.replace("$04$", "$4$"),
        SECRET.replace("$04$", "$03$"),
        SECRET.replace("$04$", "$16$"),
        SECRET.replace("$04$", "$31$"),
        SECRET.replace("$04$", "$99$"),
        SECRET.replace("$04$", "$-4$"),
        SECRET.replace("$04$", "$\u0660\u0664$"),
        "$2x$" + SECRET[4:],
        "$2$" + SECRET[4:],
        "$2c$" + SECRET[4:],
        SECRET[:28] + "A" + SECRET[29:],
        SECRET[:10] + "+" + SECRET[11:],
        SECRET[:10] + "é" + SECRET[11:],
        SECRET[:29],
    ],
    ids=repr,
)
def test_a_damaged_or_unbounded_hash_is_not_valid(stored):
    """No exception, and no rounds beyond the bound."""
    assert fits(read_bcrypt, b"secret", SECRET)
    assert not fits(read_bcrypt, b"secret", stored)
