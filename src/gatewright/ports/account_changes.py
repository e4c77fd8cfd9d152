"""Storage for renaming, moving, exporting and deleting accounts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from gatewright.model import Account, AuditEntry, Link, QueuedMail, Remembered, Session


@dataclass(frozen=True, slots=True)
class EnrolledAuthenticator:
    """The exported part of an authenticator: nothing that proves anything."""

    method: str
    name: str
    created_at: datetime
    last_used_at: datetime | None


@dataclass(frozen=True, slots=True)
class AccountData:
    """Everything stored about an account, without hashes and digests. Nothing here signs anybody in.

    ``sessions`` are all that have not been purged, including ended ones; ``roles`` and ``permissions`` are those
    assigned directly, not what follows from them.
    """

    account: Account
    has_password: bool
    wallets: Sequence[str]
    profile: Mapping[str, str]
    roles: Sequence[str]
    permissions: Sequence[str]
    sessions: Sequence[Session]
    authenticators: Sequence[EnrolledAuthenticator]
    remembered: Sequence[Remembered]
    links: Sequence[Link]
    mails: Sequence[QueuedMail]
    audit: Sequence[tuple[int, AuditEntry]]


class AccountChangeStore(Protocol):
    """Renames, moves, exports and deletes accounts. Every method is one transaction."""

    async def change_username(self, account_id: str, username: str, *, audit: AuditEntry) -> bool:
        """Change an account's username, and return whether the account exists.

        Its sessions, remembered browsers, authenticators and pending steps continue under the new name.

        Raises:
            TakenError: If the name is already taken.
        """
        ...

    async def begin_email_change(
        self, account_id: str, *, link: QueuedMail | None, notice: QueuedMail | None, audit: AuditEntry
    ) -> None:
        """Queue the emails for a change of address. Those of an earlier request are deleted, including links.

        Args:
            account_id: The account.
            link: The email to the new address, if one may be sent.
            notice: The email to the account's current address, if it has one.
            audit: What to record.

        Raises:
            UserNotFoundError: If the account is gone, and there is an email to queue.
        """
        ...

    async def change_email(self, link_id: str, *, mail: QueuedMail | None, audit: AuditEntry) -> bool:
        """Use up a link to set the email address that it was sent to, atomically; return whether this call did.

        This verifies the account. Its other links, which were sent to the former address, and its pending steps are
        deleted; ``mail`` notifies that address. A username that was the former address becomes the new one, and
        sessions, remembered browsers and authenticators continue under the new name.

        Raises:
            TakenError: If another account has taken the address in the meantime. The link is not used up.
        """
        ...

    async def delete_account(
        self, account_id: str, *, attempts: Sequence[tuple[str, str]], mail: QueuedMail | None, audit: AuditEntry
    ) -> bool:
        """Delete an account and everything stored about it, and return whether this call did.

        This deletes sessions, wallets, challenges, remembered browsers, authenticators, pending steps, links, queued
        emails, rights and profile. The audit record keeps its lines, anonymised: under the identifier, but without
        names, addresses and origins.

        Args:
            account_id: The account.
            attempts: The action and name under which attempts on it are counted; these are deleted.
            mail: The email that notifies its owner. It belongs to no account, and so survives.
            audit: What to record.
        """
        ...

    async def export_account(self, account_id: str, *, audit: AuditEntry) -> AccountData | None:
        """Return everything stored about an account, as of one moment, or None if it does not exist."""
        ...

    async def names_of_account(self, account_id: str) -> list[str]:
        """Return an account's current and former names, in any order: usernames, email addresses, wallets.

        Names that now belong to another account are excluded.
        """
        ...

    async def sole_roles(self, account_id: str) -> list[str]:
        """Return the roles that only this account has been assigned."""
        ...
