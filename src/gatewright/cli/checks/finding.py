"""What a check found."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Status(StrEnum):
    """How serious a finding is."""

    OK = "ok"
    WARNING = "warning"
    """Fine here, but not where real people sign in."""
    UNSAFE = "unsafe"
    """The service refuses to start, or lets in somebody it should not."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One row of the report. It holds names and places, never a secret."""

    check: str
    status: Status
    finding: str
    cure: str = ""
