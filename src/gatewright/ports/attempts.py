"""Storage for counting failed sign-ins."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from gatewright.model import Attempt


@dataclass(frozen=True, slots=True)
class AttemptLimit:
    """How many attempts at one action are allowed within a ``window`` before another one is refused.

    Attempts dated up to one window ahead count as well, to allow for clock skew; later ones do not, since a clock was
    wrong. None means no limit. Above ``on_name`` attempts on one name, from any client, one more is allowed ``every``
    so often: an attacker can slow the owner of an account down, but not lock them out.
    """

    window: timedelta
    of_client_on_name: int | None = None
    of_client: int | None = None
    on_name: int | None = None
    every: timedelta | None = None


class AttemptStore(Protocol):
    """Counts attempts. Every method is one transaction."""

    async def add_attempt(self, attempt: Attempt, *, limit: AttemptLimit) -> datetime | None:
        """Record an attempt unless it exceeds the limit; counted and recorded atomically.

        Returns:
            None if it was recorded; else the time from which another may be allowed.
        """
        ...

    async def blocked_until(self, attempt: Attempt, *, limit: AttemptLimit) -> datetime | None:
        """Return what `add_attempt` would, without recording anything."""
        ...

    async def remove_attempt(self, attempt_id: str) -> None:
        """Delete an attempt that succeeded."""
        ...

    async def delete_expired_attempts(self, *, before: datetime, at_most: int) -> int:
        """Delete attempts from before a moment and return how many; at most ``at_most`` in one call."""
        ...
