"""Argon2 hashes (RFC 9106) in the encoded form of the reference implementation, which PHP and others use too."""

from __future__ import annotations

import re
from functools import partial

from gatewright.passwords.stored_hash import StoredHash, too_costly

# A stored hash determines its cost of verification, and foreign hashes come from files that others wrote. These limits
# allow what common libraries write, up to about one second of one core: three passes over 256 MiB, for instance.
_MAXIMUM_MEMORY_KIB = 256 * 1024
_MAXIMUM_ITERATIONS = 64
_MAXIMUM_PARALLELISM = 16
_MAXIMUM_WORK_KIB = 1024 * 1024  # memory times iterations
_MINIMUM_KIB_PER_LANE = 8  # RFC 9106, section 3.1

# Salts of 8 to 64 bytes; digests of 16 to 64 bytes, because a shorter one could match by chance. argon2d is meant
# for machines that nobody else can observe; no library hashes passwords with it. Django prepends "argon2".
_PATTERN = re.compile(
    r"(?:argon2)?(\$argon2id?(?:\$v=(?:16|19))?\$m=([1-9][0-9]{0,9}),t=([1-9][0-9]{0,9}),p=([1-9][0-9]{0,9})"
    r"\$[A-Za-z0-9+/]{11,86}\$[A-Za-z0-9+/]{22,86})"
)


def read_argon2(stored: str) -> StoredHash | None:
    """Read an argon2id or argon2i hash.

    Raises:
        UnreadableHashError: If its parameters are out of bounds.
    """
    match = _PATTERN.fullmatch(stored)
    if match is None:
        return None
    encoded = match[1]
    memory, iterations, parallelism = (int(match[group]) for group in (2, 3, 4))
    if memory < _MINIMUM_KIB_PER_LANE * parallelism:
        return None
    if (
        memory > _MAXIMUM_MEMORY_KIB
        or iterations > _MAXIMUM_ITERATIONS
        or parallelism > _MAXIMUM_PARALLELISM
        or memory * iterations > _MAXIMUM_WORK_KIB
    ):
        raise too_costly()
    return StoredHash(partial(_verify, stored=encoded))


def _verify(password: bytes, stored: str) -> bool:
    from pwdlib.hashers.argon2 import Argon2Hasher

    return Argon2Hasher().verify(password, stored)
