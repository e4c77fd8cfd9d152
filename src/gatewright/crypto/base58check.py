"""Base58check: base 58 with a checksum of four bytes, so that a mistyped address is refused instead of paid to."""

from __future__ import annotations

from hashlib import sha256

from gatewright.crypto.base58 import decode_base58, encode_base58

_CHECKSUM_SIZE = 4
# An address has at most 35 characters, a private key 52. Base58 is quadratic, so refuse a longer text unread.
_MAX_LENGTH = 64


def encode_base58check(payload: bytes) -> str:
    """Encode a payload (version byte and data) with its checksum in base 58.

    Args:
        payload: At most 42 bytes, so that `decode_base58check` can decode it.
    """
    return encode_base58(payload + _checksum(payload))


def decode_base58check(text: str) -> bytes:
    """Decode a payload and verify its checksum. A payload has only one spelling; no extra characters are accepted.

    Args:
        text: At most 64 characters.

    Returns:
        The payload, without its checksum.

    Raises:
        ValueError: If the text is too long, is not base 58, or its checksum is missing or wrong. It is not quoted,
            because it may be a private key.
    """
    if len(text) > _MAX_LENGTH:
        raise ValueError(f"it has more than {_MAX_LENGTH} characters")
    data = decode_base58(text)
    payload, checksum = data[:-_CHECKSUM_SIZE], data[-_CHECKSUM_SIZE:]
    if checksum != _checksum(payload):
        raise ValueError("its checksum does not match, so a character is wrong or missing")
    return payload


def _checksum(payload: bytes) -> bytes:
    return sha256(sha256(payload).digest()).digest()[:_CHECKSUM_SIZE]
