"""What watches the work that is done: it counts and times, and decides nothing."""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import Protocol


class Observer(Protocol):
    """Told of whatever begins and ends. Never told who it is about, or any secret: what it keeps is read by many."""

    def operation(self, name: str) -> AbstractContextManager[None]:
        """Watch one operation, known by the name of the method that an application calls."""
        ...

    def hook(self, point: str, callback: str) -> AbstractContextManager[None]:
        """Watch one callback at a hook point. Both names are from code."""
        ...

    def store_call(self, method: str) -> AbstractContextManager[None]:
        """Watch one call of the store."""
        ...

    def hashing(self) -> AbstractContextManager[None]:
        """Watch one password on its way through the queue and the hasher."""
        ...

    def sign_in(self, *, provider: str, method: str, is_successful: bool) -> None:
        """Take note of a sign-in, or of an attempt at one that has failed."""
        ...

    def mails_waiting(self, count: int) -> None:
        """Take note of how many mails wait to be sent."""
        ...

    def settings_in_force(self, fingerprint: str) -> None:
        """Take note of the settings that the process runs with."""
        ...
