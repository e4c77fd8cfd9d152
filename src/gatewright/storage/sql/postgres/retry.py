"""The one place where a transaction that came to nothing is run again."""

from __future__ import annotations

import inspect
from typing import Any, TypeVar, cast

from gatewright.storage.sql.postgres.errors import UndoneError

S = TypeVar("S")

_TRIES = 5


class _Retried:
    """Stands in for a store, each of whose methods is one transaction."""

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
    """Return a store that runs a method again, a few times, where it is certain that nothing was done.

    That is where two transactions have locked each other out, and where the connection was lost before the
    transaction's end was asked for: after a restart of the server, say. Where the end was asked for and the answer was
    lost, nobody knows; the caller is told that the store is not available.
    """
    return cast(S, _Retried(store))
