"""Unpredictable bytes."""

from __future__ import annotations

from typing import Protocol


class Random(Protocol):
    """Makes unpredictable bytes."""

    def token_bytes(self, size: int) -> bytes:
        """Return ``size`` unpredictable bytes."""
        ...
