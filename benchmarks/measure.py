"""Time contenders against each other on a machine that is never quiet.

Whatever else runs slows everybody at the same moment. So turns are short, about a millisecond, because most of them
then fall between two interruptions; there are many rounds; the order is reversed each time, so that nobody always
follows the same neighbour; and a ratio is the median of the ratios within single rounds. It needs only the standard
library, since it also runs in the peer's virtualenv.
"""

from __future__ import annotations

import gc
from collections.abc import Callable, Mapping
from statistics import median
from time import perf_counter

_ROUNDS = 151
_WARM_UP = 50

Turn = Callable[[], float]
"""Does a contender's work several times, and returns the seconds that doing it once took."""


def repeat(function: Callable[[], object], *, number: int) -> Turn:
    """Return a turn that calls ``function`` so many times, after one call to refill the processor's caches."""

    def turn() -> float:
        function()
        start = perf_counter()
        for _ in range(number):
            function()
        return (perf_counter() - start) / number

    return turn


class Race:
    """What the contenders took, round by round.

    Args:
        seconds: Contender -> seconds in each round, the same rounds for all.
    """

    def __init__(self, seconds: Mapping[str, list[float]]) -> None:
        self._seconds = seconds

    def __contains__(self, name: str) -> bool:
        """Whether this contender took part."""
        return name in self._seconds

    def median(self, name: str) -> float:
        """Return the median of one contender, in seconds."""
        return median(self._seconds[name])

    def ratio(self, name: str, to: str) -> float:
        """Return how many times as long as ``to`` ``name`` takes."""
        return median(one / other for one, other in self._pairs(name, to))

    def difference(self, name: str, minus: str) -> float:
        """Return how many seconds longer ``name`` takes than ``minus``."""
        return median(one - other for one, other in self._pairs(name, minus))

    def _pairs(self, name: str, other: str) -> list[tuple[float, float]]:
        return list(zip(self._seconds[name], self._seconds[other], strict=True))


def race(turns: Mapping[str, Turn], *, rounds: int = _ROUNDS, warm_up: int = _WARM_UP) -> Race:
    """Give every contender a turn in every round, without garbage collection; the first rounds only warm up."""
    seconds: dict[str, list[float]] = {name: [] for name in turns}
    order = list(turns)
    gc.collect()
    gc.disable()
    try:
        for round_number in range(-warm_up, rounds):
            for name in order:
                took = turns[name]()
                if round_number >= 0:
                    seconds[name].append(took)
            order.reverse()
    finally:
        gc.enable()
    return Race(seconds)
