"""A clock that moves only when it is told to."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from gatewright.errors import InvalidParameterError

_NOON = datetime(2030, 1, 1, 12, tzinfo=UTC)


class FrozenClock:
    """Stands still, so that a test can be exact about what expires when.

    Args:
        at: The initial time, as an aware datetime; by default noon on 1 January 2030.

    Raises:
        InvalidParameterError: If ``at`` is naive.
    """

    def __init__(self, at: datetime = _NOON) -> None:
        if at.tzinfo is None:
            raise InvalidParameterError("at must be an aware datetime, such as datetime(2030, 1, 1, tzinfo=UTC).")
        self._now = at.astimezone(UTC)

    def now(self) -> datetime:
        """Return the current time of this clock, aware UTC."""
        return self._now

    def advance(
        self, by: timedelta = timedelta(), *, days: float = 0, hours: float = 0, minutes: float = 0, seconds: float = 0
    ) -> datetime:
        """Advance by a duration, given as a whole or in units, and return the new time. Negative durations go back."""
        self._now += by + timedelta(days=days, hours=hours, minutes=minutes, seconds=seconds)
        return self._now

    def __repr__(self) -> str:
        return f"FrozenClock(at={self._now.isoformat()})"
