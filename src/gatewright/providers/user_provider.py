"""The class to subclass when users come from somewhere of your own."""

from __future__ import annotations

import inspect
import logging
from abc import ABC, abstractmethod
from functools import lru_cache
from typing import Any, ClassVar

from gatewright.drive import run_to_completion
from gatewright.errors import InactiveUserError, UnverifiedUserError
from gatewright.model import User
from gatewright.passwords import PasswordHasher
from gatewright.ports import Hasher, require_silent

_logger = logging.getLogger("gatewright")


class UserProvider(ABC):
    """Obtains users from somewhere: a database, an API, a list.

    Only `load_user_by_username` must be written. Methods may be plain or ``async def``; the latter need `AsyncAuth`.
    """

    user_class: ClassVar[type[User]] = User
    """What the users of this provider are instances of."""

    @abstractmethod
    def load_user_by_username(self, username: str, password: str | None = None) -> Any:
        """Return the user with this name, and with this password where one is given.

        Args:
            username: The name that was typed, or that a session remembers.
            password: What was typed. None when a session reloads its user and in a bypass: then it is not verified.

        Raises:
            UserNotFoundError: If there is no such user or the password is wrong. Let both take equally long: verify
                against a fixed hash where there is no user.
            InactiveUserError: If the user has been deactivated; `check_user_is_active` may say so later as well.
            UnverifiedUserError: If the user is not verified yet; `check_user_is_verified` may say so later as well.
            PermissionNotFoundError: If the user holds a permission that does not exist.
        """

    def hash_password(self, password: str) -> str:
        """Return the hash of a password, to be stored. Argon2id unless you override it.

        Raises:
            InvalidParameterError: If the password is not a string, or longer than 4096 bytes.
        """
        return default_hasher().hash(password)

    def verify_password(self, password: str, hash: str) -> bool:  # noqa: A002 - the documented name
        """Say whether a password has this hash, of any kind that `gatewright.passwords` reads. Never raises."""
        return compare(self, password, hash)

    def check_user_is_active(self, user: User) -> Any:
        """Raise unless the user is active: the entity's ``is_active`` or ``active``, if it has one.

        Raises:
            InactiveUserError: If the user has been deactivated.
        """
        if not user.is_active:
            raise InactiveUserError(username=user.username)

    def check_user_is_verified(self, user: User) -> Any:
        """Raise unless the user is verified: the entity's ``is_verified`` or ``verified``, if it has one.

        Raises:
            UnverifiedUserError: If the user is not verified yet.
        """
        if not user.is_verified:
            raise UnverifiedUserError(username=user.username)

    def bypass(self, username: str) -> Any:
        """Return the user without asking for a password, if active and verified.

        Raises:
            UserNotFoundError: If there is no such user.
            InactiveUserError: If the user has been deactivated.
            UnverifiedUserError: If the user is not verified yet.
        """
        steps = (self.load_user_by_username, self.check_user_is_active, self.check_user_is_verified)
        admission = self._admit(username)
        return admission if any(map(inspect.iscoroutinefunction, steps)) else run_to_completion(admission)

    async def _admit(self, username: str) -> User:
        user: User = await _resolved(self.load_user_by_username(username))
        require_silent(self, "check_user_is_active", await _resolved(self.check_user_is_active(user)))
        require_silent(self, "check_user_is_verified", await _resolved(self.check_user_is_verified(user)))
        return user


async def _resolved(answer: Any) -> Any:
    """Return what a plain method answered, or what a coroutine method's answer leads to."""
    return await answer if inspect.isawaitable(answer) else answer


def compare(provider: UserProvider, password: object, stored: object, *, by: Hasher | None = None) -> bool:
    """Say whether a password has a stored hash, and log where nobody can say, because it cannot be read."""
    verified = (by or default_hasher()).verify(password, against=stored)
    if verified.unreadable is not None:
        _logger.warning("A stored hash of %s cannot be read. %s", type(provider).__name__, verified.unreadable)
    return verified.is_valid


@lru_cache(maxsize=1)
def default_hasher() -> PasswordHasher:
    """Return what hashes where a provider is used on its own, without an ``Auth`` and its settings."""
    return PasswordHasher()
