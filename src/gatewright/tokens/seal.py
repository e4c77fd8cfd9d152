"""Values that a browser keeps for us: readable, but nobody else can write one."""

from __future__ import annotations

import hmac
from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as Base64Error
from collections.abc import Sequence
from functools import lru_cache

_TAG_SIZE = 32
_MOST_REMEMBERED = 1024
"""How many values of ours are not computed again, at 4 KiB each at most."""


class Seal:
    """Seals bytes with HMAC-SHA256 (RFC 2104).

    Args:
        keys: At least one key of 32 bytes. The first one seals, all of them open: keys can be rotated.
    """

    def __init__(self, keys: Sequence[bytes]) -> None:
        self._keys = tuple(keys)
        # A browser sends the same value again and again.
        self._payload_of = lru_cache(maxsize=_MOST_REMEMBERED)(self._read)

    def seal(self, payload: bytes) -> str:
        """Return the payload with its seal, as text for a cookie."""
        return urlsafe_b64encode(self._tag(self._keys[0], payload) + payload).rstrip(b"=").decode()

    def open(self, sealed: str) -> bytes | None:
        """Return the payload, or None where the seal is not ours."""
        try:
            return self._payload_of(sealed)
        except ValueError:
            return None

    def _read(self, sealed: str) -> bytes:
        try:
            raw = urlsafe_b64decode(sealed.encode("ascii") + b"=" * (-len(sealed) % 4))
        except Base64Error as error:
            raise ValueError("This is no sealed value.") from error
        tag, payload = raw[:_TAG_SIZE], raw[_TAG_SIZE:]
        is_ours = [hmac.compare_digest(tag, self._tag(key, payload)) for key in self._keys]
        if not any(is_ours):
            raise ValueError(
                "Another key has sealed this."
            )  # which is not remembered: strangers make as many as they like
        return payload

    @staticmethod
    def largest_payload(size: int) -> int:
        """Return how many bytes can be sealed so that the text has no more than ``size`` characters."""
        return size * 3 // 4 - _TAG_SIZE

    @staticmethod
    def _tag(key: bytes, payload: bytes) -> bytes:
        return hmac.digest(key, payload, "sha256")
