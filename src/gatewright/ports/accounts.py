"""Storage for accounts and their wallets."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

from gatewright.model import Account, AuditEntry, QueuedMail


class AccountStore(Protocol):
    """Stores accounts. Every method is one transaction."""

    async def add_account(
        self, account: Account, *, password_hash: str | None, roles: Sequence[str], audit: AuditEntry
    ) -> Account:
        """Insert a new account with its roles, atomically.

        Raises:
            TakenError: If its identifier, username or email address is already taken.
        """
        ...

    async def sign_up_account(
        self,
        account: Account,
        *,
        password_hash: str | None,
        profile: Mapping[str, str],
        mail: QueuedMail,
        audit: AuditEntry,
        is_free: bool = True,
        is_due: bool = True,
    ) -> Account:
        """Insert an account that its owner has created, with its profile and a queued email, atomically.

        The same statements run whatever is stored, so that the time they take reveals nothing.

        Args:
            account: The account.
            password_hash: The hash of its password; None if it has none.
            profile: The other fields of the form, by name.
            mail: An email to the address.
            audit: What to record, in any case.
            is_free: Whether to store the account and its profile: not if the address is somebody else's.
            is_due: Whether to queue the email.

        Raises:
            TakenError: If its username or email address is already taken, and it is to be stored.
        """
        ...

    async def find_account(self, account_id: str) -> Account | None:
        """Return the account with this identifier."""
        ...

    async def find_credentials(self, name: str) -> tuple[Account, str | None] | None:
        """Return the account with this username or email address, and its password hash."""
        ...

    async def find_account_by_wallet(self, evrmore_address: str) -> Account | None:
        """Return the account that this wallet belongs to."""
        ...

    async def list_accounts(self, *, after: str, at_most: int) -> list[Account]:
        """Return accounts ordered by identifier, starting after ``after``."""
        ...

    async def change_account(
        self, account_id: str, *, is_active: bool | None = None, is_verified: bool | None = None, audit: AuditEntry
    ) -> bool:
        """Change whatever is not None.

        Deactivating an account ends its sessions, and deletes its remembered browsers and pending steps.

        Returns:
            Whether the account exists.
        """
        ...

    async def set_password_hash(
        self, account_id: str, new_hash: str, *, keep: str | None, mail: QueuedMail | None = None, audit: AuditEntry
    ) -> None:
        """Store the hash of a new password, and end the account's sessions except the one with the identifier ``keep``.

        Its links to reset the password or change the email address, its remembered browsers and its pending steps are
        deleted; its authenticators stay. ``mail`` notifies the owner.
        """
        ...

    async def is_password_by_mail(self, account_id: str) -> bool:
        """Return whether an account's password was last set through an emailed link."""
        ...

    async def renew_password_hash(self, account_id: str, *, old_hash: str, new_hash: str) -> None:
        """Store a new hash of the same password, unless the password has been changed meanwhile. No session ends."""
        ...

    async def list_wallets(self, account_id: str) -> list[str]:
        """Return the addresses of an account's wallets, in the order in which they were linked."""
        ...

    async def remove_wallet(self, evrmore_address: str, *, account_id: str, audit: AuditEntry) -> bool:
        """Unlink a wallet from an account and end the sessions that it opened.

        Returns:
            False if the account has no such wallet, or no other way to sign in: then nothing is changed.
        """
        ...
