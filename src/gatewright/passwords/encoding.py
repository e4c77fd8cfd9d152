"""Encode passwords as bytes, in one Unicode form whatever the keyboard produced."""

from __future__ import annotations

import unicodedata

from gatewright.errors import InvalidParameterError, WeakPasswordError

MAXIMUM_PASSWORD_BYTES = 4096


def normalize_password(password: object) -> str:
    """Return a password in Unicode's form NFC (NIST SP 800-63B-4, section 3.1.1.2).

    An ``é`` is one character on one keyboard, and a letter and an accent on another, but the same password. Nothing
    else is changed, so that letters that only look alike stay different. The length of the input is untrusted, so it is
    limited before any work is done.

    Args:
        password: Any untrusted value.

    Raises:
        WeakPasswordError: If it is longer than `MAXIMUM_PASSWORD_BYTES`; ``evidence["reason"]`` is ``too_long``.
        InvalidParameterError: If it is not a ``str``.
    """
    if not isinstance(password, str):
        raise InvalidParameterError(f"A password must be a str, not {type(password).__name__}.")
    # A character takes at least one byte: too many characters are too many bytes, without encoding them.
    if len(password) > MAXIMUM_PASSWORD_BYTES:
        raise _too_long()
    return unicodedata.normalize("NFC", password)


def encode_password(password: object) -> bytes:
    """Return a password in UTF-8, normalised and never truncated.

    Args:
        password: Any untrusted value.

    Raises:
        WeakPasswordError: If it is longer than `MAXIMUM_PASSWORD_BYTES`; ``evidence["reason"]`` is ``too_long``.
        InvalidParameterError: If it is not a ``str``, or not Unicode text.
    """
    return _encode(normalize_password(password))


def spellings_of(password: object) -> tuple[str, ...]:
    """Return the texts that may have been hashed: the normalised password, and the typed one if it differs.

    Systems that do not normalise, and older releases of gatewright, hashed what was typed.

    Args:
        password: Any untrusted value.

    Raises:
        WeakPasswordError: If it is longer than `MAXIMUM_PASSWORD_BYTES`.
        InvalidParameterError: If it is not a ``str``, or not Unicode text.
    """
    normalised = normalize_password(password)
    _encode(normalised)
    return (normalised,) if normalised == password else (normalised, str(password))


def _encode(password: str) -> bytes:
    try:
        encoded = password.encode()
    except UnicodeEncodeError:
        # Not chained: the codec's error contains the whole password.
        raise InvalidParameterError("The password is not Unicode text: it contains a lone surrogate.") from None
    if len(encoded) > MAXIMUM_PASSWORD_BYTES:
        raise _too_long()
    return encoded


def _too_long() -> WeakPasswordError:
    return WeakPasswordError(
        f"This password is too long. Use at most {MAXIMUM_PASSWORD_BYTES} bytes; plain letters take one byte each.",
        reason="too_long",
        maximum=MAXIMUM_PASSWORD_BYTES,
    )
