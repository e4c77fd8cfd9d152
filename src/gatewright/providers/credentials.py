"""A provider that knows its users' password hashes: the core verifies them, at equal cost whoever asks."""

from __future__ import annotations

from abc import abstractmethod
from typing import ClassVar

from gatewright.errors import UserNotFoundError
from gatewright.model import User
from gatewright.ports import Hasher, found_with
from gatewright.providers.user_provider import UserProvider, compare

Found = tuple[User, str | None]


class CredentialsUserProvider(UserProvider):
    """A `UserProvider` by two other methods: `find` a user with their hash, and keep a renewed hash.

    An ``Auth`` verifies the hash itself, so that every sign-in costs the same, and does not ask `verify_password`.
    """

    own_hasher: ClassVar[Hasher | None] = None
    """What verifies and renews these hashes, where that is not for the settings of the ``Auth`` to say."""

    @abstractmethod
    def find(self, username: str) -> Found | None:
        """Return the user with this name and their password hash (None without one), or None.

        Hand the hash out as it is stored, text or bytes, padded or not: the core reads it.
        """

    @abstractmethod
    def save_hash(self, username: str, *, old_hash: str, new_hash: str) -> None:
        """Keep a new hash of the password that a user has just signed in with, if the old one is still there.

        Raise whatever you like where it cannot be kept: the user is let in, and the log says what happened. Never
        keep a part of it: in a column that is too short, a database may cut it without a word.
        """

    def load_user_by_username(self, username: str, password: str | None = None) -> User:
        """Return the user with this name, and with this password where one is given.

        Raises:
            UserNotFoundError: If there is no such user, or the password is wrong; both take equally long.
        """
        user, password_hash = self.find(username) or (None, None)
        is_right = password is None or compare(self, password, password_hash, by=self.own_hasher)
        if user is None or not is_right:
            raise UserNotFoundError("There is no such user, or the password is wrong.", username=username)
        return found_with(password_hash, user)
