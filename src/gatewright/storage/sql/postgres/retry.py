"""The one place where a transaction that had no effect is retried."""

from __future__ import annotations

import inspect
from typing import Any, TypeVar, cast

from gatewright.storage.sql.postgres.errors import UndoneError

S = TypeVar("S")

_TRIES = 5


class _Retried:
    """Wraps a store, each of whose methods is one transaction."""

    def __init__(self, store: object) -> None:
        self._store = store

    def __getattr__(self, name: str) -> Any:
        method = getattr(self._store, name)
        if not inspect.iscoroutinefunction(method):
            return method

        async def run(*args: Any, **kwargs: Any) -> Any:
            for _ in range(_TRIES - 1):
                try:
                    return await method(*args, **kwargs)
                except UndoneError:
                    continue
            return await method(*args, **kwargs)

        setattr(self, name, run)
        return run


def retried(store: S) -> S:
    """Return a store that retries a method, a few times, if it is certain that nothing was done.

    That is the case after a deadlock between two transactions, and if the connection was lost before the commit was
    sent, for example because the server was restarted. If the commit was sent but the response lost, the outcome is
    unknown, and the caller is told that the store is not available.
    """
    return cast(S, _Retried(store))
