"""Storage for remembered browsers."""

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
    """Stores remembered browsers. Every method is one transaction."""

    async def add_remembered(self, remembered: Remembered, *, account_id: str | None, digest: bytes) -> None:
        """Store a new series.

        Args:
            remembered: The series.
            account_id: The account it belongs to, if the user is in gatewright's own tables.
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
        """Use a token of a series and replace it by a new one, atomically.

        - The current token is replaced and becomes the previous one: ``CURRENT``.
        - The previous token is accepted, and nothing is replaced, if the current one was issued after ``grace_since``,
          since a browser sends several requests at once: ``JUST_ROTATED``.
        - If the previous token arrives later, nobody has used the current one, or it would no longer be the current
          one: the response that carried it was lost. The current token is replaced and becomes worthless; the previous
          one remains the previous one: ``REISSUED``. The same applies if the current token is from the future
          (`gatewright.model.is_ahead`): a clock was wrong.
        - Any other token was superseded by one that has been used, or by one that was issued in its place. Two parties
          have it: every series of the user is deleted, the sessions opened by remember-me end, and ``audit`` is
          recorded, with the user taken from the series: ``STOLEN``.

        Args:
            series_id: The series.
            digest: SHA-256 of the token that was presented.
            new_digest: SHA-256 of the token that replaces it.
            now: The current time; an expired series counts as unknown.
            grace_since: A current token issued after this moment is assumed to be still on its way.
            audit: What to record for a theft.
        """
        ...

    async def remove_remembered(self, series_id: str) -> None:
        """Delete a series."""
        ...

    async def delete_expired_remembered(self, *, now: datetime, at_most: int) -> int:
        """Delete expired series and return how many; at most ``at_most`` in one call."""
        ...
