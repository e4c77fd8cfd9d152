"""The types of columns: what SQLite keeps as text or number, PostgreSQL keeps in types of its own."""

from __future__ import annotations

from typing import Any

from sqlalchemy import BigInteger, Integer, LargeBinary, String, Text
from sqlalchemy.dialects.postgresql import TIMESTAMP
from sqlalchemy.types import TypeEngine

_POSTGRESQL = "postgresql"
_TEXT: Text = Text(collation="C")
"""PostgreSQL compares it byte by byte: the fastest way, and one that no new version of a system library changes."""


def text_up_to(length: int) -> TypeEngine[str]:
    """Return the type of a text. SQLite declares the length and keeps whatever it gets; PostgreSQL needs none.

    Args:
        length: Characters that are expected.
    """
    return String(length).with_variant(_TEXT, _POSTGRESQL)


ID = text_up_to(32)
"""An identifier of ours. An account's may have up to 255 characters, where the application chose it."""

LONG_TEXT: TypeEngine[str] = Text().with_variant(_TEXT, _POSTGRESQL)
MOMENT: TypeEngine[Any] = String(26).with_variant(TIMESTAMP(timezone=True), _POSTGRESQL)
"""UTC ISO text with ``T`` and without offset, so that text order is time order; or ``timestamptz``."""

DIGEST: TypeEngine[bytes] = LargeBinary(32)
KEY: TypeEngine[bytes] = LargeBinary(1023)
"""What finds an authenticator. The identifier of a passkey has at most 1023 bytes (WebAuthn level 3, section 4)."""

NUMBER: TypeEngine[int] = Integer().with_variant(BigInteger(), _POSTGRESQL)
