"""The password hasher: what verifies, what is renewed, and what it costs."""

from __future__ import annotations

import json
import re
from base64 import b64encode
from hashlib import pbkdf2_hmac, sha256
from pathlib import Path

import bcrypt
import pytest
from argon2.low_level import Type, hash_secret
from hypothesis import given, settings
from hypothesis import strategies as st

from gatewright.errors import ConfigurationError, InvalidParameterError, WeakPasswordError
from gatewright.passwords import PasswordHasher, Verified

PHP = json.loads((Path(__file__).parents[1] / "vectors/bcrypt/php_password_hash.json").read_text(encoding="utf-8"))

NO_PASSWORDS = [None, b"secret", 0, True, [], {}, ["secret"], "\ud800", "a" * 4097, "a" * 10_000_000]

SECRET_BCRYPT = bcrypt.hashpw(b"secret", b"$2b$04$abcdefghijklmnopqrstuu").decode()
SECRET_DJANGO = "pbkdf2_sha256$1$salt$" + b64encode(pbkdf2_hmac("sha256", b"secret", b"salt", 1)).decode()


def argon2(*, memory_kib=8, iterations=1, lanes=1, salt=b"s" * 16, size=32, kind=Type.ID, version=19):
    return hash_secret(b"secret", salt, iterations, memory_kib, lanes, size, kind, version).decode()


STALE_HASHES = {
    "less memory": argon2(memory_kib=8),
    "more memory": argon2(memory_kib=32),
    "more iterations": argon2(memory_kib=16, iterations=2),
    "more lanes": argon2(memory_kib=16, lanes=2),
    "a short salt": argon2(memory_kib=16, salt=b"s" * 8),
    "a short digest": argon2(memory_kib=16, size=16),
    "argon2i": argon2(memory_kib=16, kind=Type.I),
    "the old version": argon2(memory_kib=16, version=16),
    "bcrypt": SECRET_BCRYPT,
    "django": SECRET_DJANGO,
}

MALFORMED = [
    "",
    " ",
    "plain",
    "secret",
    "!",
    "*",
    "$",
    "$$$$$$",
    "\0",
    "\ud800",
    "é" * 60,
    "5f4dcc3b5aa765d61d8327deb882cf99",
    "$1$abcdefgh$",
    "$2y$10$short",
    "$2b$31$" + SECRET_BCRYPT[7:],
    "$argon2id$v=19$m=4194304,t=1000,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc",
    "$argon2id$v=19$m=16,t=1,p=1$$",
    "$argon2id$v=19$m=16,t=1,p=1$" + "A" * 10_000_000,
    "pbkdf2_sha256$2147483648$salt$" + "A" * 43 + "=",
    "pbkdf2_sha256$1$" + "x" * 10_000_000 + "$" + "A" * 43 + "=",
    "scrypt:32768:8:1$salt$00",
    "$6$rounds=999999999$salt$" + "A" * 86,
    "A" * 10_000_000,
]


@pytest.fixture(scope="module")
def hasher() -> PasswordHasher:
    return PasswordHasher(memory_kib=16, iterations=1)


def test_a_hash_is_argon2id_by_owasps_parameters():
    """The defaults show in the hash, with a salt of 16 bytes and a digest of 32."""
    pattern = r"\$argon2id\$v=19\$m=19456,t=2,p=1\$[A-Za-z0-9+/]{22}\$[A-Za-z0-9+/]{43}"

    assert re.fullmatch(pattern, PasswordHasher().hash("correct horse battery staple"))


def test_two_hashes_of_one_password_differ(hasher):
    """Each has a salt of its own."""
    assert hasher.hash("secret") != hasher.hash("secret")


@pytest.mark.parametrize(
    "password", ["", "secret", " secret ", "pässwörd ✓", "a\0b", "a" * 72, "🔑" * 1024, "a" * 4096]
)
def test_a_password_fits_its_own_hash(hasher, password):
    """And nothing is to be renewed."""
    assert Verified(is_valid=True) == hasher.verify(password, against=hasher.hash(password))


