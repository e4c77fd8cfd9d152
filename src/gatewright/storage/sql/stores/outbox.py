"""The mails that wait to be sent, in SQL."""

from __future__ import annotations

from datetime import datetime, timedelta

from gatewright.model import AuditEntry, QueuedMail
from gatewright.storage.sql.rows import text_of
from gatewright.storage.sql.stores.account_base import AccountBase

_A_DAY = timedelta(days=1)


class SQLOutbox(AccountBase):
    """Implements `OutboxStore`."""

    async def queue_mail(self, mail: QueuedMail, *, audit: AuditEntry) -> None:
        """Implement `OutboxStore`."""
        with self._database.transaction() as connection:
            self._post(connection, mail)
            self._record(connection, audit)

    async def claim_queued_mail(self, *, now: datetime, busy_until: datetime) -> QueuedMail | None:
        """Implement `OutboxStore`."""
        lease = {"now": text_of(now), "busy_until": text_of(busy_until), "too_late": text_of(now + _A_DAY)}
        with self._database.transaction() as connection:
            row = connection.execute(self._statements.claim_queued_mail, lease).fetchone()
        return None if row is None else self._read.mail(row)

    async def remove_queued_mail(self, mail_id: str, *, audit: AuditEntry) -> None:
        """Implement `OutboxStore`."""
        with self._database.transaction() as connection:
            connection.execute(self._statements.remove_queued_mail, {"mail_id": mail_id})
            self._record(connection, audit)

    async def postpone_queued_mail(self, mail_id: str, *, due_at: datetime, error: str) -> None:
        """Implement `OutboxStore`."""
        later = {"mail_id": mail_id, "due_at": text_of(due_at), "error": error}
        with self._database.transaction() as connection:
            connection.execute(self._statements.postpone_queued_mail, later)

    async def list_queued_mails(self) -> list[QueuedMail]:
        """Implement `OutboxStore`."""
        return [self._read.mail(row) for row in self._database.fetch_all(self._statements.list_queued_mails, {})]
