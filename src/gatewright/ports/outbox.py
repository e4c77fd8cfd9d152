"""Storage for queued emails."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from gatewright.model import AuditEntry, QueuedMail


class OutboxStore(Protocol):
    """Stores queued emails. Every method is one transaction."""

    async def queue_mail(self, mail: QueuedMail, *, audit: AuditEntry, is_due: bool = True) -> None:
        """Queue an email; or queue none, with the same statements, so that the time they take does not reveal which."""
        ...

    async def claim_queued_mail(self, *, now: datetime, busy_until: datetime) -> QueuedMail | None:
        """Return the email that has been due longest, and reserve it until ``busy_until``.

        An email due in more than a day counts as due now: none is delayed that long, so a clock was wrong when it was
        queued.
        """
        ...

    async def remove_queued_mail(self, mail_id: str, *, audit: AuditEntry) -> None:
        """Delete an email that has been sent."""
        ...

    async def postpone_queued_mail(self, mail_id: str, *, due_at: datetime, error: str) -> None:
        """Retry an email later; counts the failed attempt."""
        ...

    async def list_queued_mails(self) -> list[QueuedMail]:
        """Return the queued emails, oldest first."""
        ...

    async def count_queued_mails(self) -> int:
        """Return how many emails are queued, without reading them."""
        ...
