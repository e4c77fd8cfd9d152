"""How an authenticator app learns a secret: an address for it, as a QR code and as text."""

from __future__ import annotations

from base64 import b32encode
from urllib.parse import quote, urlencode

_LONGEST_LABEL = 64
"""Bytes of UTF-8: a longer name makes a QR code that a phone cannot read, and no app shows it."""


def secret_text(secret: bytes) -> str:
    """Return a secret as apps take it: in base32, which of 20 bytes has no padding."""
    return b32encode(secret).decode()


def in_groups(text: str) -> str:
    """Return a text in groups of four, for those who type it."""
    return " ".join(text[start : start + 4] for start in range(0, len(text), 4))


def key_uri(secret: bytes, *, issuer: str, account: str) -> str:
    """Return the address that an app learns a secret from (github.com/google/google-authenticator/wiki/Key-Uri-Format).

    Args:
        secret: The secret.
        issuer: The site's name.
        account: What the user is called there.
    """
    issuer, account = _label(issuer), _label(account)
    label = f"{_quoted(issuer)}:{_quoted(account)}"
    query = {"secret": secret_text(secret), "issuer": issuer, "algorithm": "SHA1", "digits": "6", "period": "30"}
    # Some apps show a plus sign where another one reads a space.
    return f"otpauth://totp/{label}?{urlencode(query, quote_via=quote)}"


def _label(name: str) -> str:
    """Return a name without the character that separates both names, shortened."""
    return name.replace(":", " ").encode()[:_LONGEST_LABEL].decode(errors="ignore")


def _quoted(name: str) -> str:
    return quote(name, safe="")
