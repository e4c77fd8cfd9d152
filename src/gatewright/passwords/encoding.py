"""The bytes of a password: in one Unicode form however a keyboard wrote it, or not at all."""

from __future__ import annotations

import unicodedata

from gatewright.errors import InvalidParameterError, WeakPasswordError

MAXIMUM_PASSWORD_BYTES = 4096


def normalize_password(password: object) -> str:
    """Return a password in Unicode's form NFC (NIST SP 800-63B-4, section 3.1.1.2).

    An ``é`` is one character on one keyboard, and a letter with an accent on the next: one password all the same.
    Nothing else is changed, so that letters which only look alike stay different. A stranger chooses how long a
    password is, so the cap comes before any work on it.

    Args:
        password: Anything at all, from a stranger.

    Raises:
        WeakPasswordError: It is longer than `MAXIMUM_PASSWORD_BYTES`; ``evidence["reason"]`` is ``too_long``.
        InvalidParameterError: It is not a ``str``.
    """
    if not isinstance(password, str):
        raise InvalidParameterError(f"A password is a str, not {type(password).__name__}.")
    # A character takes one byte or more: what is too long in characters need not be encoded to know it.
    if len(password) > MAXIMUM_PASSWORD_BYTES:
        raise _too_long()
    return unicodedata.normalize("NFC", password)


def encode_password(password: object) -> bytes:
    """Return a password in UTF-8, normalised and never cut.

    Args:
        password: Anything at all, from a stranger.

    Raises:
        WeakPasswordError: It is longer than `MAXIMUM_PASSWORD_BYTES`; ``evidence["reason"]`` is ``too_long``.
        InvalidParameterError: It is not a ``str``, or not Unicode text.
    """
    return _encode(normalize_password(password))


def spellings_of(password: object) -> tuple[str, ...]:
    """Return what a stored hash may have been made of: the normalised password, and the typed one where that differs.

    Systems that do not normalise, and gatewright before it did, hashed what was typed.

    Args:
        password: Anything at all, from a stranger.

    Raises:
        WeakPasswordError: It is longer than `MAXIMUM_PASSWORD_BYTES`.
        InvalidParameterError: It is not a ``str``, or not Unicode text.
    """
    normalised = normalize_password(password)
    _encode(normalised)
    return (normalised,) if normalised == password else (normalised, str(password))


def _encode(password: str) -> bytes:
    try:
        encoded = password.encode()
    except UnicodeEncodeError:
        # Not chained: the codec's error holds the whole password.
        raise InvalidParameterError("The password is not Unicode text: it holds half of a surrogate pair.") from None
    if len(encoded) > MAXIMUM_PASSWORD_BYTES:
        raise _too_long()
    return encoded


def _too_long() -> WeakPasswordError:
    return WeakPasswordError(
        f"This password is too long. Use at most {MAXIMUM_PASSWORD_BYTES} bytes; plain letters take one byte each.",
        reason="too_long",
        maximum=MAXIMUM_PASSWORD_BYTES,
    )