@pytest.mark.parametrize(
    ("password", "other"),
    [
        ("a" * 72 + "b", "a" * 72 + "c"),
        ("secret", "Secret"),
        ("secret", "secret "),
        ("secret", " secret"),
        ("secret", "secret\n"),
        ("secret", "secret\0"),
        ("secret", ""),
        ("é", "e"),
        ("ﬁ", "fi"),
    ],
)
def test_passwords_that_differ_at_all_are_different(hasher, password, other):
    """After byte 72, in case, in outer space, in an accent."""
    assert Verified(is_valid=False) == hasher.verify(other, against=hasher.hash(password))


@pytest.mark.parametrize("row", PHP["positive"], ids=lambda row: f"{row['algo']}-{row['password'][:12]!r}")
def test_phps_hashes_are_valid(cheap_hasher, row):
    """All of bcrypt and argon2. Each is renewed, but for bcrypt's of a password that may be a beginning."""
    verified = cheap_hasher.verify(row["password"], against=row["hash"])

    assert verified.is_valid
    if len(row["password"].encode()) >= 72:
        assert verified.new_hash is None
    else:
        assert Verified(is_valid=True) == cheap_hasher.verify(row["password"], against=verified.new_hash)


@pytest.mark.parametrize("row", PHP["negative"], ids=lambda row: f"{row['password'][:12]!r}-{row['hash'][:16]}")
def test_phps_verdicts_are_ours(cheap_hasher, row):
    """But for $2x$, the mark of a broken implementation, which PHP still takes."""
    expected = row["php_verify"] and not row["hash"].startswith("$2x$")

    assert expected == cheap_hasher.verify(row["password"], against=row["hash"]).is_valid


def test_phps_argon2id_hash_of_todays_parameters_stays():
    """There is nothing to renew in a hash that could be ours."""
    row = next(row for row in PHP["positive"] if row["algo"] == "argon2id")

    assert Verified(is_valid=True) == PasswordHasher().verify(row["password"], against=row["hash"])


@pytest.mark.parametrize("stored", STALE_HASHES.values(), ids=STALE_HASHES.keys())
def test_a_stale_hash_is_renewed_when_the_password_is_right(hasher, stored):
    """Any other scheme, and any other parameter, in either direction."""
    verified = hasher.verify("secret", against=stored)

    assert verified.is_valid
    assert Verified(is_valid=True) == hasher.verify("secret", against=verified.new_hash)


@pytest.mark.parametrize("stored", STALE_HASHES.values(), ids=STALE_HASHES.keys())
def test_a_stale_hash_stays_when_the_password_is_wrong(hasher, stored):
    """A stranger changes nothing."""
    assert Verified(is_valid=False) == hasher.verify("Secret", against=stored)


LONG = "a" * 72
CUT = bcrypt.hashpw(LONG.encode(), b"$2b$04$abcdefghijklmnopqrstuu").decode()


@pytest.mark.parametrize("stored", [CUT, "bcrypt$" + CUT, CUT.encode(), "{bcrypt}" + CUT])
@pytest.mark.parametrize("password", [LONG, LONG + "b", LONG + "c" * 4000, "é" * 36 + "!", "a" + "é" * 36])
def test_what_may_be_the_beginning_of_a_password_is_never_its_new_hash(hasher, password, stored):
    """Bcrypt compares 72 bytes. Whoever agrees in those is let in, as PHP does, and locks nobody out."""
    beginning = password.encode()[:72]
    if beginning != LONG.encode():
        made = bcrypt.hashpw(beginning, b"$2b$04$abcdefghijklmnopqrstuu").decode()
        stored = stored.replace(CUT, made) if isinstance(stored, str) else made.encode()

    assert Verified(is_valid=True, new_hash=None) == hasher.verify(password, against=stored)


