"""Bcrypt hashes, as PHP's ``password_hash`` and many others write them."""

from __future__ import annotations

import re

from pwdlib.hashers.bcrypt import BcryptHasher

# Costs 4 to 14, which is 2**14 rounds and about one second of one core. $2x$ marks hashes of a broken implementation.
# A salt is 128 bits in 22 characters: the last one has four values, and the library refuses the others by an error.
_PATTERN = re.compile(r"\$2[aby]\$(?:0[4-9]|1[0-4])\$[./A-Za-z0-9]{21}[.Oeu][./A-Za-z0-9]{31}")

_SIGNIFICANT_BYTES = 72

_hasher = BcryptHasher()


def is_bcrypt(stored: str) -> bool:
    """Tell whether this is a bcrypt hash within bounds."""
    return _PATTERN.fullmatch(stored) is not None


def verify_bcrypt(password: bytes, stored: str) -> bool:
    r"""Tell whether this is a bcrypt hash within bounds, and of this password as PHP reads it.

    Bcrypt has room for 72 bytes, and what follows them never counted. It ends a password with a NUL and repeats it,
    so that ``a`` and ``a\0a`` have the same hash: a password with a NUL is not valid.
    """
    if not is_bcrypt(stored) or b"\0" in password:
        return False
    return _hasher.verify(password[:_SIGNIFICANT_BYTES], stored)
