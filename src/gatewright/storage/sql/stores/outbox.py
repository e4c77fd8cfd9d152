"""Queued emails in SQL."""

from __future__ import annotations

from datetime import datetime, timedelta

from gatewright.model import AuditEntry, QueuedMail
from gatewright.storage.sql.stores.account_base import AccountBase

_A_DAY = timedelta(days=1)


class SQLOutbox(AccountBase):
    """Implements `OutboxStore`."""

    async def queue_mail(self, mail: QueuedMail, *, audit: AuditEntry, is_due: bool = True) -> None:
        """Implement `OutboxStore`."""
        async with self._database.transaction() as tx:
            await self._post(tx, mail, is_due=is_due)
            await self._record(tx, audit)

    async def claim_queued_mail(self, *, now: datetime, busy_until: datetime) -> QueuedMail | None:
        """Implement `OutboxStore`."""
        lease = {
            "now": self._moment(now),
            "busy_until": self._moment(busy_until),
            "too_late": self._moment(now + _A_DAY),
        }
        async with self._database.transaction() as tx:
            row = await tx.fetch_one(self._statements.claim_queued_mail, lease)
        return None if row is None else self._read.mail(row)

    async def remove_queued_mail(self, mail_id: str, *, audit: AuditEntry) -> None:
        """Implement `OutboxStore`."""
        async with self._database.transaction() as tx:
            await tx.execute(self._statements.remove_queued_mail, {"mail_id": mail_id})
            await self._record(tx, audit)

    async def postpone_queued_mail(self, mail_id: str, *, due_at: datetime, error: str) -> None:
        """Implement `OutboxStore`."""
        later = {"mail_id": mail_id, "due_at": self._moment(due_at), "error": error}
        async with self._database.transaction() as tx:
            await tx.execute(self._statements.postpone_queued_mail, later)

    async def list_queued_mails(self) -> list[QueuedMail]:
        """Implement `OutboxStore`."""
        return [self._read.mail(row) for row in await self._database.fetch_all(self._statements.list_queued_mails, {})]

    async def count_queued_mails(self) -> int:
        """Implement `OutboxStore`."""
        row = await self._database.fetch_one(self._statements.count_queued_mails, {})
        return 0 if row is None else int(row[0])
