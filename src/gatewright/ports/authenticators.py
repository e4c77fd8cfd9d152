"""Storage for authenticators."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from gatewright.model import Account, AuditEntry, Authenticator, QueuedMail
from gatewright.ports.sessions import Owner


class AuthenticatorStore(Protocol):
    """Stores authenticators: passkeys, secrets of authenticator apps, recovery codes, whatever a method enrols.

    One table for all authentication methods: what only one of them interprets is in ``data``. Every method of this
    class is one transaction.
    """

    async def add_authenticators(
        self,
        authenticators: Sequence[Authenticator],
        *,
        owner: Owner,
        at_most: int,
        replaces: bool,
        audit: AuditEntry,
        mail: QueuedMail | None,
        keep: str | None = None,
        revoked: AuditEntry | None = None,
    ) -> bool:
        """Insert new authenticators of one user and one method, all or none.

        Args:
            authenticators: The new ones, at least one; all of the same method.
            owner: Whose they are: one of gatewright's accounts, or another provider's user.
            at_most: How many of this method the user may have in the end.
            replaces: Whether they replace those that the user had of this method.
            audit: What to record.
            mail: The email that notifies the owner.
            keep: The identifier of the session that continues if ``revoked`` ends the others.
            revoked: What to record if sessions end: if given, every other session of the user ends, and their
                remembered browsers are forgotten, as by `SessionStore.end_sessions_of`.

        Returns:
            False if there would be too many, or the account is inactive or gone: then nothing is written.

        Raises:
            TakenError: If one with the same method and key is already stored, whoever it belongs to.
        """
        ...

    async def find_authenticator(self, method: str, key: bytes) -> tuple[Authenticator, Account | None] | None:
        """Return the authenticator with this method and key, and its account, if that is one of gatewright's.

        The account is returned as it is: the caller has to check whether it has been deactivated.
        """
        ...

    async def list_authenticators(self, owner: Owner) -> list[Authenticator]:
        """Return all authenticators of a user, oldest first."""
        ...

    async def list_all_authenticators(self, *, after: str, at_most: int) -> list[tuple[Authenticator, Owner]]:
        """Return everybody's authenticators and their owners, ordered by identifier.

        Args:
            after: The identifier of the last one already read; empty to begin.
            at_most: Maximum number.
        """
        ...

    async def replace_authenticator_data(self, authenticator_id: str, *, old: str, new: str) -> bool:
        """Replace a method's data if it has not changed; False if it has, or the authenticator is gone.

        This does not count as a use.
        """
        ...

    async def use_authenticator(
        self, authenticator_id: str, *, counter: int, now: datetime, data: str | None = None
    ) -> bool:
        """Raise an authenticator's counter, and record when it was used; True for exactly one caller.

        Args:
            authenticator_id: Which one.
            counter: Its new counter, which must be higher than the stored one.
            now: The current time.
            data: The method's new data; None leaves it unchanged.

        Returns:
            False if the counter is not higher, or the authenticator is gone: then nothing is written.
        """
        ...

    async def touch_authenticator(self, authenticator_id: str, *, now: datetime, data: str | None = None) -> bool:
        """Record that an authenticator without a counter was used; False if it is gone.

        Args:
            authenticator_id: Which one.
            now: The current time.
            data: The method's new data; None leaves it unchanged.
        """
        ...

    async def spend_authenticator(
        self, authenticator_id: str, *, audit: AuditEntry | None, mail: QueuedMail | None
    ) -> bool:
        """Use up a single-use authenticator, such as a recovery code; True for exactly one caller."""
        ...

    async def rename_authenticator(self, authenticator_id: str, name: str, *, owner: Owner) -> bool:
        """Rename an authenticator; False if the user has none with that identifier."""
        ...

    async def note_username(self, owner: Owner, username: str) -> None:
        """Record the current name of another provider's user in their authenticators, which load the user by it.

        Args:
            owner: The user. gatewright's own accounts are renamed by `AccountChangeStore.change_username`.
            username: That name.
        """
        ...

    async def remove_authenticators(
        self,
        owner: Owner,
        *,
        method: str | None = None,
        authenticator_id: str | None = None,
        until: datetime | None = None,
        audit: AuditEntry,
        mail: QueuedMail | None,
    ) -> list[Authenticator]:
        """Remove and return authenticators of a user: one, those of one method, or all.

        If there are none, nothing is recorded and nobody is notified. Authenticators enrolled after ``until`` stay.
        """
        ...
