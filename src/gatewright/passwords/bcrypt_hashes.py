"""Bcrypt hashes, as written by PHP's ``password_hash`` and many others."""

from __future__ import annotations

import re
from base64 import b64encode
from functools import partial
from hashlib import sha256
from hmac import digest as hmac_of

from gatewright.passwords.stored_hash import StoredHash, too_costly, without_nul

_MAXIMUM_COST = 15  # 2**15 rounds, about two seconds of one core
_SIGNIFICANT_BYTES = 72

# $2x$ marks hashes of a broken implementation. A salt is 128 bits in 22 characters: the last one has only four values,
# and the library raises an error on others.
_SALT, _DIGEST = r"[./A-Za-z0-9]{21}[.Oeu]", r"[./A-Za-z0-9]{31}"
_BCRYPT = rf"\$2[aby]\$(0[4-9]|[1-3][0-9])\${_SALT}{_DIGEST}"
_PLAIN = re.compile(rf"(?:bcrypt\$)?({_BCRYPT})")  # Django prefixes the hash with "bcrypt$"
_OF_DJANGO = re.compile(rf"bcrypt_sha256\$({_BCRYPT})")
_OF_PASSLIB = re.compile(rf"\$bcrypt-sha256\$v=2,t=(2[aby]),r=(0?[4-9]|[1-3][0-9])\$({_SALT})\$({_DIGEST})")


def read_bcrypt(stored: str) -> StoredHash | None:
    """Read a bcrypt hash of a password, or of its digest if Django or passlib wrote it.

    Bcrypt uses only the first 72 bytes: PHP accepts any longer password that begins with the same ones, and so do we. A
    digest covers the whole password.

    Raises:
        UnreadableHashError: If its cost is above our limit.
    """
    if match := _PLAIN.fullmatch(stored):
        _require_affordable(match[2])
        return StoredHash(without_nul(partial(_verify, stored=match[1])), significant_bytes=_SIGNIFICANT_BYTES)
    if match := _OF_DJANGO.fullmatch(stored):
        _require_affordable(match[2])
        encoded = match[1]
        return StoredHash(lambda password: _verify(sha256(password).hexdigest().encode(), encoded))
    if match := _OF_PASSLIB.fullmatch(stored):
        version, cost, salt, digest = match.groups()
        _require_affordable(cost)
        of_passlib = f"${version}${cost:0>2}${salt}{digest}"
        return StoredHash(lambda password: _verify(b64encode(hmac_of(salt.encode(), password, "sha256")), of_passlib))
    return None


def _require_affordable(cost: str) -> None:
    if int(cost) > _MAXIMUM_COST:
        raise too_costly()


def _verify(password: bytes, stored: str) -> bool:
    from pwdlib.hashers.bcrypt import BcryptHasher

    return BcryptHasher().verify(password[:_SIGNIFICANT_BYTES], stored)
