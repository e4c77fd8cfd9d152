"""Several sources of users, asked in order."""

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

    A wrong password is not tried on the next provider, and one that cannot be reached stops the question, since the
    user might be there. The provider that loaded a user also decides whether they are active and verified. Exactly
    one provider compares the password, or refuses it at its usual cost where nobody knows the name.

    Two providers may have a user of the same id. Therefore ``user.id`` begins with the name of the provider's class:
    ``StaffProvider:7``. Accounts in our own tables keep theirs.

    Args:
        providers: Plain ones, in the order in which they are asked. Where all hand out hashes that are compared
            by the settings of the ``Auth``, so does the chain, and passwords are compared and renewed by the core.

    Raises:
        ConfigurationError: If there is none, or one is written with ``async def``.
    """

    def __init__(self, *providers: UserProvider) -> None:
        if not providers:
            raise ConfigurationError("ChainUserProvider needs at least one provider.")
        for provider in providers:
            if any(inspect.iscoroutinefunction(getattr(provider, name, None)) for name in _METHODS):
                raise ConfigurationError(
                    f"{type(provider).__name__} is asynchronous. ChainUserProvider takes plain providers."
                )
        self._providers: tuple[Any, ...] = providers
        self._scopes = _scopes_of(providers)
        self._origins: WeakKeyDictionary[User, UserProvider] = WeakKeyDictionary()
        if all(hands_out_hashes(each) and own_hasher_of(each) is None for each in providers):
            # Only such a chain may have these two: they are what makes it a `CredentialSource`.
            self.find, self.save_hash = self._find, self._save_hash

    def load_user_by_username(self, username: str, password: str | None = None) -> User:
        """Return the user of the first provider that knows the name.

        Raises:
            UserNotFoundError: If none knows it, or the password is wrong.
            InactiveUserError: If the provider says so while loading.
            UnverifiedUserError: If the provider says so while loading.
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
        """Ask all providers, be the first one who knows the name: an unknown one costs no question more."""
        first: Found | None = None
        for provider in self._providers:
            if first is None:
                found = provider.find(username)
                if found is not None:
                    user, password_hash = found
                    first = self._note(user, username, provider), password_hash
            else:
                with suppress(GatewrightError):  # which is nothing to who comes before
                    provider.find(username)
        return first

    def _save_hash(self, username: str, *, old_hash: str, new_hash: str) -> None:
        self._provider_for(username).save_hash(username, old_hash=old_hash, new_hash=new_hash)

    def _provider_for(self, username: str) -> Any:
        """Return the first provider that knows a name; the last one where none does, to refuse at its usual cost."""
        *others, last = self._providers
        return next((provider for provider in others if _knows(provider, username)), last)

    def _origin_of(self, user: User) -> UserProvider:
        """Return the provider that loaded a user; for one who is not from here, whichever knows the name."""
        return self._origins.get(user) or self._provider_for(user.username)

    def _note(self, user: User, username: str, provider: UserProvider) -> User:
        """Remember where a user comes from, if a session will find them there again."""
        if user.username != username and self._provider_for(user.username) is not provider:
            raise ConfigurationError(
                f"Two users have one name: an alias in {type(provider).__name__} leads to a name that an earlier "
                "provider has given to somebody else. Rename one of them.",
                username=username,
            )
        self._origins[user] = provider
        if not isinstance(user.entity, Account):  # whose identifiers are nobody else's
            user.id_scope = self._scopes[self._providers.index(provider)]
        return user


def _scopes_of(providers: Sequence[UserProvider]) -> list[str]:
    """Return what each provider is called in ids: by its class, and numbered from the second one of a class on."""
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
