"""The class to subclass to load users from a source of your own."""

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
    """Loads users from somewhere: a database, an API, a list.

    Only `load_user_by_username` must be written. Methods may be plain or ``async def``; the latter need `AsyncAuth`.
    """

    user_class: ClassVar[type[User]] = User
    """The class of this provider's users."""

    @abstractmethod
    def load_user_by_username(self, username: str, password: str | None = None) -> Any:
        """Return the user with this name; with a password, only if it is right.

        Args:
            username: The name that was typed, or that a session remembers.
            password: The password that was typed. None when a session reloads its user and in a bypass: then no
                password is verified.

        Raises:
            UserNotFoundError: If there is no such user or the password is wrong. Make both take equally long: verify
                against a fixed hash if there is no user.
            InactiveUserError: If the user has been deactivated; `check_user_is_active` may also raise it later.
            UnverifiedUserError: If the user is not verified yet; `check_user_is_verified` may also raise it later.
            PermissionNotFoundError: If the user holds a permission that does not exist.
        """

    def hash_password(self, password: str) -> str:
        """Return the hash of a password, for storage: Argon2id unless you override this.

        Raises:
            InvalidParameterError: If the password is not a string, or longer than 4096 bytes.
        """
        return default_hasher().hash(password)

    def verify_password(self, password: str, hash: str) -> bool:  # noqa: A002 - the documented name
        """Return whether a password matches this hash, of any kind that `gatewright.passwords` reads. Never raises."""
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
        """Return the user without a password, if active and verified.

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
    """Return the result of a plain method, or await that of a coroutine method."""
    return await answer if inspect.isawaitable(answer) else answer


def compare(provider: UserProvider, password: object, stored: object, *, by: Hasher | None = None) -> bool:
    """Return whether a password matches a stored hash; log a warning if the hash cannot be read."""
    verified = (by or default_hasher()).verify(password, against=stored)
    if verified.unreadable is not None:
        _logger.warning("A stored hash of %s cannot be read. %s", type(provider).__name__, verified.unreadable)
    return verified.is_valid


@lru_cache(maxsize=1)
def default_hasher() -> PasswordHasher:
    """Return the hasher of a provider that is used on its own, without an ``Auth`` and its settings."""
    return PasswordHasher()
