"""Storage for the audit record."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from gatewright.model import AuditEntry


@dataclass(frozen=True, slots=True)
class AuditFilter:
    """Which lines of the audit record to read. None matches everything; ``usernames`` are two spellings of one name.

    A user is identified by these, or by the ``user_id``, which survives a change of name. If there are more than
    ``at_most`` lines, the first are returned, or the ``newest``.
    """

    since: datetime | None = None
    event: str | None = None
    usernames: tuple[str, str] | None = None
    user_id: str | None = None
    after_id: int = 0
    at_most: int = 1000
    newest: bool = False


class AuditStore(Protocol):
    """Stores the audit record, which only grows until retention ends."""

    async def add_audit(self, entry: AuditEntry) -> None:
        """Record an event that writes nothing else."""
        ...

    async def list_audit(self, which: AuditFilter) -> list[tuple[int, AuditEntry]]:
        """Return lines with their numbers, oldest first.

        A reader who continues after the last number seen misses none: a line is returned only once every line with a
        lower number is visible.
        """
        ...

    async def delete_audit(self, *, before: datetime, at_most: int) -> int:
        """Delete lines from before a moment and return how many; at most ``at_most`` in one call."""
        ...
