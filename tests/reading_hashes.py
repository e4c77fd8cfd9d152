"""Ask one reader of hashes, as `PasswordHasher` asks them all."""

from __future__ import annotations

from gatewright.errors import UnreadableHashError
from gatewright.passwords.stored_hash import Reader


def fits(reader: Reader, password: bytes, stored: str) -> bool:
    """Say whether a reader reads a hash, and it is this password's."""
    try:
        found = reader(stored)
    except UnreadableHashError:
        return False
    return found is not None and found.matches(password)
