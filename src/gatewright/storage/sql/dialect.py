"""What differs between the databases, besides their drivers: the spelling of statements and of timestamps."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import Any

from gatewright.model import as_utc


@dataclass(frozen=True, slots=True)
class Dialect:
    """A kind of database.

    Args:
        name: As in a URL, and of the file with the statements.
        write_moment: Turns a timestamp into what a column keeps.
        read_aware: Turns what a column keeps into a timestamp in UTC.
        read_naive: The same without a time zone, as the Evrmore documents expect.
    """

    name: str
    write_moment: Callable[[datetime], object]
    read_aware: Callable[[Any], datetime]
    read_naive: Callable[[Any], datetime]


_LENGTH = len("2000-01-01T00:00:00.000000")


def text_of(moment: datetime) -> str:
    """Write a timestamp as UTC ISO text, always 26 characters long."""
    return as_utc(moment).isoformat("T", "microseconds")[:_LENGTH]


def _aware_of(text: str) -> datetime:
    return datetime.fromisoformat(f"{text}Z")


def _naive_in_utc(moment: datetime) -> datetime:
    return moment.astimezone(UTC).replace(tzinfo=None)


SQLITE = Dialect("sqlite", text_of, _aware_of, datetime.fromisoformat)
"""Timestamps are text of one length, whose order is that of time."""

POSTGRESQL = Dialect("postgresql", as_utc, partial(datetime.astimezone, tz=UTC), _naive_in_utc)
"""Timestamps are ``timestamptz``."""
