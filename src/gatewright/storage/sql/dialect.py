"""The differences between databases, besides their drivers: the syntax of statements and of timestamps."""

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
        name: As in a URL, and in the name of the file with the statements.
        write_moment: Converts a timestamp to what a column stores.
        read_aware: Converts what a column stores to an aware timestamp in UTC.
        read_naive: The same without a time zone, as the Evrmore documents expect.
        has_many_writers: Whether transactions write concurrently, so that one may get its number before another and
            commit after it.
    """

    name: str
    write_moment: Callable[[datetime], object]
    read_aware: Callable[[Any], datetime]
    read_naive: Callable[[Any], datetime]
    has_many_writers: bool


_LENGTH = len("2000-01-01T00:00:00.000000")


def text_of(moment: datetime) -> str:
    """Return a timestamp as UTC ISO text, always 26 characters long."""
    return as_utc(moment).isoformat("T", "microseconds")[:_LENGTH]


def _aware_of(text: str) -> datetime:
    return datetime.fromisoformat(f"{text}Z")


def _naive_in_utc(moment: datetime) -> datetime:
    return moment.astimezone(UTC).replace(tzinfo=None)


SQLITE = Dialect("sqlite", text_of, _aware_of, datetime.fromisoformat, has_many_writers=False)
"""Timestamps are text of a fixed length, which sorts chronologically."""

POSTGRESQL = Dialect("postgresql", as_utc, partial(datetime.astimezone, tz=UTC), _naive_in_utc, has_many_writers=True)
"""Timestamps are ``timestamptz``."""
