"""Where the audit record is kept."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from gatewright.model import AuditEntry


@dataclass(frozen=True, slots=True)
class AuditFilter:
    """Which lines of the audit record to read. What is None does not matter; ``usernames`` are two spellings of one.

    A user is named by these, or by the ``user_id``, which stays where a name changes. Where there are more than
    ``at_most``, those are the first, or the ``newest``.
    """

    since: datetime | None = None
    event: str | None = None
    usernames: tuple[str, str] | None = None
    user_id: str | None = None
    after_id: int = 0
    at_most: int = 1000
    newest: bool = False


class AuditStore(Protocol):
    """Keeps the audit record: it only grows, until retention ends."""

    async def add_audit(self, entry: AuditEntry) -> None:
        """Record something that wrote nothing else."""
        ...

    async def list_audit(self, which: AuditFilter) -> list[tuple[int, AuditEntry]]:
        """Return lines with their numbers, oldest first.

        Whoever reads on behind the last number that they have seen misses none: a line is not returned before every
        line with a lower number is there.
        """
        ...

    async def delete_audit(self, *, before: datetime, at_most: int) -> int:
        """Delete lines from before a moment and return how many; at most ``at_most`` in one call."""
        ...
