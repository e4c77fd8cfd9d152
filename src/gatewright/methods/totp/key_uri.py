"""How an authenticator app receives a secret: as a URI, shown as a QR code, and as text."""

from __future__ import annotations

from base64 import b32encode
from urllib.parse import quote, urlencode

_LONGEST_LABEL = 64
"""Bytes of UTF-8: longer names make QR codes that phones cannot read, and no app displays them."""


def secret_text(secret: bytes) -> str:
    """Return a secret in base32, as apps accept it; 20 bytes need no padding."""
    return b32encode(secret).decode()


def in_groups(text: str) -> str:
    """Return a text in groups of four, for people to type."""
    return " ".join(text[start : start + 4] for start in range(0, len(text), 4))


def key_uri(secret: bytes, *, issuer: str, account: str) -> str:
    """Return the URI that gives an app a secret (github.com/google/google-authenticator/wiki/Key-Uri-Format).

    Args:
        secret: The secret.
        issuer: The site's name.
        account: The user's name there.
    """
    issuer, account = _label(issuer), _label(account)
    label = f"{_quoted(issuer)}:{_quoted(account)}"
    query = {"secret": secret_text(secret), "issuer": issuer, "algorithm": "SHA1", "digits": "6", "period": "30"}
    # Some apps display a plus sign for a space that is encoded as one.
    return f"otpauth://totp/{label}?{urlencode(query, quote_via=quote)}"


def _label(name: str) -> str:
    """Return a name, shortened, without the character that separates the two names."""
    return name.replace(":", " ").encode()[:_LONGEST_LABEL].decode(errors="ignore")


def _quoted(name: str) -> str:
    return quote(name, safe="")
