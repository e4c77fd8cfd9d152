"""Where accounts and their wallets are kept."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

from gatewright.model import Account, AuditEntry, QueuedMail


class AccountStore(Protocol):
    """Keeps accounts. Every method is one transaction."""

    async def add_account(
        self, account: Account, *, password_hash: str | None, roles: Sequence[str], audit: AuditEntry
    ) -> Account:
        """Keep a new account with its roles, all or nothing.

        Raises:
            TakenError: If its identifier, username or mail address is already taken.
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
        """Keep an account that its owner has made, with its profile and a mail to be sent, all or nothing.

        What is not to be kept is left out by the same statements: how long it takes tells nobody what was.

        Args:
            account: The account.
            password_hash: The hash of its password; None where it has none.
            profile: What else was typed, by field.
            mail: A mail to the address.
            audit: What to record, in any case.
            is_free: Whether to keep the account and its profile; not where the address is somebody else's.
            is_due: Whether to keep the mail.

        Raises:
            TakenError: If its username or mail address is already taken, and it is to be kept.
        """
        ...

    async def find_account(self, account_id: str) -> Account | None:
        """Return the account with this identifier."""
        ...

    async def find_credentials(self, name: str) -> tuple[Account, str | None] | None:
        """Return the account with this username or mail address, and its password hash."""
        ...

    async def find_account_by_wallet(self, evrmore_address: str) -> Account | None:
        """Return the account that this wallet belongs to."""
        ...

    async def list_accounts(self, *, after: str, at_most: int) -> list[Account]:
        """Return accounts in the order of their identifiers, starting after ``after``."""
        ...

    async def change_account(
        self, account_id: str, *, is_active: bool | None = None, is_verified: bool | None = None, audit: AuditEntry
    ) -> bool:
        """Change what is not None.

        An account that is no longer active has no sessions, no remembered browsers and no pending steps.

        Returns:
            Whether there is such an account.
        """
        ...

    async def set_password_hash(
        self, account_id: str, new_hash: str, *, keep: str | None, mail: QueuedMail | None = None, audit: AuditEntry
    ) -> None:
        """Keep the hash of a new password, and end the account's sessions but the one with the identifier ``keep``.

        Its links to reset the password or change the mail address, its remembered browsers and its pending steps are
        gone; its authenticators stay. ``mail`` tells the owner.
        """
        ...

    async def is_password_by_mail(self, account_id: str) -> bool:
        """Say whether an account's password was set by the link of a mail, and by nothing else since."""
        ...

    async def renew_password_hash(self, account_id: str, *, old_hash: str, new_hash: str) -> None:
        """Keep a new hash of the same password, unless it has been changed meanwhile. No session ends."""
        ...

    async def list_wallets(self, account_id: str) -> list[str]:
        """Return the addresses of an account's wallets, the first one linked first."""
        ...

    async def remove_wallet(self, evrmore_address: str, *, account_id: str, audit: AuditEntry) -> bool:
        """Take a wallet from an account and end the sessions that it opened.

        Returns:
            False where the account has no such wallet, or no other way to sign in: then nothing is done.
        """
        ...
