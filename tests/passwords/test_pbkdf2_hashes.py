"""Django's default hashes, made here from the documented format."""

from __future__ import annotations

import hashlib
from base64 import b64encode

import pytest

from gatewright.passwords.pbkdf2_hashes import read_pbkdf2
from reading_hashes import fits


def django_hash(password, *, salt="Qk3vYp0cXz7LdN2sWtB9Ha", iterations=1000):
    digest = hashlib.pbkdf2_hmac("sha256", password.encode(), salt.encode(), iterations)
    return f"pbkdf2_sha256${iterations}${salt}${b64encode(digest).decode()}"


SECRET = django_hash("secret")


def test_the_published_value_of_pbkdf2_is_valid():
    """RFC 7914, section 11: PBKDF2-HMAC-SHA-256 of "passwd" and "salt", one iteration; the first 32 bytes."""
    published = bytes.fromhex("55ac046e56e3089fec1691c22544b605f94185216dde0465e68b9d57c20dacbc")

    assert fits(read_pbkdf2, b"passwd", f"pbkdf2_sha256$1$salt${b64encode(published).decode()}")


@pytest.mark.parametrize("password", ["", " ", "secret", "pässwörd ✓ 测试", "a" * 64, "a" * 65, "a" * 4096])
@pytest.mark.parametrize("salt", ["s", "seasalt12345", "!-#~/+=.", "x" * 128])
def test_the_right_password_is_valid_and_no_other(password, salt):
    """Whatever its length, and whatever the salt's."""
    stored = django_hash(password, salt=salt)

    assert fits(read_pbkdf2, password.encode(), stored)
    assert not fits(read_pbkdf2, password.encode() + b"x", stored)


def test_a_hash_of_todays_django_is_valid():
    """Its iterations are within the bound."""
    assert fits(read_pbkdf2, b"secret", django_hash("secret", iterations=1_500_000))


def test_a_trailing_nul_counts():
    """HMAC pads with NULs, so PBKDF2 itself cannot tell the two passwords apart."""
    assert django_hash("secret\0") == SECRET
    assert not fits(read_pbkdf2, b"secret\0", SECRET)


@pytest.mark.parametrize(
    "stored",
    [
        SECRET[:-1],
        SECRET + "\n",
        SECRET + "=",
        " " + SECRET,
        SECRET.replace("sha256", "sha1"),
        SECRET.replace("$1000$", "$0$"),
        SECRET.replace("$1000$", "$01000$"),
        SECRET.replace("$1000$", "$-1000$"),
        SECRET.replace("$1000$", "$1_000$"),
        SECRET.replace("$1000$", "$$"),
        SECRET.replace("$1000$", "$4000001$"),
        SECRET.replace("$1000$", "$2147483648$"),
        SECRET.replace("$1000$", "$" + "9" * 5000 + "$"),
        "pbkdf2_sha256$1000$$" + SECRET.rpartition("$")[2],
        django_hash("secret", salt="x" * 129),
        "pbkdf2_sha256$1000$" + "x" * 1_000_000 + "$" + SECRET.rpartition("$")[2],
        "pbkdf2_sha256$1000$sält$" + SECRET.rpartition("$")[2],
        SECRET.rpartition("$")[0] + "$" + "é" * 43 + "=",
        "!" + SECRET,
        "!kkUNLqmvVBLbxiCfCzAhwyLSLSpCbGCM9jM3gIYX",
    ],
    ids=lambda stored: repr(stored[:60]),
)
def test_a_damaged_or_unbounded_hash_is_not_valid(stored):
    """No exception, and no iterations beyond the bound."""
    assert fits(read_pbkdf2, b"secret", SECRET)
    assert not fits(read_pbkdf2, b"secret", stored)
