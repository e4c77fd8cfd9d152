"""Users from our own tables: those that `Auth.create_user` makes."""

from __future__ import annotations

from gatewright.drive import run_to_completion
from gatewright.errors import InvalidParameterError
from gatewright.model import Account, User
from gatewright.operations.users import find_by_name
from gatewright.ports import Store
from gatewright.providers.credentials import CredentialsUserProvider, Found


class SQLUserProvider(CredentialsUserProvider):
    """Accounts, found by username or mail address. Every `Auth` has one.

    Args:
        store: A blocking store.
        requires_verified: Whether an account must be verified to be let in.
    """

    def __init__(self, store: Store, *, requires_verified: bool = True) -> None:
        self._store = store
        self._requires_verified = requires_verified

    def check_user_is_verified(self, user: User) -> None:
        """Raise unless the user is verified, or need not be.

        Raises:
            UnverifiedUserError: If the user is not verified yet.
        """
        if self._requires_verified:
            super().check_user_is_verified(user)

    def find(self, username: str) -> Found | None:
        """Return the user with this username or mail address and their password hash, or None."""
        try:
            found = run_to_completion(find_by_name(self._store, username))
        except InvalidParameterError:
            return None
        if found is None:
            return None
        account, password_hash = found
        rights = run_to_completion(self._store.rights_of(account.id))
        return self.user_class(account, rights.roles, rights.permissions), password_hash

    def save_hash(self, username: str, *, old_hash: str, new_hash: str) -> None:
        """Keep a new hash of the same password, unless it was changed meanwhile. No session ends."""
        found = self.find(username)
        if found is not None and isinstance(found[0].entity, Account):
            account_id = found[0].entity.id
            renewed = self._store.renew_password_hash(account_id, old_hash=old_hash, new_hash=new_hash)
            run_to_completion(renewed)
