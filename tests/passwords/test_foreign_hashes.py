"""Hashes of other systems: those that independent programs made, and what is none or too costly."""

from __future__ import annotations

import json
from pathlib import Path

import bcrypt
import pytest

from gatewright.passwords import Verified, can_verify
from gatewright.passwords.md4 import md4

VECTORS = Path(__file__).parents[1] / "vectors/foreign_hashes/foreign_hashes.json"
DOCUMENT = json.loads(VECTORS.read_text(encoding="utf-8"))
HASHES = {name: (DOCUMENT["password"], stored) for name, stored in DOCUMENT["hashes"].items()}
HASHES |= {name: (password, stored) for name, (password, stored) in DOCUMENT["others"].items() if "Drepper" not in name}
DEAR = bcrypt.hashpw(b"secret", b"$2b$04$abcdefghijklmnopqrstuu").decode()


@pytest.mark.parametrize(("password", "stored"), HASHES.values(), ids=HASHES)
def test_the_right_password_fits_and_no_other(cheap_hasher, password, stored):
    """It is renewed, and the new hash is the password's."""
    verified = cheap_hasher.verify(password, against=stored)

    assert can_verify(stored)
    assert verified.is_valid
    assert Verified(is_valid=True) == cheap_hasher.verify(password, against=verified.new_hash)
    for other in ("", password[:-1], password + "x", password.upper(), password + "\0"):
        assert Verified(is_valid=False) == cheap_hasher.verify(other, against=stored)


@pytest.mark.parametrize(("password", "stored"), HASHES.values(), ids=HASHES)
@pytest.mark.parametrize(
    "pad",
    [
        lambda stored: stored.ljust(300),
        lambda stored: stored + "\r\n",
        lambda stored: stored.encode(),
        lambda stored: bytearray(stored.encode().ljust(300, b"\0")),
        lambda stored: memoryview(stored.encode()),
    ],
    ids=["CHAR", "line", "bytes", "BINARY", "memoryview"],
)
def test_a_column_of_any_type_will_do(cheap_hasher, password, stored, pad):
    """Of a fixed length, or of bytes."""
    assert cheap_hasher.verify(password, against=pad(stored)).is_valid


@pytest.mark.parametrize(("_", "stored"), HASHES.values(), ids=HASHES)
def test_a_damaged_hash_fits_no_password(cheap_hasher, _, stored):
    """Cut, changed or prolonged: nothing is raised, and nothing is let in."""
    for damaged in (
        stored[:-30],
        stored[: len(stored) // 2],
        stored.replace("$", "$$"),
        stored + "$",
        stored[:-9] + "é",
    ):
        is_valid = cheap_hasher.verify(DOCUMENT["password"], against=damaged).is_valid
        assert damaged == stored or not is_valid


@pytest.mark.parametrize(
    ("stored", "kind"),
    [
        ("$2b$16$" + DEAR[7:], "$2b$"),
        ("bcrypt$$2b$31$" + DEAR[7:], "bcrypt$"),
        ("$argon2id$v=19$m=4194304,t=3,p=4$c29tZXNhbHQ$" + "A" * 43, "$argon2id$"),
        ("pbkdf2_sha256$99999999$salt$" + "A" * 43 + "=", "pbkdf2_sha256$"),
        ("$pbkdf2-sha512$i=9999999,l=64$c2FsdA$" + "A" * 86, "$pbkdf2-sha512$"),
        ("pbkdf2:sha256:9999999999$salt$" + "0" * 64, "pbkdf2:"),
        ("scrypt:1048576:8:1$salt$" + "0" * 128, "scrypt:"),
        ("scrypt$16384$salt$8$1000000$" + "A" * 86 + "==", "scrypt$"),
        ("$scrypt$ln=63,r=8,p=1$c2FsdA$" + "A" * 43, "$scrypt$"),
        ("$firescrypt$ln=30,r=8,p=1$c2FsdA==$" + "A" * 86 + "==$Bw==$" + "A" * 86 + "==", "$firescrypt$"),
        ("$6$rounds=999999999$salt$" + "A" * 86, "$6$"),
        ("$sha256-crypt$rounds=1000001$salt$" + "A" * 43, "$sha256-crypt$"),
    ],
)
def test_a_hash_that_would_cost_too_much_is_not_tried(cheap_hasher, stored, kind):
    """The log learns which kind it is, and nothing of the hash."""
    verified = cheap_hasher.verify("secret", against=stored)

    assert Verified(is_valid=False) == verified
    assert "too costly" in verified.unreadable
    assert kind in verified.unreadable
    assert stored[-20:] not in verified.unreadable


@pytest.mark.parametrize(
    ("stored", "kind"),
    [
        ("$y$j9T$F5Jx5fExrKuPp53xLKQ..1$X3DX6M94c7o.9agCG9G317fhZg9SqC.5i5rd.RhAtQ7", "$y$"),
        ("$P$B55D6LjfHDkINU5wF.v2BuuzO0/XPk/", "$P$"),
        ("{X-UNKNOWN}abcdefghijklmnopqrstuvwxyz", "{X-UNKNOWN}"),
        ("crypt_of_ours$1$salt$abcdefghijklmnopqrstuvwxyz", "crypt_of_ours$"),
        ("$argon2d$v=19$m=16,t=1,p=1$c29tZXNhbHQ$" + "A" * 43, "$argon2d$"),
        ("5f4dcc3b5aa765d61d8327deb882cf99", "32 hexadecimal digits"),
        ("hunter2", "7 characters"),
        ("hunter2$", "8 characters"),
        ("$2x$05$" + DEAR[7:], "$2x$"),
        (b"\xff\xfe\x00", "bytes that are not ASCII text"),
        ("x" * 100_000, "more than 2048 characters"),
        (12345, "int"),
    ],
)
def test_what_cannot_be_read_is_named_and_not_shown(cheap_hasher, stored, kind):
    """By its prefix; what has none may be a password in clear."""
    verified = cheap_hasher.verify("secret", against=stored)

    assert not verified.is_valid
    assert not can_verify(stored)
    assert kind in verified.unreadable
    assert "hunter" not in verified.unreadable
    assert str(stored)[-12:] not in verified.unreadable or len(str(stored)) < 12


@pytest.mark.parametrize("stored", [None, "", " ", "!", "*", "!!", "*LK*", "!kkUNLqmvVBLbxiCfCzAhwyLSLSpCbGCM9jM3gIYX"])
def test_a_user_without_a_password_has_nothing_unreadable(cheap_hasher, stored):
    """Django and /etc/shadow have marks for that."""
    verified = cheap_hasher.verify("", against=stored)

    assert (verified.is_valid, verified.unreadable) == (False, None)


def test_the_published_values_of_md4():
    """RFC 1320, appendix A.5."""
    assert md4(b"").hex() == "31d6cfe0d16ae931b73c59d7e0c089c0"
    assert md4(b"message digest").hex() == "d9130a8164549fe818874806e1c7014b"
    assert md4(b"1234567890" * 8).hex() == "e33b4ddc9c38f2199c3e7b164fcc0536"


def test_the_published_value_of_crypt_for_a_long_password(cheap_hasher):
    """Of the specification of SHA-crypt: longer than a digest, with rounds of its own."""
    password, stored = DOCUMENT["others"]["Drepper, long"]

    assert cheap_hasher.verify(password, against=stored).is_valid
