"""Where mails wait."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from gatewright.model import AuditEntry, QueuedMail


class OutboxStore(Protocol):
    """Keeps the mails that wait to be sent. Every method is one transaction."""

    async def queue_mail(self, mail: QueuedMail, *, audit: AuditEntry, is_due: bool = True) -> None:
        """Keep a mail to be sent; or keep none, by the same statements: how long it takes tells nobody which."""
        ...

    async def claim_queued_mail(self, *, now: datetime, busy_until: datetime) -> QueuedMail | None:
        """Return the mail that has been due longest, and reserve it until ``busy_until``.

        One that is due in more than a day is due now: none waits so long, so a clock was wrong when it was kept.
        """
        ...

    async def remove_queued_mail(self, mail_id: str, *, audit: AuditEntry) -> None:
        """Forget a mail: it has been sent."""
        ...

    async def postpone_queued_mail(self, mail_id: str, *, due_at: datetime, error: str) -> None:
        """Try a mail again later; counts the try that has failed."""
        ...

    async def list_queued_mails(self) -> list[QueuedMail]:
        """Return the mails that wait, the oldest first."""
        ...
