"""What an identifier looks like as text, whatever a source of users keeps it as."""

from __future__ import annotations

from typing import Any
from uuid import UUID  # noqa: TID251 - to write them, not to make any

_UUID_SIZE = 16


def id_text(value: Any) -> str | None:
    """Return an identifier as text, without loss: two that differ have different texts.

    Sessions, remember tokens and the audit record keep identifiers as text, and compare them.

    Args:
        value: Text and numbers are written as they are, 0 among them; a UUID in its usual form (RFC 9562), and 16 bytes
            likewise; other bytes in hexadecimal.

    Returns:
        None where there is none: for None, a truth value, and empty text or bytes.
    """
    if type(value) is str:  # as nearly all are
        return value or None
    if value is None or isinstance(value, bool):
        return None
    if isinstance(value, bytes | bytearray | memoryview):
        held = bytes(value)
        return (str(UUID(bytes=held)) if len(held) == _UUID_SIZE else held.hex()) or None
    return str(value) or None


def text_in(value: bytes) -> str | None:
    """Return the text that a value is, or None where it is none."""
    try:
        text = value.decode()
    except UnicodeDecodeError:
        return None
    return None if "\0" in text else text
