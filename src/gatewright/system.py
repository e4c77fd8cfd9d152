"""The real clock and the real source of randomness: the only module that may use either."""

from __future__ import annotations

import secrets  # noqa: TID251 - the one source of randomness
from datetime import UTC, datetime
from time import monotonic as monotonic  # noqa: TID251 - for intervals, which setting the clock must not change


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        """Return the current time, aware UTC."""
        return datetime.now(UTC)  # noqa: TID251 - the one place where the clock is read


class SystemRandom:
    """The operating system's cryptographically strong randomness."""

    def token_bytes(self, size: int) -> bytes:
        """Return ``size`` unpredictable bytes."""
        return secrets.token_bytes(size)
