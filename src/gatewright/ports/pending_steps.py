"""Storage for what a browser has begun and must finish in another request."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from gatewright.model import PendingStep


class PendingStepStore(Protocol):
    """Stores pending steps: a sign-in waiting for its second factor, a passkey challenge, an emailed code.

    Each is identified by the SHA-256 of a secret that the browser keeps, and its kind. Every method is one transaction.
    """

    async def keep_pending_step(self, step: PendingStep, *, digest: bytes, account_id: str | None) -> None:
        """Store a step, replacing the browser's earlier one of the same kind.

        Args:
            step: The step.
            digest: SHA-256 of the browser's secret.
            account_id: The account that it is about, if one of gatewright's: the step is deleted with it.
        """
        ...

    async def find_pending_step(self, digest: bytes, *, kind: str, now: datetime) -> PendingStep | None:
        """Return a browser's step of one kind, if it has not expired."""
        ...

    async def count_try(self, step_id: str, *, at_most: int) -> bool:
        """Count an attempt to finish a step; False if there were ``at_most`` already, or the step is gone."""
        ...

    async def claim_pending_step(self, step_id: str, *, now: datetime) -> bool:
        """Remove a step that has not expired; True for exactly one caller."""
        ...

    async def delete_expired_pending_steps(self, *, now: datetime, at_most: int) -> int:
        """Delete expired steps and return how many; at most ``at_most`` in one call."""
        ...
