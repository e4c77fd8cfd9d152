"""Identifiers as text, whatever type a source of users stores them as."""

from __future__ import annotations

from typing import Any
from uuid import UUID  # noqa: TID251 - to write them, not to make any

_UUID_SIZE = 16


def id_text(value: Any) -> str | None:
    """Return an identifier as text, without loss: different identifiers give different texts.

    Sessions, remember-me tokens and the audit record store identifiers as text, and compare them.

    Args:
        value: Text and numbers, including 0, are kept as they are; a UUID and 16 bytes are written in the UUID format
            (RFC 9562); other bytes in hexadecimal.

    Returns:
        The text; None for None, a truth value, and empty text or bytes.
    """
    if type(value) is str:  # the usual case
        return value or None
    if value is None or isinstance(value, bool):
        return None
    if isinstance(value, bytes | bytearray | memoryview):
        held = bytes(value)
        return (str(UUID(bytes=held)) if len(held) == _UUID_SIZE else held.hex()) or None
    return str(value) or None


def text_in(value: bytes) -> str | None:
    """Return the text that the bytes encode in UTF-8, or None if they are not text."""
    try:
        text = value.decode()
    except UnicodeDecodeError:
        return None
    return None if "\0" in text else text
