"""Where what users have enrolled to prove themselves with is kept."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from gatewright.model import Account, AuditEntry, Authenticator, QueuedMail
from gatewright.ports.sessions import Owner


class AuthenticatorStore(Protocol):
    """Keeps authenticators: passkeys, secrets of authenticator apps, recovery codes, whatever a method enrols.

    One table for all methods: what only one of them understands stands in ``data``. Every method is one transaction.
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
        """Keep new authenticators of one user and one method, all or none.

        Args:
            authenticators: The new ones, at least one; all of the same method.
            owner: Whose they are: an account of ours, or another provider's user.
            at_most: How many the user may have of this method in the end.
            replaces: Whether those that the user had of this method are gone.
            audit: What to record.
            mail: What tells the owner.
            keep: The identifier of the session that goes on where ``revoked`` ends the others.
            revoked: What to record where sessions end: where it is given, every other session of the user ends, and
                their remembered browsers are forgotten, as by `SessionStore.end_sessions_of`.

        Returns:
            False where there would be too many, or the account is not active or gone: then nothing is written.

        Raises:
            TakenError: If one with the same method and key is kept already, whoever's it is.
        """
        ...

    async def find_authenticator(self, method: str, key: bytes) -> tuple[Authenticator, Account | None] | None:
        """Return the authenticator that a method knows by a key, and the account it belongs to, if that is ours.

        The account comes as it is: its owner may have been deactivated, which the caller has to look at.
        """
        ...

    async def list_authenticators(self, owner: Owner) -> list[Authenticator]:
        """Return all authenticators of a user, oldest first."""
        ...

    async def list_all_authenticators(self, *, after: str, at_most: int) -> list[tuple[Authenticator, Owner]]:
        """Return authenticators of everybody and whose they are, in the order of their identifiers.

        Args:
            after: The identifier of the last one that is known already; empty to begin.
            at_most: How many.
        """
        ...

    async def replace_authenticator_data(self, authenticator_id: str, *, old: str, new: str) -> bool:
        """Replace what a method keeps, if it is still what it was; False where it is not, or the authenticator is gone.

        It does not count as a use.
        """
        ...

    async def use_authenticator(
        self, authenticator_id: str, *, counter: int, now: datetime, data: str | None = None
    ) -> bool:
        """Raise an authenticator's counter, and write down when it was used; True for exactly one caller.

        Args:
            authenticator_id: Which one.
            counter: Its new counter, which must be higher than the one that is kept.
            now: The current time.
            data: What the method keeps from now on; None leaves it alone.

        Returns:
            False where the counter is not higher, or the authenticator is gone: then nothing is written.
        """
        ...

    async def touch_authenticator(self, authenticator_id: str, *, now: datetime, data: str | None = None) -> bool:
        """Write down that an authenticator without a counter was used; False where it is gone.

        Args:
            authenticator_id: Which one.
            now: The current time.
            data: What the method keeps from now on; None leaves it alone.
        """
        ...

    async def spend_authenticator(
        self, authenticator_id: str, *, audit: AuditEntry | None, mail: QueuedMail | None
    ) -> bool:
        """Use an authenticator up that is good once, such as a recovery code; True for exactly one caller."""
        ...

    async def rename_authenticator(self, authenticator_id: str, name: str, *, owner: Owner) -> bool:
        """Give an authenticator another name; False where the user has none of that identifier."""
        ...

    async def note_username(self, owner: Owner, username: str) -> None:
        """Have everything that another provider's user has enrolled load them by the name that they have there now.

        Args:
            owner: Whose they are. An account of ours is renamed by `AccountChangeStore.change_username`.
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
        """Remove authenticators of a user, and return them: one, those of one method, or all of them.

        Where there are none, nothing is recorded and nobody is told. What was enrolled later than ``until`` stays.
        """
        ...
