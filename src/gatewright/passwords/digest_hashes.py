"""Hashes that are one round of a digest: LDAP's, Ory Kratos's, the oldest ones of Django and Werkzeug.

They are as weak as they look: anybody who steals them can try billions of guesses per second. They are read only so
that they can be replaced when their owners sign in.
"""

from __future__ import annotations

import hashlib
import hmac
import re

from gatewright.passwords.md4 import hmac_md4
from gatewright.passwords.stored_hash import StoredHash, decode_base64, without_nul

_BASE64 = r"([A-Za-z0-9+/]{%s}={0,2})"
_LDAP = re.compile(rf"\{{(S?)(MD5|SHA(?:224|256|384|512)?)\}}{_BASE64 % '20,512'}", re.IGNORECASE)
_KRATOS = re.compile(
    rf"\$(md5|sha1|sha256|sha512)\$(?:pf={_BASE64 % '2,512'}\${_BASE64 % '0,512'}\$)?{_BASE64 % '20,88'}"
)
_HMAC = re.compile(rf"\$hmac-(md4|md5|sha1|sha224|sha256|sha384|sha512)\${_BASE64 % '20,200'}\${_BASE64 % '0,512'}")
_SALTED = re.compile(r"(md5|sha1|sha224|sha256|sha384|sha512)\$([!-#%-~]{0,128})\$((?:[0-9a-f]{2}){16,64})")
_PLACES = re.compile(rb"\{SALT\}|\{PASSWORD\}")


def read_digest(stored: str) -> StoredHash | None:
    """Read a hash that is one round of a digest."""
    if match := _LDAP.fullmatch(stored):
        return _of_ldap(match[2].lower(), decode_base64(match[3]), is_salted=bool(match[1]))
    if match := _KRATOS.fullmatch(stored):
        return _of_kratos(match[1], *(decode_base64(match[group] or "") for group in (2, 3, 4)))
    if match := _HMAC.fullmatch(stored):
        return _of_hmac(match[1], decode_base64(match[2]), decode_base64(match[3]))
    if match := _SALTED.fullmatch(stored):
        return _of_django_or_werkzeug(match[1], match[2].encode(), bytes.fromhex(match[3]))
    return None


def _of_ldap(name: str, value: bytes | None, *, is_salted: bool) -> StoredHash | None:
    """Read ``{SSHA}`` and the like (RFC 2307): the digest, followed by the salt."""
    function = "sha1" if name == "sha" else name
    size = _size_of(function)
    if value is None or (len(value) <= size if is_salted else len(value) != size):
        return None
    digest, salt = value[:size], value[size:]
    return StoredHash(lambda password: hmac.compare_digest(_digest(function, password + salt), digest))


def _of_kratos(name: str, template: bytes | None, salt: bytes | None, digest: bytes | None) -> StoredHash | None:
    """Read ``$sha1$pf=...$salt$digest``, where the template says how to combine salt and password."""
    if template is None or salt is None or digest is None or len(digest) != _size_of(name):
        return None
    written = template or b"{PASSWORD}"
    if b"{PASSWORD}" not in written:
        return None

    def matches(password: bytes) -> bool:
        parts = {b"{SALT}": salt, b"{PASSWORD}": password}
        text = _PLACES.sub(lambda place: parts[place[0]], written)
        return hmac.compare_digest(_digest(name, text), digest)

    return StoredHash(matches)


def _of_hmac(name: str, written: bytes | None, key: bytes | None) -> StoredHash | None:
    """Read ``$hmac-sha256$digest$key``, where the digest is hexadecimal, then base64."""
    if written is None or key is None or len(written) != 2 * _size_of(name):
        return None
    secret = key

    def matches(password: bytes) -> bool:
        return hmac.compare_digest(_hmac_of(name, secret, password).hex().encode(), written)

    return StoredHash(without_nul(matches))


def _of_django_or_werkzeug(name: str, salt: bytes, digest: bytes) -> StoredHash | None:
    """Read ``sha1$salt$digest``: Django digested salt and password; Werkzeug used an HMAC with the salt as its key."""
    if len(digest) != _size_of(name):
        return None

    def matches(password: bytes) -> bool:
        found = (_digest(name, salt + password), hmac.digest(salt, password, name))
        return any(hmac.compare_digest(each, digest) for each in found)

    return StoredHash(matches)


def _size_of(name: str) -> int:
    return 16 if name == "md4" else hashlib.new(name, usedforsecurity=False).digest_size


def _digest(name: str, text: bytes) -> bytes:
    return hashlib.new(name, text, usedforsecurity=False).digest()


def _hmac_of(name: str, key: bytes, text: bytes) -> bytes:
    return hmac_md4(key, text) if name == "md4" else hmac.digest(key, text, name)
