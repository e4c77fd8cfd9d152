"""Connection pools: one in each process, and under asyncio one for each event loop."""

from __future__ import annotations

import os
import threading
from collections.abc import AsyncGenerator
from dataclasses import dataclass
from functools import partial
from typing import Any

from psycopg_pool import AsyncConnectionPool, ConnectionPool

from gatewright.drive import run_to_completion
from gatewright.offload import ClosedOnCancellation, PerLoop
from gatewright.storage.sql.postgres.connections import (
    BlockingConnection,
    SuspendingConnection,
    configure,
    require_silence,
)

_RECONNECT = 10.0
"""Seconds for which a pool tries to replace a lost connection, before it waits for the next request for one."""


@dataclass(frozen=True, slots=True)
class PoolOptions:
    """How to connect.

    Args:
        conninfo: The connection string for libpq.
        size: The maximum number of connections in a pool.
        patience: Seconds to wait for a connection, and for the response to a statement.
    """

    conninfo: str
    size: int
    patience: float

    @property
    def connect(self) -> dict[str, Any]:
        """Return further options for libpq, which bound its waits."""
        return {
            "autocommit": True,
            "connect_timeout": max(2, round(self.patience)),
            "application_name": "gatewright",
            "client_encoding": "utf8",
            "tcp_user_timeout": round(self.patience * 1000),
        }

    @property
    def pool(self) -> dict[str, Any]:
        """Return the options of every pool."""
        return {
            "kwargs": self.connect,
            "min_size": 1,
            "max_size": self.size,
            "timeout": self.patience,
            "reconnect_timeout": _RECONNECT,
            "open": False,
        }


class BlockingPools:
    """One pool in each process: a forked child must not use its parent's connections."""

    def __init__(self, options: PoolOptions) -> None:
        self._options = options
        self._pools: dict[int, ConnectionPool[BlockingConnection]] = {}
        self._lock = threading.Lock()

    async def current(self) -> ConnectionPool[BlockingConnection]:
        """Return this process's pool, opened at first use."""
        process = os.getpid()
        pool = self._pools.get(process)
        if pool is None:
            with self._lock:
                pool = self._pools.get(process) or self._pools.setdefault(process, self._open())
        return pool

    def close(self) -> None:
        """Close this process's pool. The next use opens a new one."""
        pool = self._pools.pop(os.getpid(), None)
        if pool is not None:
            pool.close()

    def _open(self) -> ConnectionPool[BlockingConnection]:
        def configure_it(connection: BlockingConnection) -> None:
            run_to_completion(configure(connection, patience=self._options.patience))

        pool = ConnectionPool(
            self._options.conninfo,
            connection_class=BlockingConnection,
            configure=configure_it,
            check=require_silence,
            **self._options.pool,
        )
        pool.open()
        return pool


class SuspendingPools:
    """One pool for each event loop: a connection belongs to the loop in which it was opened."""

    def __init__(self, options: PoolOptions) -> None:
        self._options = options
        self._pools = PerLoop(self._open)

    async def current(self) -> AsyncConnectionPool[SuspendingConnection]:
        """Return this event loop's pool, opened at first use."""
        return await self._pools.get()

    def close(self) -> None:
        """Close every loop's pool. The next use opens a new one."""
        self._pools.close()

    async def _open(self) -> AsyncGenerator[AsyncConnectionPool[SuspendingConnection], None]:
        pool = AsyncConnectionPool(
            self._options.conninfo,
            connection_class=SuspendingConnection,
            configure=partial(configure, patience=self._options.patience),
            check=_require_silence,
            **self._options.pool,
        )
        await pool.open()
        # The pool's own tasks ignore cancellation while they connect. If the server does not answer, they do so most of
        # the time, and the loop would wait for them for ever.
        async with ClosedOnCancellation(pool.close):
            yield pool


async def _require_silence(connection: SuspendingConnection) -> None:
    require_silence(connection)
