"""Users from a list, for tests, tools and first steps."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import SimpleNamespace
from typing import Any

from gatewright.errors import ConfigurationError
from gatewright.ports import credential_digest
from gatewright.providers.credentials import CredentialsUserProvider, Found

_NOT_SHOWN = {"password", "roles", "permissions"}


class MemoryUserProvider(CredentialsUserProvider):
    """Users from mappings, found by one of their fields.

    Args:
        users: One mapping for each user, with the username field, ``password`` (a hash; without one, the user cannot
            sign in with a password), and optionally ``id``, ``active``, ``verified``, ``roles``, ``permissions`` and
            fields of your own. Without an ``id``, the username field is the id.
        username_field: The field to find users by.

    Raises:
        ConfigurationError: If a user lacks that field, or two share a name.
    """

    def __init__(self, users: Iterable[Mapping[str, Any]], *, username_field: str = "email") -> None:
        self._users: dict[str, dict[str, Any]] = {}
        for user in _mappings(users):
            name = user.get(username_field)
            if not isinstance(name, str) or name in self._users:
                raise ConfigurationError(f"Every user needs a unique {username_field}, a str.")
            self._users[name] = dict(user)
        self._username_field = username_field
        self._given = {name: credential_digest(user.get("password")) for name, user in self._users.items()}

    def find(self, username: str) -> Found | None:
        """Return the user with this name and their password hash, or None."""
        fields = self._users.get(username) if isinstance(username, str) else None
        if fields is None:
            return None
        entity = SimpleNamespace(**{name: value for name, value in fields.items() if name not in _NOT_SHOWN})
        entity.username = username
        user = self.user_class(entity, fields.get("roles") or (), fields.get("permissions") or ())
        user.credential_digest = self._given[username]  # each process renews the hashes of its list independently
        return user, fields.get("password")

    def save_hash(self, username: str, *, old_hash: str, new_hash: str) -> None:
        """Store a new hash for the lifetime of this object."""
        fields = self._users.get(username, {})
        if fields.get("password") == old_hash:
            fields["password"] = new_hash


def _mappings(users: object) -> list[Mapping[str, Any]]:
    given = list(users) if isinstance(users, Iterable) else None
    if given is None or not all(isinstance(user, Mapping) for user in given):
        raise ConfigurationError("MemoryUserProvider takes a list of mappings, one for each user.")
    return given
