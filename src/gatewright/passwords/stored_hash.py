"""Shared by the readers of stored hashes: what they return, how they refuse, and how they decode texts."""

from __future__ import annotations

import binascii
from base64 import b64decode
from collections.abc import Callable
from dataclasses import dataclass, field

from gatewright.errors import UnreadableHashError


@dataclass(frozen=True, slots=True)
class StoredHash:
    """A stored hash that has been read.

    Args:
        matches: Returns whether a password, in bytes, is the one that was hashed.
        significant_bytes: How many bytes of a password its scheme uses; None for all.
    """

    matches: Callable[[bytes], bool] = field(repr=False)
    significant_bytes: int | None = None

    def compares_whole(self, password: bytes) -> bool:
        """Return whether a matching password can only be the whole one.

        One that fills all significant bytes may be the beginning of a longer one. A new hash of it would lock out its
        owner.
        """
        return self.significant_bytes is None or len(password) < self.significant_bytes


Reader = Callable[[str], StoredHash | None]
"""Reads one family of hashes; returns None for other families and damaged hashes."""


def too_costly() -> UnreadableHashError:
    """Return the error that a `Reader` raises for a hash that would take more memory or time than our limits."""
    return UnreadableHashError("Its parameters are out of bounds.", reason="too_costly")


def without_nul(matches: Callable[[bytes], bool]) -> Callable[[bytes], bool]:
    r"""Return a comparison that refuses every password with a NUL.

    An HMAC pads a password with NULs, and C programs end it at the first: ``a`` and ``a\0`` have the same hash.
    """
    return lambda password: b"\0" not in password and matches(password)


def decode_base64(text: str) -> bytes | None:
    """Decode base64, with or without padding, and with ``.`` in place of ``+``, as passlib writes it."""
    padded = text.rstrip("=").replace(".", "+")
    try:
        return b64decode(padded + "=" * (-len(padded) % 4), validate=True)
    except (binascii.Error, ValueError):
        return None
