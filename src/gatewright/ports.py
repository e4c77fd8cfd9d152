"""What the core asks of the world: protocols that the storage, the system and the two dresses implement.

Methods that may wait are ``async def``. In the blocking dress they answer at once, in the asynchronous one they
may suspend; the operations cannot tell.
"""

from __future__ import annotations

from collections.abc import Coroutine
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol, TypeVar

from gatewright.model import Account, Challenge, Session

T = TypeVar("T")


class Clock(Protocol):
    """Tells the time."""

    def now(self) -> datetime:
        """Return the current moment, aware UTC."""
        ...


class Random(Protocol):
    """Makes what nobody can guess."""

    def token_bytes(self, size: int) -> bytes:
        """Return ``size`` unpredictable bytes."""
        ...


class Shield(Protocol):
    """Runs to its end what must not stop halfway, whoever cancels the caller."""

    async def __call__(self, coroutine: Coroutine[Any, Any, T]) -> T:
        """Return what ``coroutine`` returns; a cancellation is passed on only when it has ended."""
        ...


@dataclass(frozen=True, slots=True)
class ChallengeLimit:
    """How many challenges may have been made ``since`` a moment before another one is refused."""

    since: datetime
    per_address: int
    per_client: int


class ChallengeStore(Protocol):
    """Keeps challenges. Every method is one transaction."""

    async def add_challenge(
        self, challenge: Challenge, *, client: str | None, limit: ChallengeLimit
    ) -> Challenge | None:
        """Keep a challenge unless its address or its client is over the limit; counted and kept atomically.

        Args:
            challenge: The new challenge.
            client: The network that asks, or None where it is not known.
            limit: What still counts, and how many are too many.

        Returns:
            The challenge as it was kept, or None where it was refused.
        """
        ...

    async def find_challenge(self, challenge_text: str) -> Challenge | None:
        """Return the challenge with exactly this text."""
        ...

    async def claim_challenge(
        self, challenge_id: str, *, newcomer: Account, session: Session, now: datetime
    ) -> tuple[Account, Session] | None:
        """Spend a challenge on a session, all or nothing: claim it, find or make the account, insert the session.

        Args:
            challenge_id: The challenge to spend.
            newcomer: The account to make where nobody has its ``evrmore_address`` yet.
            session: The session to insert; its ``user_id`` becomes the account's.
            now: The moment of sign-in.

        Returns:
            The account and its session, or None where the challenge is gone, used or expired: whoever else
            claimed it has the session. Where the account is inactive nothing is written.
        """
        ...

    async def delete_expired_challenges(self, *, now: datetime, at_most: int) -> int:
        """Delete challenges that have expired and return how many; at most ``at_most`` in one call."""
        ...


class SessionStore(Protocol):
    """Keeps sessions. Every method is one transaction."""

    async def is_session_alive(self, session_id: str, *, user_id: str, now: datetime) -> bool:
        """Say whether this session of this user is neither ended nor expired, and the user active."""
        ...

    async def list_sessions(self, *, now: datetime, user_id: str | None = None) -> list[Session]:
        """Return the sessions that are alive, newest first; of one user where ``user_id`` is given."""
        ...

    async def end_session(self, session_id: str) -> Session | None:
        """End a session; return it where this call ended it, None where there was nothing to end."""
        ...

    async def end_sessions_of(self, user_id: str) -> int:
        """End every session of a user and return how many that were."""
        ...

    async def delete_expired_sessions(self, *, now: datetime, at_most: int) -> int:
        """Delete sessions that have expired and return how many; at most ``at_most`` in one call."""
        ...


class AccountStore(Protocol):
    """Keeps accounts. Every method is one transaction."""

    async def find_account(self, account_id: str) -> Account | None:
        """Return the account with this identifier."""
        ...


class Store(ChallengeStore, SessionStore, AccountStore, Protocol):
    """All that gatewright keeps."""

    def close(self) -> None:
        """Let go of every connection. The store opens new ones when it is used again."""
        ...
