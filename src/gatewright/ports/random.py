"""What nobody can guess."""

from __future__ import annotations

from typing import Protocol


class Random(Protocol):
    """Makes what nobody can guess."""

    def token_bytes(self, size: int) -> bytes:
        """Return ``size`` unpredictable bytes."""
        ...
