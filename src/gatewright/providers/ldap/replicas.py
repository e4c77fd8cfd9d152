"""Several servers with the same directory: the first one that answers is used."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Generic, TypeVar

from gatewright.errors import ProviderUnavailableError
from gatewright.ports import Clock

Server = TypeVar("Server")
Answer = TypeVar("Answer")

_AVOIDED_FOR = timedelta(minutes=1)
"""How long a server that did not answer is tried last, so that not every request waits for its time-out."""


class Replicas(Generic[Server]):
    """The servers of one directory, in order of preference. Thread-safe.

    Args:
        servers: At least one.
        clock: Measures how long ago a server did not answer.
    """

    def __init__(self, servers: Sequence[Server], *, clock: Clock) -> None:
        self._servers = tuple(servers)
        self._clock = clock
        self._avoided_until: dict[int, datetime] = {}

    def ask(self, question: Callable[[Server], Answer]) -> Answer:
        """Return the answer of the first server that gives one; a refusal is an answer.

        Raises:
            ProviderUnavailableError: What the last server raised, if none answers.
        """
        trouble: ProviderUnavailableError | None = None
        for number in self._order():
            try:
                answer = question(self._servers[number])
            except ProviderUnavailableError as error:
                self._avoided_until[number] = self._clock.now() + _AVOIDED_FOR
                trouble = error
            else:
                self._avoided_until.pop(number, None)
                return answer
        raise trouble or AssertionError("there is at least one server")

    def _order(self) -> list[int]:
        """Return the servers' numbers; those that did not answer recently come last."""
        now = self._clock.now()
        return sorted(range(len(self._servers)), key=lambda number: now < self._avoided_until.get(number, now))
