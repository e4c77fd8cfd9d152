"""Where sessions are kept."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from gatewright.model import Account, AuditEntry, Rights, Session


@dataclass(frozen=True, slots=True)
class Owner:
    """Whose sessions: an account's of ours by its identifier, or another ``provider``'s user's by theirs."""

    user_id: str
    provider: str | None = None


@dataclass(frozen=True, slots=True)
class SignedIn:
    """The account that a session belongs to.

    Args:
        account: The account.
        rights: What it may do now, where that comes along: it saves another way over a network. None where reading it
            on demand costs less than having it each time.
    """

    account: Account
    rights: Rights | None = None


class SessionStore(Protocol):
    """Keeps sessions. Every method is one transaction."""

    async def open_session(
        self, session: Session, *, account_id: str | None, digest: bytes, ends: bytes | None, audit: AuditEntry
    ) -> Session | None:
        """Insert a session that a secret names, and end the one that the visit had before.

        Args:
            session: The new session.
            account_id: The account it belongs to, where the user is in our own tables.
            digest: SHA-256 of the secret.
            ends: SHA-256 of the visit's previous secret.
            audit: What to record.

        Returns:
            The session as it was kept, or None where the account is not active or gone: then nothing is written.
        """
        ...

    async def find_session(
        self, digest: bytes, *, now: datetime, idle_since: datetime
    ) -> tuple[Session, SignedIn | None] | None:
        """Return the session that a secret names, if it is neither ended, expired nor idle for too long.

        The account that it belongs to comes with it, where the user is in our own tables: every request asks for
        both.

        Args:
            digest: SHA-256 of the secret.
            now: The current time.
            idle_since: A session last seen before this moment is dead.
        """
        ...

    async def touch_session(self, session_id: str, *, now: datetime) -> None:
        """Write down that a session has been seen."""
        ...

    async def is_session_alive(self, session_id: str, *, user_id: str, now: datetime) -> bool:
        """Say whether this session of this user is neither ended nor expired, and the account active."""
        ...

    async def find_account_of_session(self, session_id: str, *, user_id: str, now: datetime) -> SignedIn | None:
        """Return the account that a session belongs to, if `is_session_alive` and it is an account's."""
        ...

    async def list_sessions(self, *, now: datetime, idle_since: datetime, owner: Owner | None = None) -> list[Session]:
        """Return the sessions that are alive, newest first: one user's, or everybody's.

        Args:
            now: The current time.
            idle_since: A session in a cookie that was last seen before this moment is dead.
            owner: Whose sessions.
        """
        ...

    async def list_user_agents(self, account_id: str, *, but: str) -> list[str | None]:
        """Return what the browsers of an account's sessions say of themselves, each once: of those ended, too.

        Args:
            account_id: Whose.
            but: The identifier of the session that does not count.
        """
        ...

    async def end_session(
        self, session_id: str, *, forget_browsers: bool = False, audit: AuditEntry | None = None
    ) -> Session | None:
        """End a session; return it where this call ended it, None where there was nothing to end.

        Args:
            session_id: Which session.
            forget_browsers: Whether no browser of its user is remembered any more: one of them would open another.
            audit: What to record; who it is about follows from the session.
        """
        ...

    async def end_visit(self, digest: bytes, *, audit: AuditEntry) -> Session | None:
        """End the session that a secret names; return it where this call ended it.

        Args:
            digest: SHA-256 of the secret.
            audit: What to record; who it is about follows from the session.
        """
        ...

    async def end_sessions_of(self, owner: Owner, *, keep: str | None = None, audit: AuditEntry | None = None) -> int:
        """End every session of a user, but the one with the identifier ``keep``; return how many there were.

        Their remembered browsers are forgotten: each could open another session.
        """
        ...

    async def delete_expired_sessions(self, *, now: datetime, at_most: int) -> int:
        """Delete sessions that have expired and return how many; at most ``at_most`` in one call."""
        ...
