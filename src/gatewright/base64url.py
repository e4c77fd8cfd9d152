"""Bytes as tokens, links and WebAuthn's JSON carry them: base64url without padding (RFC 4648, section 5)."""

from __future__ import annotations

from base64 import urlsafe_b64decode, urlsafe_b64encode


def encode(value: bytes) -> str:
    """Return bytes as text."""
    return urlsafe_b64encode(value).rstrip(b"=").decode()


def decode(text: str) -> bytes:
    """Return the bytes that `encode` encoded.

    Raises:
        ValueError: If the text is not what `encode` returns for any bytes: encodings are unique.
    """
    value = urlsafe_b64decode(f"{text}==")
    if encode(value) != text:
        raise ValueError("not base64url without padding")
    return value
