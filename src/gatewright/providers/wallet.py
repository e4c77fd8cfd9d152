"""Users of wallet sign-in, found by the address of any of their wallets."""

from __future__ import annotations

from functools import partial

from gatewright.drive import run_to_completion
from gatewright.errors import UserNotFoundError
from gatewright.model import Account, User, with_rights_from
from gatewright.operations.users import read_rights
from gatewright.ports import Store
from gatewright.providers.user_provider import UserProvider, default_hasher


class WalletUser(User):
    """A user known by the wallet that they were found by, whatever else the account has."""

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
        store: A store that never suspends.
        reader: The same store for quick reads, which may run on an event loop; None if it has none.
    """

    user_class = WalletUser

    def __init__(self, store: Store, *, reader: Store | None = None) -> None:
        self._reader = reader or store
        self.admits_accounts = type(self) is WalletUserProvider  # a subclass may do anything
        self.is_quick = self.admits_accounts and reader is not None

    def check_user_is_verified(self, user: User) -> None:
        """Accept everybody: the wallet's signature is the proof, whether or not the email address is verified."""

    def admit(self, account: Account, username: str) -> User | None:
        """Return the user of an account without looking it up again, if active and known by this wallet.

        Raises:
            InactiveUserError: If the user has been deactivated.
        """
        if account.evrmore_address != username:  # an account with several wallets shows only one of them
            return None
        user = self._user_of(account, username)
        self.check_user_is_active(user)
        return user

    def load_user_by_username(self, username: str, password: str | None = None) -> User:
        """Return the user that a wallet address belongs to.

        Raises:
            UserNotFoundError: If it belongs to nobody, or a password is given: a wallet proves itself by a signature.
        """
        if password is not None:
            default_hasher().verify(password, against=None)  # takes as long as a wrong password elsewhere
        is_address = isinstance(username, str) and username.isascii() and password is None
        account = run_to_completion(self._reader.find_account_by_wallet(username)) if is_address else None
        if account is None:
            raise UserNotFoundError("There is no user with this wallet.")
        return self._user_of(account, username)

    def _user_of(self, account: Account, address: str) -> User:
        user = self.user_class(account)
        user.found_by = address
        return with_rights_from(partial(read_rights, self._reader, account.id), user)
