"""Where remembered browsers are kept."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Protocol

from gatewright.model import AuditEntry, Remembered


class Recollection(StrEnum):
    """What a remember-me token turned out to be."""

    UNKNOWN = "unknown"
    CURRENT = "current"
    JUST_ROTATED = "just_rotated"
    STOLEN = "stolen"


class RememberStore(Protocol):
    """Keeps remembered browsers. Every method is one transaction."""

    async def add_remembered(self, remembered: Remembered, *, account_id: str | None, digest: bytes) -> None:
        """Keep a new series.

        Args:
            remembered: The series.
            account_id: The account it belongs to, where the user is in our own tables.
            digest: SHA-256 of its first token.
        """
        ...

    async def find_remembered(self, series_id: str, *, now: datetime) -> Remembered | None:
        """Return a series that has not expired."""
        ...

    async def rotate_remembered(
        self,
        series_id: str,
        *,
        digest: bytes,
        new_digest: bytes,
        now: datetime,
        grace_since: datetime,
        audit: AuditEntry,
    ) -> tuple[Recollection, Remembered | None]:
        """Use a token of a series, and replace it by a new one, all or nothing.

        The current token is replaced. The one before it is let through where it was replaced after ``grace_since``:
        a browser sends several requests at once. Any other token is a copy that somebody has used before: every
        series of the user is deleted, the sessions that came of remembering end, and ``audit`` is recorded; who it is
        about follows from the series.

        Args:
            series_id: The series.
            digest: SHA-256 of the token that came.
            new_digest: SHA-256 of the token to replace it by.
            now: The current moment; an expired series is unknown.
            grace_since: Until when a token that has been replaced is let through.
            audit: What to record of a theft.
        """
        ...

    async def remove_remembered(self, series_id: str) -> None:
        """Forget a series."""
        ...

    async def delete_expired_remembered(self, *, now: datetime, at_most: int) -> int:
        """Delete series that have expired and return how many; at most ``at_most`` in one call."""
        ...
