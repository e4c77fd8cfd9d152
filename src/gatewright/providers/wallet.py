"""Users of wallet sign-in, found by the address of any of their wallets."""

from __future__ import annotations

from gatewright.drive import run_to_completion
from gatewright.errors import UserNotFoundError
from gatewright.model import User
from gatewright.ports import Store
from gatewright.providers.user_provider import UserProvider, default_hasher


class WalletUser(User):
    """A user who goes by the wallet that they were found by, whatever else the account has."""

    found_by: str | None = None

    @property
    def username(self) -> str:
        """The wallet's address."""
        return self.found_by or super().username

    @property
    def evrmore_address(self) -> str | None:
        """The wallet's address."""
        return self.found_by or super().evrmore_address


class WalletUserProvider(UserProvider):
    """Accounts that have a wallet. They have no password here: `Auth.attempt` never succeeds.

    Args:
        store: A blocking store.
    """

    user_class = WalletUser

    def __init__(self, store: Store) -> None:
        self._store = store

    def check_user_is_verified(self, user: User) -> None:
        """Let everybody in: a wallet has proven itself, whatever is known of the account's mail address."""

    def load_user_by_username(self, username: str, password: str | None = None) -> User:
        """Return the user whom a wallet address belongs to.

        Raises:
            UserNotFoundError: If it belongs to nobody, or a password is given: a wallet proves itself by signing.
        """
        if password is not None:
            default_hasher().verify(password, against=None)  # as long as a wrong password takes elsewhere
        is_address = isinstance(username, str) and username.isascii() and password is None
        account = run_to_completion(self._store.find_account_by_wallet(username)) if is_address else None
        if account is None:
            raise UserNotFoundError("There is no user with this wallet.")
        rights = run_to_completion(self._store.rights_of(account.id))
        user = self.user_class(account, rights.roles, rights.permissions)
        user.found_by = username
        return user
