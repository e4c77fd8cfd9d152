"""Where remembered browsers are kept."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Protocol

from gatewright.model import AuditEntry, Remembered


class Recollection(StrEnum):
    """What a remember-me token turned out to be; see `RememberStore.rotate_remembered`."""

    UNKNOWN = "unknown"
    CURRENT = "current"
    JUST_ROTATED = "just_rotated"
    REISSUED = "reissued"
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

        - The current token is replaced, and becomes the one before: ``CURRENT``.
        - The one before is let through and nothing is replaced where the current one was issued after
          ``grace_since``, for a browser sends several requests at once: ``JUST_ROTATED``.
        - After that, nobody has used the current one, or it would not be the current one: the answer that carried it
          was lost. It is replaced, and worth nothing from now on; the one before stays that: ``REISSUED``. So it is
          where the current one is from the future (`gatewright.model.is_ahead`): a clock was wrong.
        - Any other token was superseded by one that has been used, or by one that was issued in its place. Two parties
          have it: every series of the user is deleted, the sessions that came of remembering end, and ``audit`` is
          recorded; who it is about follows from the series: ``STOLEN``.

        Args:
            series_id: The series.
            digest: SHA-256 of the token that came.
            new_digest: SHA-256 of the token to replace it by.
            now: The current time; an expired series is unknown.
            grace_since: If the current token was issued after this moment, it is taken to be on its way.
            audit: What to record of a theft.
        """
        ...

    async def remove_remembered(self, series_id: str) -> None:
        """Forget a series."""
        ...

    async def delete_expired_remembered(self, *, now: datetime, at_most: int) -> int:
        """Delete series that have expired and return how many; at most ``at_most`` in one call."""
        ...
