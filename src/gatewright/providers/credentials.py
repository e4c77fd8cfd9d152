"""A provider that knows its users' password hashes: the core verifies them, at equal cost whoever asks."""

from __future__ import annotations

from abc import abstractmethod

from gatewright.errors import UserNotFoundError
from gatewright.model import User
from gatewright.ports import found_with
from gatewright.providers.user_provider import UserProvider, default_hasher

Found = tuple[User, str | None]


class CredentialsUserProvider(UserProvider):
    """A `UserProvider` by two other methods: `find` a user with their hash, and keep a renewed hash.

    An ``Auth`` verifies the hash itself, so that every sign-in costs the same, and does not ask `verify_password`.
    """

    @abstractmethod
    def find(self, username: str) -> Found | None:
        """Return the user with this name and their password hash (None without one), or None."""

    @abstractmethod
    def save_hash(self, username: str, *, old_hash: str, new_hash: str) -> None:
        """Keep a new hash of the password that a user has just signed in with, if the old one is still there."""

    def load_user_by_username(self, username: str, password: str | None = None) -> User:
        """Return the user with this name, and with this password where one is given.

        Raises:
            UserNotFoundError: If there is no such user, or the password is wrong; both take equally long.
        """
        user, password_hash = self.find(username) or (None, None)
        is_right = password is None or default_hasher().verify(password, against=password_hash).is_valid
        if user is None or not is_right:
            raise UserNotFoundError("There is no such user, or the password is wrong.", username=username)
        return found_with(password_hash, user)
