from __future__ import annotations

import bcrypt
import pytest

from gatewright.providers import MemoryUserProvider, UserProvider
from gatewright.testing.provider_conformance import ProviderConformance
from stored_hashes import hash_of_today

PASSWORD = "correct horse battery staple"


def people() -> list[dict[str, object]]:
    """The users of these tests: one who may sign in, one inactive, one unverified, one with an old hash."""
    today = hash_of_today(PASSWORD)
    old = bcrypt.hashpw(PASSWORD.encode(), bcrypt.gensalt(4)).decode()
    return [
        {"email": "alice@example.com", "password": today, "roles": ["editor"], "permissions": ["general.read"]},
        {"email": "bob@example.com", "password": today, "active": 0},
        {"email": "carol@example.com", "password": today, "verified": 0},
        {"email": "dave@example.com", "password": old},
    ]


class TestMemoryUserProvider(ProviderConformance):
    username = "alice@example.com"
    inactive_username = "bob@example.com"
    unverified_username = "carol@example.com"
    outdated_username = "dave@example.com"

    def make_provider(self) -> UserProvider:
        return MemoryUserProvider(people())


class SlowUserProvider(UserProvider):
    """The same users, by methods that are ``async def``."""

    def __init__(self) -> None:
        self._users = MemoryUserProvider(people())

    async def load_user_by_username(self, username, password=None):
        return self._users.load_user_by_username(username, password)


class TestAsynchronousUserProvider(ProviderConformance):
    username = "alice@example.com"
    inactive_username = "bob@example.com"
    unverified_username = "carol@example.com"

    def make_provider(self) -> UserProvider:
        return SlowUserProvider()


def test_the_suite_asks_for_a_provider():
    """A subclass that makes no provider is told what to write."""
    with pytest.raises(NotImplementedError, match="make_provider"):
        ProviderConformance().make_provider()
