"""Where what a browser has begun, and must finish by another request, is kept."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from gatewright.model import PendingStep


class PendingStepStore(Protocol):
    """Keeps pending steps: a sign-in that waits for its second factor, a challenge of a passkey, a mailed code.

    Each is known by the SHA-256 of a secret that the browser keeps, and its kind. Every method is one transaction.
    """

    async def keep_pending_step(self, step: PendingStep, *, digest: bytes, account_id: str | None) -> None:
        """Keep a step, in the place of the browser's earlier one of the same kind.

        Args:
            step: The step.
            digest: SHA-256 of the browser's secret.
            account_id: The account that it is about, where that is ours: it goes with it.
        """
        ...

    async def find_pending_step(self, digest: bytes, *, kind: str, now: datetime) -> PendingStep | None:
        """Return a browser's step of one kind, if it has not expired."""
        ...

    async def count_try(self, step_id: str, *, at_most: int) -> bool:
        """Count an attempt to finish a step; False where there were ``at_most`` already, or the step is gone."""
        ...

    async def claim_pending_step(self, step_id: str, *, now: datetime) -> bool:
        """Take a step that has not expired away; True for exactly one caller."""
        ...

    async def delete_expired_pending_steps(self, *, now: datetime, at_most: int) -> int:
        """Delete steps that have expired and return how many; at most ``at_most`` in one call."""
        ...
