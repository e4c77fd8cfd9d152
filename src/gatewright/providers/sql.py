"""Users from gatewright's own tables: those that `Auth.create_user` creates."""

from __future__ import annotations

from functools import partial

from gatewright.drive import run_to_completion
from gatewright.errors import InvalidParameterError
from gatewright.model import Account, User, with_rights_from
from gatewright.operations.users import find_by_name, read_rights
from gatewright.ports import Store
from gatewright.providers.credentials import CredentialsUserProvider, Found


class SQLUserProvider(CredentialsUserProvider):
    """Accounts, found by username or email address. Every `Auth` has one.

    Args:
        store: A blocking store.
        requires_verified: Whether an account must be verified to sign in.
        reader: The same store for quick reads, which may run on an event loop; None if it has none.
    """

    def __init__(self, store: Store, *, requires_verified: bool = True, reader: Store | None = None) -> None:
        self._store = store
        self._reader = reader or store
        self._requires_verified = requires_verified
        self.admits_accounts = type(self) is SQLUserProvider  # a subclass may do anything
        self.is_quick = self.admits_accounts and reader is not None

    def check_user_is_verified(self, user: User) -> None:
        """Raise unless the user is verified, or does not have to be.

        Raises:
            UnverifiedUserError: If the user is not verified yet.
        """
        if self._requires_verified:
            super().check_user_is_verified(user)

    def admit(self, account: Account, username: str) -> User | None:
        """Return the user of an account without looking it up again, if active, verified and known by this name.

        Raises:
            InactiveUserError: If the user has been deactivated.
            UnverifiedUserError: If the user is not verified yet.
        """
        user = self._user_of(account)
        if user.username != username:
            return None
        self.check_user_is_active(user)
        self.check_user_is_verified(user)
        return user

    def find(self, username: str) -> Found | None:
        """Return the user with this username or email address and their password hash, or None."""
        try:
            found = run_to_completion(find_by_name(self._reader, username))
        except InvalidParameterError:
            return None
        if found is None:
            return None
        account, password_hash = found
        return self._user_of(account), password_hash

    def save_hash(self, username: str, *, old_hash: str, new_hash: str) -> None:
        """Store a new hash of the same password, unless the password has been changed meanwhile. No session ends."""
        found = self.find(username)
        if found is not None and isinstance(found[0].entity, Account):
            account_id = found[0].entity.id
            renewed = self._store.renew_password_hash(account_id, old_hash=old_hash, new_hash=new_hash)
            run_to_completion(renewed)

    def _user_of(self, account: Account) -> User:
        return with_rights_from(partial(read_rights, self._reader, account.id), self.user_class(account))
