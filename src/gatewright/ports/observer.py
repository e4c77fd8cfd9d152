"""Observes the work that is done: it counts and times, and decides nothing."""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import Protocol


class Observer(Protocol):
    """Notified when work begins and ends. Never told who it is about, or any secret: many can read what it records."""

    def operation(self, name: str) -> AbstractContextManager[None]:
        """Observe one operation, identified by the name of the method that an application calls."""
        ...

    def hook(self, point: str, callback: str) -> AbstractContextManager[None]:
        """Observe one callback at a hook point. Both names come from code."""
        ...

    def store_call(self, method: str) -> AbstractContextManager[None]:
        """Observe one call to the store."""
        ...

    def hashing(self) -> AbstractContextManager[None]:
        """Observe one password on its way through the queue and the hasher."""
        ...

    def sign_in(self, *, provider: str, method: str, is_successful: bool) -> None:
        """Record a sign-in, or a failed attempt at one."""
        ...

    def mails_waiting(self, count: int) -> None:
        """Record how many emails are queued."""
        ...

    def settings_in_force(self, fingerprint: str) -> None:
        """Record the settings that the process runs with."""
        ...
