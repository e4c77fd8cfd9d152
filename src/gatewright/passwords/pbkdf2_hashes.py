"""PBKDF2 hashes (RFC 8018), as written by Django, Werkzeug, passlib and Ory Kratos."""

from __future__ import annotations

import hashlib
import hmac
import re
from base64 import b64encode
from math import ceil

from gatewright.passwords.stored_hash import StoredHash, decode_base64, too_costly, without_nul

_MAXIMUM_ITERATIONS = 4_000_000  # about one second of one core; Django 6.1 writes 1.5 million
_DIGEST_SIZES = range(16, 65)  # a shorter one could match by chance

_NAME, _COUNT = r"(sha(?:1|224|256|384|512))", r"([1-9][0-9]{0,9})"
_TEXT = r"([!-#%-~]{1,128})"  # a salt used as text: printable ASCII without a dollar sign
_BASE64 = r"([A-Za-z0-9+/.]{%s,128}={0,2})"

_OF_DJANGO = re.compile(rf"pbkdf2_{_NAME}\${_COUNT}\${_TEXT}\${_BASE64 % 22}")
_OF_WERKZEUG = re.compile(rf"pbkdf2:{_NAME}:{_COUNT}\${_TEXT}\$((?:[0-9a-f]{{2}}){{16,64}})")
_OF_OTHERS = re.compile(rf"\$pbkdf2(?:-{_NAME})?\$(?:i=)?{_COUNT}(?:,l=([0-9]{{1,3}}))?\${_BASE64 % 0}\${_BASE64 % 22}")


def read_pbkdf2(stored: str) -> StoredHash | None:
    """Read a PBKDF2 hash.

    Raises:
        UnreadableHashError: If it has more iterations than our limit.
    """
    if match := _OF_DJANGO.fullmatch(stored):
        digest = decode_base64(match[4])
        is_whole = digest is not None and match[4] == b64encode(digest).decode()  # Django pads
        return _hash_of(match[1], int(match[2]), match[3].encode(), digest) if is_whole else None
    if match := _OF_WERKZEUG.fullmatch(stored):
        return _hash_of(match[1], int(match[2]), match[3].encode(), bytes.fromhex(match[4]))
    if match := _OF_OTHERS.fullmatch(stored):
        name, size = match[1] or "sha1", None if match[3] is None else int(match[3])
        return _hash_of(name, int(match[2]), decode_base64(match[4]), decode_base64(match[5]), size=size)
    return None


def _hash_of(
    name: str, iterations: int, salt: bytes | None, digest: bytes | None, *, size: int | None = None
) -> StoredHash | None:
    """Return the hash if its digest has the stated size, or else the function's own: a part of it would match too."""
    own_size = hashlib.new(name).digest_size
    if salt is None or digest is None or len(digest) not in _DIGEST_SIZES or len(digest) != (size or own_size):
        return None
    if iterations * ceil(len(digest) / own_size) > _MAXIMUM_ITERATIONS:
        raise too_costly()

    def matches(password: bytes) -> bool:
        return hmac.compare_digest(hashlib.pbkdf2_hmac(name, password, salt, iterations, len(digest)), digest)

    return StoredHash(without_nul(matches))
