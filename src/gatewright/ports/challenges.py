"""Storage for challenges."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from gatewright.model import Account, AuditEntry, Challenge, Session


@dataclass(frozen=True, slots=True)
class ChallengeLimit:
    """How many challenges are allowed ``since`` a moment before another one is refused.

    Challenges dated up to as far ahead count as well, to allow for clock skew; later ones do not, since a clock was
    wrong.
    """

    since: datetime
    per_address: int
    per_client: int


@dataclass(frozen=True, slots=True)
class VisitSecrets:
    """What identifies a visitor's session: the SHA-256 of its secret, and of that of the session that it replaces."""

    digest: bytes
    ends: bytes | None


class ChallengeStore(Protocol):
    """Stores challenges. Every method is one transaction."""

    async def add_challenge(
        self, challenge: Challenge, *, client: str | None, limit: ChallengeLimit
    ) -> Challenge | None:
        """Store a challenge unless its address or its client exceeds the limit; counted and stored atomically.

        Args:
            challenge: The new challenge.
            client: The requesting network, or None if unknown.
            limit: What still counts, and how many are too many.

        Returns:
            The challenge as stored, or None if it was refused.
        """
        ...

    async def find_challenge(self, challenge_text: str) -> Challenge | None:
        """Return the challenge with exactly this text."""
        ...

    async def claim_challenge(
        self,
        challenge_id: str,
        *,
        newcomer: Account,
        session: Session,
        audit: AuditEntry,
        visit: VisitSecrets | None = None,
    ) -> tuple[Account, Session] | None:
        """Exchange a challenge for a session, atomically: claim it, find or create the account, insert the session.

        Args:
            challenge_id: The challenge to use up.
            newcomer: The account to create if nobody has its ``evrmore_address`` yet.
            session: The session to insert; its ``user_id`` becomes the account's.
            audit: What to record, at the moment of sign-in; its ``user_id`` becomes the account's.
            visit: What identifies the session, if it is a visitor's in a cookie.

        Returns:
            The account and its session, or None if the challenge is gone, used or expired: whoever else claimed it has
            the session. If the account is inactive, nothing is written.
        """
        ...

    async def claim_challenge_for_wallet(
        self, challenge_id: str, *, account_id: str, evrmore_address: str, audit: AuditEntry
    ) -> bool:
        """Use up a challenge to link a wallet to an account, atomically.

        Returns:
            Whether the wallet is now the account's: False if the challenge was used up in the meantime.

        Raises:
            TakenError: If the wallet belongs to another account.
        """
        ...

    async def spend_challenge(self, challenge_id: str, *, now: datetime) -> bool:
        """Use up a challenge for nothing but the proof; True for exactly one caller."""
        ...

    async def delete_expired_challenges(self, *, now: datetime, at_most: int) -> int:
        """Delete expired challenges and return how many; at most ``at_most`` in one call."""
        ...
