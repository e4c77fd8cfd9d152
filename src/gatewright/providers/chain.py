"""Several user providers, asked in order."""

from __future__ import annotations

import inspect
from collections.abc import Sequence
from contextlib import suppress
from typing import Any
from weakref import WeakKeyDictionary

from gatewright.errors import (
    ConfigurationError,
    GatewrightError,
    InactiveUserError,
    PermissionNotFoundError,
    UnverifiedUserError,
    UserNotFoundError,
)
from gatewright.model import Account, User
from gatewright.ports import hands_out_hashes, own_hasher_of
from gatewright.providers.credentials import Found
from gatewright.providers.user_provider import UserProvider

_METHODS = ("load_user_by_username", "find", "save_hash", "check_user_is_active", "check_user_is_verified")


class ChainUserProvider(UserProvider):
    """The users of several providers: the first one that knows a name decides.

    A wrong password is not tried on the next provider. A provider that cannot be reached fails the lookup, since the
    user might be there. The provider that loaded a user also decides whether they are active and verified. Exactly
    one provider verifies the password; if none knows the name, the last one refuses it at its usual cost.

    Two providers may have users with the same id, so ``user.id`` is prefixed with the name of the provider's class:
    ``StaffProvider:7``. Accounts in gatewright's own tables keep theirs.

    Args:
        providers: Synchronous providers, in the order in which to ask them. If all of them expose hashes that are
            verified by the settings of the ``Auth``, so does the chain, and the core verifies and renews passwords.

    Raises:
        ConfigurationError: If there are no providers, or one is written with ``async def``.
    """

    def __init__(self, *providers: UserProvider) -> None:
        if not providers:
            raise ConfigurationError("ChainUserProvider needs at least one provider.")
        for provider in providers:
            if any(inspect.iscoroutinefunction(getattr(provider, name, None)) for name in _METHODS):
                raise ConfigurationError(
                    f"{type(provider).__name__} is asynchronous. ChainUserProvider takes synchronous providers only."
                )
        self._providers: tuple[Any, ...] = providers
        self._scopes = _scopes_of(providers)
        self._origins: WeakKeyDictionary[User, UserProvider] = WeakKeyDictionary()
        if all(hands_out_hashes(each) and own_hasher_of(each) is None for each in providers):
            # Only such a chain may have these two attributes: they make it a `CredentialSource`.
            self.find, self.save_hash = self._find, self._save_hash

    def load_user_by_username(self, username: str, password: str | None = None) -> User:
        """Return the user of the first provider that knows the name.

        Raises:
            UserNotFoundError: If no provider knows it, or the password is wrong.
            InactiveUserError: If the provider raises it while loading.
            UnverifiedUserError: If the provider raises it while loading.
            PermissionNotFoundError: If the user holds a permission that does not exist.
            ProviderUnavailableError: If a provider that might know the name cannot be reached.
            ConfigurationError: If the name is an alias of a user whose own name belongs to an earlier provider.
        """
        if password is not None:
            provider = self._provider_for(username)
            return self._note(provider.load_user_by_username(username, password), username, provider)
        for provider in self._providers:
            try:
                user = provider.load_user_by_username(username)
            except UserNotFoundError:
                continue
            return self._note(user, username, provider)
        raise UserNotFoundError("There is no such user.", username=username)

    def check_user_is_active(self, user: User) -> Any:
        """Let the provider that loaded the user decide.

        Raises:
            InactiveUserError: If the user has been deactivated.
        """
        return self._origin_of(user).check_user_is_active(user)

    def check_user_is_verified(self, user: User) -> Any:
        """Let the provider that loaded the user decide.

        Raises:
            UnverifiedUserError: If the user is not verified yet.
        """
        return self._origin_of(user).check_user_is_verified(user)

    def _find(self, username: str) -> Found | None:
        """Ask every provider, even after one has found the name, so that an unknown name takes no more queries."""
        first: Found | None = None
        for provider in self._providers:
            if first is None:
                found = provider.find(username)
                if found is not None:
                    user, password_hash = found
                    first = self._note(user, username, provider), password_hash
            else:
                with suppress(GatewrightError):  # an earlier provider has already decided
                    provider.find(username)
        return first

    def _save_hash(self, username: str, *, old_hash: str, new_hash: str) -> None:
        self._provider_for(username).save_hash(username, old_hash=old_hash, new_hash=new_hash)

    def _provider_for(self, username: str) -> Any:
        """Return the first provider that knows a name; if none does, the last one, to refuse it at its usual cost."""
        *others, last = self._providers
        return next((provider for provider in others if _knows(provider, username)), last)

    def _origin_of(self, user: User) -> UserProvider:
        """Return the provider that loaded a user; for a user from elsewhere, the one that knows the name."""
        return self._origins.get(user) or self._provider_for(user.username)

    def _note(self, user: User, username: str, provider: UserProvider) -> User:
        """Remember which provider a user comes from; refuse them if a session could not find them there again."""
        if user.username != username and self._provider_for(user.username) is not provider:
            raise ConfigurationError(
                f"Two users share a name: an alias in {type(provider).__name__} leads to a username that an earlier "
                "provider uses for somebody else. Rename one of them.",
                username=username,
            )
        self._origins[user] = provider
        if not isinstance(user.entity, Account):  # an account's identifier is unique anyway
            user.id_scope = self._scopes[self._providers.index(provider)]
        return user


def _scopes_of(providers: Sequence[UserProvider]) -> list[str]:
    """Return each provider's prefix in ids: the name of its class, numbered from the second one of a class on."""
    names = [type(provider).__name__ for provider in providers]
    counts = [names[:place].count(name) + 1 for place, name in enumerate(names)]
    return [name if count == 1 else f"{name}{count}" for name, count in zip(names, counts, strict=True)]


def _knows(provider: Any, username: str) -> bool:
    try:
        provider.load_user_by_username(username)
    except UserNotFoundError:
        return False
    except (InactiveUserError, UnverifiedUserError, PermissionNotFoundError):
        return True
    return True
