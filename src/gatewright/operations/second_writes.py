"""Writes beside the one that matters: what they say is good to know, and nobody is turned away for it."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager

from gatewright.errors import GatewrightError

_logger = logging.getLogger("gatewright")


@contextmanager
def second_write(what: str) -> Iterator[None]:
    """Log that a write has failed, and go on: whoever has proven who they are is let in.

    Args:
        what: What is not written then, for the log.
    """
    try:
        yield
    except Exception as error:  # noqa: BLE001 - whatever the reason, it is none to refuse a right password
        _logger.warning("%s was not written: %s", what, cause_of(error))


def cause_of(error: Exception) -> str:
    """Return what the log may hold of an error: our own messages have no secrets, a driver's might."""
    return f"{type(error).__name__}: {error}" if isinstance(error, GatewrightError) else type(error).__name__
