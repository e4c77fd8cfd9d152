"""Where accounts are renamed, moved to other mail addresses, exported and deleted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from gatewright.model import Account, AuditEntry, Link, QueuedMail, Remembered, Session


@dataclass(frozen=True, slots=True)
class EnrolledAuthenticator:
    """What is told of an authenticator: nothing of it that proves anything."""

    method: str
    name: str
    created_at: datetime
    last_used_at: datetime | None


@dataclass(frozen=True, slots=True)
class AccountData:
    """Everything that is kept about an account, without hashes and digests. Nothing here signs anybody in.

    ``sessions`` are all that have not been purged, ended ones too; ``roles`` and ``permissions`` are the account's own,
    and not what follows from them.
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
        """Give an account another username, and say whether there is such an account.

        Its sessions, remembered browsers, authenticators and pending steps go on under the new name.

        Raises:
            TakenError: If the name is already taken.
        """
        ...

    async def begin_email_change(
        self, account_id: str, *, link: QueuedMail | None, notice: QueuedMail | None, audit: AuditEntry
    ) -> None:
        """Keep the mails of a request for another address. Those of an earlier request are gone, links included.

        Args:
            account_id: The account.
            link: The mail to the new address, if there may be one.
            notice: The mail to the address that the account has, if it has one.
            audit: What to record.

        Raises:
            UserNotFoundError: If the account is gone, and there is a mail to be kept.
        """
        ...

    async def change_email(self, link_id: str, *, mail: QueuedMail | None, audit: AuditEntry) -> bool:
        """Spend a link on the mail address that it was sent to, all or nothing; say whether this call did.

        The account is verified by it. Its other links are gone, since they were sent to the former address, and so is
        what browsers have begun about it; ``mail`` tells that address. A username that was the former address becomes
        the new one, and sessions, remembered browsers and authenticators go on under the new name.

        Raises:
            TakenError: If another account has taken the address meanwhile. The link is not spent.
        """
        ...

    async def delete_account(
        self, account_id: str, *, attempts: Sequence[tuple[str, str]], mail: QueuedMail | None, audit: AuditEntry
    ) -> bool:
        """Delete an account with everything that is kept about it, and say whether this call did.

        Sessions, wallets, challenges, remembered browsers, authenticators, pending steps, links, waiting mails, rights
        and profile are gone. The audit record keeps its lines, without the person: under the identifier, but without
        names, addresses and origins.

        Args:
            account_id: The account.
            attempts: Under which action and name attempts on it are counted, which are forgotten.
            mail: What tells its owner. It belongs to no account, and so survives.
            audit: What to record.
        """
        ...

    async def export_account(self, account_id: str, *, audit: AuditEntry) -> AccountData | None:
        """Return everything that is kept about an account, as of one moment, or None where there is no such account."""
        ...

    async def names_of_account(self, account_id: str) -> list[str]:
        """Return whatever an account is or was called, in any order: names, mail addresses, wallets.

        What is another account's by now is not among them.
        """
        ...

    async def sole_roles(self, account_id: str) -> list[str]:
        """Return the roles that only this account has been given."""
        ...
