"""Where letters wait."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from gatewright.model import AuditEntry, Letter


class LetterStore(Protocol):
    """Keeps the mails that wait to be sent. Every method is one transaction."""

    async def add_letter(self, letter: Letter, *, audit: AuditEntry) -> None:
        """Keep a mail to be sent."""
        ...

    async def claim_letter(self, *, now: datetime, busy_until: datetime) -> Letter | None:
        """Return the letter that has been due longest, and let nobody else have it before ``busy_until``."""
        ...

    async def remove_letter(self, letter_id: str, *, audit: AuditEntry) -> None:
        """Forget a letter: it has been sent."""
        ...

    async def postpone_letter(self, letter_id: str, *, due_at: datetime, error: str) -> None:
        """Try a letter again later; counts the try that has failed."""
        ...

    async def list_letters(self) -> list[Letter]:
        """Return the letters that wait, the oldest first."""
        ...
