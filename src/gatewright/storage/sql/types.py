"""Column types: what SQLite stores as text or numbers, PostgreSQL stores in specific types."""

from __future__ import annotations

from typing import Any

from sqlalchemy import BigInteger, Integer, LargeBinary, String, Text
from sqlalchemy.dialects.postgresql import TIMESTAMP
from sqlalchemy.types import TypeEngine

_POSTGRESQL = "postgresql"
_TEXT: Text = Text(collation="C")
"""PostgreSQL compares it bytewise, which is fastest, and which no upgrade of a system library can change."""


def text_up_to(length: int) -> TypeEngine[str]:
    """Return a text type. SQLite declares the length without enforcing it; PostgreSQL needs none.

    Args:
        length: The expected maximum length in characters.
    """
    return String(length).with_variant(_TEXT, _POSTGRESQL)


ID = text_up_to(32)
"""An identifier of gatewright's. An account's may have up to 255 characters if the application chose it."""

LONG_TEXT: TypeEngine[str] = Text().with_variant(_TEXT, _POSTGRESQL)
MOMENT: TypeEngine[Any] = String(26).with_variant(TIMESTAMP(timezone=True), _POSTGRESQL)
"""UTC ISO text with ``T`` and without offset, which sorts chronologically; or ``timestamptz``."""

DIGEST: TypeEngine[bytes] = LargeBinary(32)
KEY: TypeEngine[bytes] = LargeBinary(1023)
"""Looks up an authenticator. The identifier of a passkey has at most 1023 bytes (WebAuthn level 3, section 4)."""

NUMBER: TypeEngine[int] = Integer().with_variant(BigInteger(), _POSTGRESQL)
