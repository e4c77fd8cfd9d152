"""What the readers of stored hashes have in common: what they return, when they give up, and how texts are decoded."""

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
        matches: Says whether a password, in bytes, is the one that was hashed.
        significant_bytes: Of how many bytes of a password its scheme takes note. None: of all.
    """

    matches: Callable[[bytes], bool] = field(repr=False)
    significant_bytes: int | None = None

    def compares_whole(self, password: bytes) -> bool:
        """Say whether a password that matches can only be the whole one.

        One that fills all bytes that count may be the beginning of a longer one, whose owner a new hash of it would
        lock out.
        """
        return self.significant_bytes is None or len(password) < self.significant_bytes


Reader = Callable[[str], StoredHash | None]
"""Reads one family of hashes; None for what is of another, or damaged."""


def too_costly() -> UnreadableHashError:
    """Return what a `Reader` raises where somebody would have us spend more memory or time than we do."""
    return UnreadableHashError("Its parameters are out of bounds.", reason="too_costly")


def without_nul(matches: Callable[[bytes], bool]) -> Callable[[bytes], bool]:
    r"""Return a comparison that no password with a NUL passes.

    An HMAC pads a password with NULs, and programs in C end it at the first: ``a`` and ``a\0`` have the same hash.
    """
    return lambda password: b"\0" not in password and matches(password)


def decode_base64(text: str) -> bytes | None:
    """Return what is written in base64, padded or not; with ``.`` for ``+``, as passlib does, or not."""
    padded = text.rstrip("=").replace(".", "+")
    try:
        return b64decode(padded + "=" * (-len(padded) % 4), validate=True)
    except (binascii.Error, ValueError):
        return None
