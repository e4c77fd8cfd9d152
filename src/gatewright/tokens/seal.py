"""Sealed values that a browser stores for us: readable, but impossible to forge."""

from __future__ import annotations

import hmac
from collections.abc import Sequence
from functools import lru_cache

from gatewright.base64url import decode, encode

_TAG_SIZE = 32
_MOST_REMEMBERED = 1024
"""How many verified values are cached, each with at most 4 KiB."""


class Seal:
    """Seals bytes with HMAC-SHA256 (RFC 2104).

    Args:
        keys: At least one key of 32 bytes. The first one seals, all of them open: keys can be rotated.
    """

    def __init__(self, keys: Sequence[bytes]) -> None:
        self._keys = tuple(keys)
        # A browser sends the same value repeatedly.
        self._payload_of = lru_cache(maxsize=_MOST_REMEMBERED)(self._read)

    def seal(self, payload: bytes) -> str:
        """Return the payload with its seal, as text for a cookie."""
        return encode(self._tag(self._keys[0], payload) + payload)

    def open(self, sealed: str) -> bytes | None:
        """Return the payload, or None if the seal is not ours."""
        try:
            return self._payload_of(sealed)
        except ValueError:
            return None

    def _read(self, sealed: str) -> bytes:
        raw = decode(sealed)
        tag, payload = raw[:_TAG_SIZE], raw[_TAG_SIZE:]
        is_ours = [hmac.compare_digest(tag, self._tag(key, payload)) for key in self._keys]
        if not any(is_ours):
            raise ValueError(
                "This was sealed with another key."
            )  # exceptions are not cached: anybody can send any number of such values
        return payload

    @staticmethod
    def largest_payload(size: int) -> int:
        """Return how many bytes can be sealed in a text of at most ``size`` characters."""
        return size * 3 // 4 - _TAG_SIZE

    @staticmethod
    def _tag(key: bytes, payload: bytes) -> bytes:
        return hmac.digest(key, payload, "sha256")
