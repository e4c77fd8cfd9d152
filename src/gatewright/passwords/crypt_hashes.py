"""Hashes of crypt(3), used by ``/etc/shadow``, Apache and many mail servers; Python no longer has a module for them.

``$5$`` and ``$6$`` follow Ulrich Drepper's "Unix crypt using SHA-256 and SHA-512"; ``$1$`` and Apache's ``$apr1$``
follow Poul-Henning Kamp's MD5 crypt. Ory Kratos calls them ``$sha256-crypt$``, ``$sha512-crypt$`` and ``$md5-crypt$``.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Callable, Iterable, Sequence

from gatewright.passwords.stored_hash import StoredHash, too_costly, without_nul

_MAXIMUM_ROUNDS = 1_000_000  # about two seconds of one core; passlib writes 656,000
_LONGEST_PASSWORD = 1024  # bytes: every round takes time in proportion
_LEAST_ROUNDS = 1000
_USUAL_ROUNDS = 5000
_ROUNDS_OF_MD5 = 1000

_ALPHABET = "./0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_SHA = re.compile(
    r"\$(?:(5|sha256-crypt)|6|sha512-crypt)\$(?:rounds=([1-9][0-9]{0,9})\$)?([!-#%-~]{0,16})\$([./A-Za-z0-9]{43,86})"
)
_MD5 = re.compile(r"\$(1|apr1|md5-crypt)\$([!-#%-~]{0,8})\$([./A-Za-z0-9]{22})")

_Order = Sequence[tuple[int, ...]]

# The order in which the bytes of a digest are written: in groups of three, then the rest.
_ORDER_OF_SHA256: _Order = [(i, (i + 10) % 30, (i + 20) % 30) for i in (i * 21 % 30 for i in range(10))] + [(31, 30)]
_ORDER_OF_SHA512: _Order = [(i, (i + 21) % 63, (i + 42) % 63) for i in (i * 22 % 63 for i in range(21))] + [(63,)]
_ORDER_OF_MD5: _Order = [(0, 6, 12), (1, 7, 13), (2, 8, 14), (3, 9, 15), (4, 10, 5), (11,)]


def read_crypt(stored: str) -> StoredHash | None:
    """Read a crypt(3) hash.

    Raises:
        UnreadableHashError: If it has more rounds than our limit.
    """
    if match := _SHA.fullmatch(stored):
        name, order = ("sha256", _ORDER_OF_SHA256) if match[1] else ("sha512", _ORDER_OF_SHA512)
        rounds, salt, text = int(match[2] or _USUAL_ROUNDS), match[3].encode(), match[4]
        if rounds > _MAXIMUM_ROUNDS:
            raise too_costly()
        if len(text) != len(_written(bytes(64), order)):
            return None
        least = max(rounds, _LEAST_ROUNDS)
        return _compared(text, order, lambda password: _sha_crypt(name, password, salt, least))
    if match := _MD5.fullmatch(stored):
        magic, salt = b"$apr1$" if match[1] == "apr1" else b"$1$", match[2].encode()
        return _compared(match[3], _ORDER_OF_MD5, lambda password: _md5_crypt(magic, password, salt))
    return None


def _compared(text: str, order: _Order, compute: Callable[[bytes], bytes]) -> StoredHash:
    def matches(password: bytes) -> bool:
        return len(password) <= _LONGEST_PASSWORD and hmac.compare_digest(_written(compute(password), order), text)

    return StoredHash(without_nul(matches))


def _sha_crypt(name: str, password: bytes, salt: bytes, rounds: int) -> bytes:
    """Return the digest. The numbers refer to the steps of the specification."""
    size = len(password)
    first = _digest(name, password + salt + password)  # 4 to 8
    text = password + salt + _filled(first, size)  # 9, 10
    for bit in _bits(size):  # 11
        text += first if bit else password
    passwords = _filled(_digest(name, password * size), size)  # 13 to 16
    start = _digest(name, text)  # 12
    salts = _filled(_digest(name, salt * (16 + start[0])), len(salt))  # 17 to 20
    return _stretched(name, start, passwords, salts, rounds)  # 21


def _md5_crypt(magic: bytes, password: bytes, salt: bytes) -> bytes:
    size = len(password)
    text = password + magic + salt + _filled(_digest("md5", password + salt + password), size)
    for bit in _bits(size):
        text += b"\0" if bit else password[:1]
    return _stretched("md5", _digest("md5", text), password, salt, _ROUNDS_OF_MD5)


def _stretched(name: str, digest: bytes, password: bytes, salt: bytes, rounds: int) -> bytes:
    """Digest the digest repeatedly, with the password and the salt in changing places."""
    for number in range(rounds):
        is_odd = number % 2
        text = password if is_odd else digest
        text += salt if number % 3 else b""
        text += password if number % 7 else b""
        digest = _digest(name, text + (digest if is_odd else password))
    return digest


def _written(digest: bytes, order: _Order) -> str:
    """Return a digest in crypt's own alphabet: six bits per letter, the lowest first."""
    letters = []
    for places in order:
        bits = int.from_bytes(bytes(digest[place] for place in places), "big")
        letters += [_ALPHABET[bits >> shift & 63] for shift in range(0, 8 * len(places), 6)]
    return "".join(letters)


def _digest(name: str, text: bytes) -> bytes:
    return hashlib.new(name, text, usedforsecurity=False).digest()


def _filled(part: bytes, size: int) -> bytes:
    return (part * (size // len(part) + 1))[:size]


def _bits(number: int) -> Iterable[bool]:
    """Yield the bits of a number, the lowest first, up to the highest one set."""
    while number:
        yield bool(number & 1)
        number >>= 1