def test_what_was_compared_whole_is_renewed(hasher):
    """71 bytes and less, and anything that was digested before bcrypt saw it."""
    short = bcrypt.hashpw(b"a" * 71, b"$2b$04$abcdefghijklmnopqrstuu").decode()
    digested = bcrypt.hashpw(sha256(LONG.encode() + b"b").hexdigest().encode(), b"$2b$04$abcdefghijklmnopqrstuu")

    assert hasher.verify("a" * 71, against=short).new_hash is not None
    assert hasher.verify(LONG + "b", against="bcrypt_sha256$" + digested.decode()).new_hash is not None
    assert not hasher.verify(LONG + "c", against="bcrypt_sha256$" + digested.decode()).is_valid


@pytest.mark.parametrize("typed", ["cafe\u0301 au lait", "café au lait"])
def test_one_password_has_one_hash_however_it_is_typed(hasher, typed):
    """An accent is a part of its letter, or a character of its own."""
    assert Verified(is_valid=True) == hasher.verify(typed, against=hasher.hash("cafe\u0301 au lait"))


@pytest.mark.parametrize("make", [lambda typed: argon2_of(typed), lambda typed: bcrypt_of(typed)])
def test_a_hash_of_what_was_typed_is_read_and_renewed(hasher, make):
    """From before passwords were normalised, or from where they are not. The new hash is of the usual form."""
    typed = "cafe\u0301 au lait"
    verified = hasher.verify(typed, against=make(typed))

    assert verified.is_valid
    assert Verified(is_valid=True) == hasher.verify("café au lait", against=verified.new_hash)


@pytest.mark.parametrize("stored", [None, "", "$y$j9T$unknown$hash", argon2(memory_kib=16), SECRET_BCRYPT])
def test_a_password_of_two_forms_costs_the_same_whoever_is_asked_for(hasher, computations, stored):
    """Both forms are tried; where there is nothing to compare with, the same work is done for nothing."""
    hasher.verify("cafe\u0301", against=stored)

    assert computations == ["m=16,t=1,p=1"] * 2


def argon2_of(typed):
    return hash_secret(typed.encode(), b"s" * 16, 1, 16, 1, 32, Type.ID).decode()


def bcrypt_of(typed):
    return bcrypt.hashpw(typed.encode(), b"$2b$04$abcdefghijklmnopqrstuu").decode()


@pytest.mark.parametrize("stored", MALFORMED, ids=lambda stored: repr(stored[:40]))
def test_a_malformed_foreign_or_unbounded_hash_fits_no_password(hasher, stored):
    """No exception, not even for the password that is the hash."""
    for password in ("secret", "", stored):
        assert Verified(is_valid=False) == hasher.verify(password, against=stored)


@pytest.mark.parametrize("stored", [b"secret", b"\xff\xfe", 0, True, [], {}])
def test_a_hash_that_is_no_text_fits_no_password(hasher, stored):
    """A column of another type is a damaged hash."""
    assert Verified(is_valid=False) == hasher.verify("secret", against=stored)


GARBAGE = st.one_of(
    st.text(),
    st.text(alphabet="$2aby0123456789./argon2id,vmtp=ABpbkdf2_sha256", max_size=120),
    st.from_regex(r"\$2[abxy]\$0[0-9]\$[./A-Za-z0-9]{50,54}", fullmatch=True),
    st.from_regex(r"\$argon2(id|i|d)\$v=1[69]\$m=[0-9]{1,2},t=[0-9],p=[0-9]\$[A-Za-z0-9+/]{0,24}\$[A-Za-z0-9+/]{0,44}"),
    st.from_regex(r"pbkdf2_sha256\$[0-9]{0,3}\$[ -~]{0,9}\$[A-Za-z0-9+/]{42,44}=?"),
)


