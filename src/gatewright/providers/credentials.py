"""A provider that exposes its users' password hashes, so that the core can verify them at equal cost."""

from __future__ import annotations

from abc import abstractmethod
from typing import ClassVar

from gatewright.errors import UserNotFoundError
from gatewright.model import User
from gatewright.ports import Hasher, found_with
from gatewright.providers.user_provider import UserProvider, compare

Found = tuple[User, str | None]


class CredentialsUserProvider(UserProvider):
    """A `UserProvider` with two other methods to write: `find` a user and their hash, and store a renewed hash.

    An ``Auth`` verifies the hash itself, so that every sign-in costs the same, and does not call `verify_password`.
    """

    own_hasher: ClassVar[Hasher | None] = None
    """What verifies and renews these hashes, unless the settings of the ``Auth`` apply."""

    @abstractmethod
    def find(self, username: str) -> Found | None:
        """Return the user with this name and their password hash (None if they have none), or None.

        Return the hash as stored, text or bytes, padded or not: the core reads it.
        """

    @abstractmethod
    def save_hash(self, username: str, *, old_hash: str, new_hash: str) -> None:
        """Store a new hash of the password that a user has just signed in with, if the old one is still there.

        If it cannot be stored, raise any exception: the user is signed in, and the log says what happened. Never
        store a part of it: a database may silently truncate it if the column is too short.
        """

    def load_user_by_username(self, username: str, password: str | None = None) -> User:
        """Return the user with this name; with a password, only if it is right.

        Raises:
            UserNotFoundError: If there is no such user, or the password is wrong; both take equally long.
        """
        user, password_hash = self.find(username) or (None, None)
        is_right = password is None or compare(self, password, password_hash, by=self.own_hasher)
        if user is None or not is_right:
            raise UserNotFoundError("There is no such user, or the password is wrong.", username=username)
        return found_with(password_hash, user)
