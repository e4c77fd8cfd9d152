"""Combine two observers into one."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from gatewright.ports import Observer


class CompositeObserver:
    """Implements `Observer` by notifying two others.

    Args:
        outer: Notified first when something begins, and last when it ends.
        inner: The other one.
    """

    def __init__(self, outer: Observer, inner: Observer) -> None:
        self._outer = outer
        self._inner = inner

    @contextmanager
    def operation(self, name: str) -> Iterator[None]:
        """Implement `Observer`."""
        with self._outer.operation(name), self._inner.operation(name):
            yield

    @contextmanager
    def hook(self, point: str, callback: str) -> Iterator[None]:
        """Implement `Observer`."""
        with self._outer.hook(point, callback), self._inner.hook(point, callback):
            yield

    @contextmanager
    def store_call(self, method: str) -> Iterator[None]:
        """Implement `Observer`."""
        with self._outer.store_call(method), self._inner.store_call(method):
            yield

    @contextmanager
    def hashing(self) -> Iterator[None]:
        """Implement `Observer`."""
        with self._outer.hashing(), self._inner.hashing():
            yield

    def sign_in(self, *, provider: str, method: str, is_successful: bool) -> None:
        """Implement `Observer`."""
        for each in (self._outer, self._inner):
            each.sign_in(provider=provider, method=method, is_successful=is_successful)

    def mails_waiting(self, count: int) -> None:
        """Implement `Observer`."""
        for each in (self._outer, self._inner):
            each.mails_waiting(count)

    def settings_in_force(self, fingerprint: str) -> None:
        """Implement `Observer`."""
        for each in (self._outer, self._inner):
            each.settings_in_force(fingerprint)
