"""Password hashes as a database holds them."""

from __future__ import annotations

from functools import cache

from gatewright.passwords import PasswordHasher


@cache
def hash_of_today(password: str) -> str:
    """Return a hash with today's parameters, which are meant to take their time: one will do for all tests."""
    return PasswordHasher().hash(password)
