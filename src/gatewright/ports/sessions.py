"""Storage for sessions."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from gatewright.model import Account, AuditEntry, Rights, Session


@dataclass(frozen=True, slots=True)
class Owner:
    """Whose sessions: one of gatewright's accounts by its identifier, or another ``provider``'s user by theirs."""

    user_id: str
    provider: str | None = None


@dataclass(frozen=True, slots=True)
class SignedIn:
    """The account that a session belongs to.

    Args:
        account: The account.
        rights: Its current rights, if loaded along with it, which saves a network round trip. None if loading them on
            demand costs less than loading them every time.
    """

    account: Account
    rights: Rights | None = None


class SessionStore(Protocol):
    """Stores sessions. Every method is one transaction."""

    async def open_session(
        self, session: Session, *, account_id: str | None, digest: bytes, ends: bytes | None, audit: AuditEntry
    ) -> Session | None:
        """Insert a session identified by a secret, and end the visit's previous one.

        Args:
            session: The new session.
            account_id: The account it belongs to, if the user is in gatewright's own tables.
            digest: SHA-256 of the secret.
            ends: SHA-256 of the visit's previous secret.
            audit: What to record.

        Returns:
            The session as stored, or None if the account is inactive or gone: then nothing is written.
        """
        ...

    async def find_session(
        self, digest: bytes, *, now: datetime, idle_since: datetime
    ) -> tuple[Session, SignedIn | None] | None:
        """Return the session identified by a secret, if it has not ended, expired or been idle for too long.

        Its account is returned with it if the user is in gatewright's own tables: every request needs both.

        Args:
            digest: SHA-256 of the secret.
            now: The current time.
            idle_since: A session last seen before this moment is dead.
        """
        ...

    async def touch_session(self, session_id: str, *, now: datetime) -> None:
        """Record that a session has been seen."""
        ...

    async def is_session_alive(self, session_id: str, *, user_id: str, now: datetime) -> bool:
        """Return whether this session of this user has neither ended nor expired, and the account is active."""
        ...

    async def find_account_of_session(self, session_id: str, *, user_id: str, now: datetime) -> SignedIn | None:
        """Return the account that a session belongs to, if it belongs to one and `is_session_alive`."""
        ...

    async def list_sessions(self, *, now: datetime, idle_since: datetime, owner: Owner | None = None) -> list[Session]:
        """Return the active sessions, newest first: one user's, or everybody's.

        Args:
            now: The current time.
            idle_since: A session in a cookie that was last seen before this moment is dead.
            owner: Whose sessions.
        """
        ...

    async def list_user_agents(self, account_id: str, *, but: str) -> list[str | None]:
        """Return the distinct user agents of an account's sessions, including ended ones.

        Args:
            account_id: The account.
            but: The identifier of a session to leave out.
        """
        ...

    async def end_session(
        self, session_id: str, *, forget_browsers: bool = False, audit: AuditEntry | None = None
    ) -> Session | None:
        """End a session; return it if this call ended it, None if there was nothing to end.

        Args:
            session_id: The session.
            forget_browsers: Whether to forget all remembered browsers of its user: one of them would open another
                session.
            audit: What to record; the user is taken from the session.
        """
        ...

    async def end_visit(self, digest: bytes, *, audit: AuditEntry) -> Session | None:
        """End the session identified by a secret; return it if this call ended it.

        Args:
            digest: SHA-256 of the secret.
            audit: What to record; the user is taken from the session.
        """
        ...

    async def end_sessions_of(self, owner: Owner, *, keep: str | None = None, audit: AuditEntry | None = None) -> int:
        """End every session of a user except the one with the identifier ``keep``; return how many there were.

        Their remembered browsers are forgotten: each could open another session.
        """
        ...

    async def delete_expired_sessions(self, *, now: datetime, at_most: int) -> int:
        """Delete expired sessions and return how many; at most ``at_most`` in one call."""
        ...