@settings(max_examples=300, deadline=None)
@given(password=st.text(max_size=100), stored=GARBAGE)
def test_garbage_is_never_valid_and_never_raises(cheap_hasher, password, stored):
    """Close to a hash or far from it, damaged in any place."""
    assert Verified(is_valid=False) == cheap_hasher.verify(password, against=stored)


@pytest.mark.parametrize("password", NO_PASSWORDS, ids=lambda password: repr(password)[:20])
def test_what_is_no_password_is_never_valid(hasher, password):
    """Of the wrong type, over the cap, or half a character; whether the user is known or not."""
    for stored in (hasher.hash("secret"), SECRET_BCRYPT, hasher.hash(""), None):
        assert Verified(is_valid=False) == hasher.verify(password, against=stored)


@pytest.mark.parametrize("password", NO_PASSWORDS[:-2], ids=lambda password: repr(password)[:20])
def test_what_is_no_password_is_not_hashed(hasher, password):
    """There is an error instead."""
    with pytest.raises(InvalidParameterError):
        hasher.hash(password)


@pytest.mark.parametrize(
    "pad", [str.encode, lambda made: made.ljust(255), lambda made: made.encode().ljust(255, b"\0")]
)
def test_a_hash_of_today_is_one_in_a_column_of_any_type(hasher, computations, pad):
    """Nothing is to be renewed, and it costs what it always does."""
    assert Verified(is_valid=True) == hasher.verify("secret", against=pad(argon2(memory_kib=16)))
    assert computations == ["m=16,t=1,p=1"]


def test_a_password_over_the_cap_is_not_hashed(hasher, computations):
    """Nor is any work done on it."""
    for size in (4097, 10_000_000):
        with pytest.raises(WeakPasswordError, match="at most 4096 bytes"):
            hasher.hash("a" * size)

    assert computations == []


@pytest.mark.parametrize("password", ["", "secret", *NO_PASSWORDS], ids=lambda password: repr(password)[:20])
@pytest.mark.parametrize("stored", [None, "of today", *MALFORMED], ids=lambda stored: repr(stored)[:40])
def test_every_verdict_costs_one_hash_of_today(hasher, computations, password, stored):
    """Unknown user, no password, damaged hash, wrong, right, absurd password: the same work."""
    against = argon2(memory_kib=16) if stored == "of today" else stored

    hasher.verify(password, against=against)

    assert computations == ["m=16,t=1,p=1"]


@pytest.mark.parametrize("stored", STALE_HASHES.values(), ids=STALE_HASHES.keys())
def test_a_stale_hash_costs_as_much_for_a_wrong_password_as_for_a_right_one(hasher, computations, stored):
    """Its own work, and then one hash of today: never less than an unknown user."""
    hasher.verify("secret", against=stored)
    right = computations.copy()
    computations.clear()
    hasher.verify("Secret", against=stored)

    assert right == computations
    assert right[-1] == "m=16,t=1,p=1"
    assert len(right) == (2 if "argon2" in stored else 1)


@pytest.mark.parametrize(
    "parameters",
    [
        {"memory_kib": 7},
        {"memory_kib": 15, "parallelism": 2},
        {"memory_kib": 262145},
        {"memory_kib": 4194304},
        {"memory_kib": -1},
        {"iterations": 0},
        {"iterations": 65, "memory_kib": 8},
        {"memory_kib": 262144, "iterations": 5},
        {"parallelism": 0},
        {"parallelism": 17},
        {"iterations": True},
    ],
    ids=str,
)
def test_parameters_out_of_bounds_are_refused(parameters):
    """What could not be verified is not made; the error says where to start."""
    with pytest.raises(ConfigurationError, match="memory_kib=19456, iterations=2, parallelism=1"):
        PasswordHasher(**parameters)


def test_nothing_shows_a_password_or_a_hash(hasher):
    """Not what was verified, nor who verified it."""
    verified = hasher.verify("secret", against=SECRET_BCRYPT)

    assert repr(verified) == "Verified(is_valid=True)"
    assert "$" not in repr(hasher)
