"""Randomness that is the same in every run."""

from __future__ import annotations

from hashlib import sha256
from itertools import count


class SeededRandom:
    """Returns the same bytes in the same order for the same seed: for tests only.

    Args:
        seed: Any text. Two applications on one database need different seeds, or their identifiers collide.
    """

    def __init__(self, seed: str) -> None:
        self._seed = seed
        self._blocks = count()

    def token_bytes(self, size: int) -> bytes:
        """Return the next ``size`` bytes; whoever knows the seed can guess them."""
        drawn = b""
        while len(drawn) < size:
            drawn += sha256(f"{self._seed}:{next(self._blocks)}".encode()).digest()
        return drawn[:size]
