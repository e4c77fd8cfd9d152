"""The bytes of a password: exactly as it was given, or not at all."""

from __future__ import annotations

from gatewright.errors import InvalidParameterError, WeakPasswordError

MAXIMUM_PASSWORD_BYTES = 4096


def encode_password(password: object) -> bytes:
    """Return a password in UTF-8, neither normalised nor cut.

    A stranger chooses how long a password is, so the cap comes before any work on it.

    Args:
        password: Anything at all, from a stranger.

    Raises:
        WeakPasswordError: It is longer than `MAXIMUM_PASSWORD_BYTES`; ``evidence["reason"]`` is ``too_long``.
        InvalidParameterError: It is no ``str``, or not Unicode text.
    """
    if not isinstance(password, str):
        raise InvalidParameterError(f"A password is a str, not {type(password).__name__}.")
    # A character takes one byte or more: what is too long in characters need not be encoded to know it.
    if len(password) > MAXIMUM_PASSWORD_BYTES:
        raise _too_long()
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
