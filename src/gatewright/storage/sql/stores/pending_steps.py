"""What browsers have begun and must finish in another request, in SQL."""

from __future__ import annotations

from datetime import datetime

from gatewright.model import PendingStep
from gatewright.offload import quick
from gatewright.storage.sql.stores.base import StoreBase


class SQLPendingSteps(StoreBase):
    """Implements `PendingStepStore`.

    Beginning a step does not wait for the disk: steps are short-lived, and after a power cut a browser starts over.
    Finishing one does: a step that came back would let in whoever has seen the secret that finished it.
    """

    async def keep_pending_step(self, step: PendingStep, *, digest: bytes, account_id: str | None) -> None:
        """Implement `PendingStepStore`."""
        row = self._write.row(step) | {"digest": digest, "account_id": account_id}
        async with self._database.transaction(survives_power_cut=False) as tx:
            await self._lock_account(tx, account_id or "")  # even without an account, so that the work is the same
            await tx.execute(self._statements.keep_pending_step, row)

    @quick
    async def find_pending_step(self, digest: bytes, *, kind: str, now: datetime) -> PendingStep | None:
        """Implement `PendingStepStore`."""
        which = {"digest": digest, "kind": kind, "now": self._moment(now)}
        row = await self._database.fetch_one(self._statements.find_pending_step, which)
        return None if row is None else self._read.pending_step(row)

    async def count_try(self, step_id: str, *, at_most: int) -> bool:
        """Implement `PendingStepStore`."""
        async with self._database.transaction(survives_power_cut=False) as tx:
            which = {"step_id": step_id, "at_most": at_most}
            return await tx.change(self._statements.count_try, which) == 1

    async def claim_pending_step(self, step_id: str, *, now: datetime) -> bool:
        """Implement `PendingStepStore`."""
        which = {"step_id": step_id, "now": self._moment(now)}
        async with self._database.transaction() as tx:
            return await tx.change(self._statements.claim_pending_step, which) == 1

    async def delete_expired_pending_steps(self, *, now: datetime, at_most: int) -> int:
        """Implement `PendingStepStore`."""
        return await self._delete(self._statements.delete_expired_pending_steps, now=self._moment(now), at_most=at_most)
