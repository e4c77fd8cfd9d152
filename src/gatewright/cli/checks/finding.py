"""What a check found."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Status(StrEnum):
    """How bad it is."""

    OK = "ok"
    WARNING = "warning"
    """Fine here, but not where real people sign in."""
    UNSAFE = "unsafe"
    """Refuses to start, or lets somebody in who should not be."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One row of the report. Holds names and places, never a secret."""

    check: str
    status: Status
    finding: str
    cure: str = ""
