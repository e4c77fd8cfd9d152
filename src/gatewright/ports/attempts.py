"""Where failed sign-ins are counted."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from gatewright.model import Attempt


@dataclass(frozen=True, slots=True)
class AttemptLimit:
    """How many attempts at one action may have been made within a ``window`` before another one is refused.

    Those of up to a window ahead count as well, for clocks are apart; later ones do not, for a clock was wrong.
    None means that it does not matter. Over ``on_name`` attempts on one name, whoever makes them, one more is let
    through ``every`` so often: whoever attacks an account slows its owner down, but cannot lock them out.
    """

    window: timedelta
    of_client_on_name: int | None = None
    of_client: int | None = None
    on_name: int | None = None
    every: timedelta | None = None


class AttemptStore(Protocol):
    """Counts attempts. Every method is one transaction."""

    async def add_attempt(self, attempt: Attempt, *, limit: AttemptLimit) -> datetime | None:
        """Keep an attempt unless it is one too many; counted and kept atomically.

        Returns:
            None where it was kept; else the time from which another one may be let through.
        """
        ...

    async def blocked_until(self, attempt: Attempt, *, limit: AttemptLimit) -> datetime | None:
        """Return what `add_attempt` would, and keep nothing."""
        ...

    async def remove_attempt(self, attempt_id: str) -> None:
        """Forget an attempt: it has succeeded."""
        ...

    async def delete_expired_attempts(self, *, before: datetime, at_most: int) -> int:
        """Delete attempts from before a moment and return how many; at most ``at_most`` in one call."""
        ...
