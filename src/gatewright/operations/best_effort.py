"""Secondary writes: useful, but a failure must not prevent a sign-in."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager

from gatewright.errors import GatewrightError

_logger = logging.getLogger("gatewright")


@contextmanager
def best_effort_write(what: str) -> Iterator[None]:
    """Log a failed write and continue, so that a user who has authenticated is let in.

    Args:
        what: What could not be written, for the log.
    """
    try:
        yield
    except Exception as error:  # noqa: BLE001 - no reason suffices to refuse a right password
        _logger.warning("%s was not written: %s", what, cause_of(error))


def cause_of(error: Exception) -> str:
    """Return what may be logged about an error: our own messages contain no secrets, but a driver's might."""
    return f"{type(error).__name__}: {error}" if isinstance(error, GatewrightError) else type(error).__name__
