"""Scrypt hashes (RFC 7914), as written by Werkzeug, Django, passlib, Ory Kratos and Firebase."""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Callable
from dataclasses import dataclass

from gatewright.passwords.stored_hash import StoredHash, decode_base64, too_costly, without_nul

_MAXIMUM_MEMORY = 256 * 1024 * 1024  # bytes
_MAXIMUM_WORK = 1024 * 1024 * 1024  # bytes filled in total, up to about three seconds of one core
_DIGEST_SIZES = range(16, 65)
_GREATEST_EXPONENT = 63
"""Up to here ``ln`` is the logarithm of the cost, as its name says. Ory Kratos writes the cost itself."""

_COUNT, _TEXT, _BASE64 = r"([1-9][0-9]{0,9})", r"([!-#%-~]{1,128})", r"([A-Za-z0-9+/.]{%s,128}={0,2})"
_COSTS = rf"ln={_COUNT},r={_COUNT},p={_COUNT}"
_OF_WERKZEUG = re.compile(rf"scrypt:{_COUNT}:{_COUNT}:{_COUNT}\${_TEXT}\$([0-9a-f]{{128}})")
_OF_DJANGO = re.compile(rf"scrypt\${_COUNT}\${_TEXT}\${_COUNT}\${_COUNT}\$([A-Za-z0-9+/]{{86}}==)")
_OF_OTHERS = re.compile(rf"\$scrypt\${_COSTS}\${_BASE64 % 0}\${_BASE64 % 22}")
_OF_FIREBASE = re.compile(rf"\$firescrypt\${_COSTS}\${_BASE64 % 0}\${_BASE64 % 22}\${_BASE64 % 0}\${_BASE64 % 22}")


@dataclass(frozen=True, slots=True)
class _Scrypt:
    """The function with its parameters, checked against our limits.

    Args:
        n: The cost, a power of two.
        r: The block size.
        p: The parallelisation.

    Raises:
        UnreadableHashError: If it takes more memory or work than our limits.
    """

    n: int
    r: int
    p: int

    def __post_init__(self) -> None:
        if self._memory > _MAXIMUM_MEMORY or 128 * self.n * self.r * self.p > _MAXIMUM_WORK:
            raise too_costly()

    @property
    def is_defined(self) -> bool:
        """Whether the function is defined for these parameters."""
        return self.n > 1 and self.n & (self.n - 1) == 0

    def __call__(self, password: bytes, salt: bytes, size: int) -> bytes:
        maximum = self._memory + 1024 * 1024
        return hashlib.scrypt(password, salt=salt, n=self.n, r=self.r, p=self.p, maxmem=maximum, dklen=size)

    @property
    def _memory(self) -> int:
        return 128 * self.r * (self.n + self.p + 2)


def read_scrypt(stored: str) -> StoredHash | None:
    """Read a scrypt hash.

    Raises:
        UnreadableHashError: If it takes more memory or work than our limits.
    """
    if match := _OF_WERKZEUG.fullmatch(stored):
        n, r, p = (int(match[group]) for group in (1, 2, 3))
        return _hash_of(_Scrypt(n, r, p), match[4].encode(), bytes.fromhex(match[5]))
    if match := _OF_DJANGO.fullmatch(stored):
        n, r, p = (int(match[group]) for group in (1, 3, 4))
        return _hash_of(_Scrypt(n, r, p), match[2].encode(), decode_base64(match[5]))
    if match := _OF_OTHERS.fullmatch(stored):
        return _hash_of(_with_logarithm(match), decode_base64(match[4]), decode_base64(match[5]))
    if match := _OF_FIREBASE.fullmatch(stored):
        return _hash_of_firebase(_with_logarithm(match), [decode_base64(match[group]) for group in (4, 5, 6, 7)])
    return None


def _with_logarithm(match: re.Match[str]) -> _Scrypt:
    cost, r, p = (int(match[group]) for group in (1, 2, 3))
    return _Scrypt(2**cost if cost <= _GREATEST_EXPONENT else cost, r, p)


def _hash_of(scrypt: _Scrypt, salt: bytes | None, digest: bytes | None) -> StoredHash | None:
    if not scrypt.is_defined or salt is None or digest is None or len(digest) not in _DIGEST_SIZES:
        return None
    return _compared(lambda password: scrypt(password, salt, len(digest)), digest)


def _hash_of_firebase(scrypt: _Scrypt, parts: list[bytes | None]) -> StoredHash | None:
    """Read Firebase's hash: the project's signer key, encrypted (AES-256-CTR) with a key derived by scrypt."""
    salt, digest, separator, signer_key = parts
    if not scrypt.is_defined or salt is None or digest is None or separator is None or signer_key is None:
        return None
    salts, key = salt + separator, signer_key

    def encrypted(password: bytes) -> bytes:
        from cryptography.hazmat.primitives.ciphers import Cipher
        from cryptography.hazmat.primitives.ciphers.algorithms import AES
        from cryptography.hazmat.primitives.ciphers.modes import CTR

        return Cipher(AES(scrypt(password, salts, 32)), CTR(bytes(16))).encryptor().update(key)

    return _compared(encrypted, digest) if len(digest) == len(key) else None


def _compared(compute: Callable[[bytes], bytes], digest: bytes) -> StoredHash:
    return StoredHash(without_nul(lambda password: hmac.compare_digest(compute(password), digest)))
