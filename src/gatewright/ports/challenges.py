"""Where challenges are kept."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from gatewright.model import Account, AuditEntry, Challenge, Session


@dataclass(frozen=True, slots=True)
class ChallengeLimit:
    """How many challenges may have been made ``since`` a moment before another one is refused.

    Those of up to as long ahead count as well, for clocks are apart; later ones do not, for a clock was wrong.
    """

    since: datetime
    per_address: int
    per_client: int


@dataclass(frozen=True, slots=True)
class VisitSecrets:
    """What names a visitor's session: the SHA-256 of its secret, and of the one of the session that it replaces."""

    digest: bytes
    ends: bytes | None


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
        self,
        challenge_id: str,
        *,
        newcomer: Account,
        session: Session,
        audit: AuditEntry,
        visit: VisitSecrets | None = None,
    ) -> tuple[Account, Session] | None:
        """Spend a challenge on a session, all or nothing: claim it, find or make the account, insert the session.

        Args:
            challenge_id: The challenge to spend.
            newcomer: The account to make where nobody has its ``evrmore_address`` yet.
            session: The session to insert; its ``user_id`` becomes the account's.
            audit: What to record, at the moment of sign-in; its ``user_id`` becomes the account's.
            visit: What names the session, where it is a visitor's in a cookie.

        Returns:
            The account and its session, or None where the challenge is gone, used or expired: whoever else
            claimed it has the session. Where the account is inactive nothing is written.
        """
        ...

    async def claim_challenge_for_wallet(
        self, challenge_id: str, *, account_id: str, evrmore_address: str, audit: AuditEntry
    ) -> bool:
        """Spend a challenge on a wallet for an account, all or nothing.

        Returns:
            Whether the wallet is now the account's: False where the challenge was spent meanwhile.

        Raises:
            TakenError: If the wallet is another account's.
        """
        ...

    async def spend_challenge(self, challenge_id: str, *, now: datetime) -> bool:
        """Spend a challenge on nothing but the proof that it is; True for exactly one caller."""
        ...

    async def delete_expired_challenges(self, *, now: datetime, at_most: int) -> int:
        """Delete challenges that have expired and return how many; at most ``at_most`` in one call."""
        ...
