"""Connections that never wait for ever, and what is said to the server on a new one."""

from __future__ import annotations

import select
from typing import Any

import psycopg
from psycopg import AsyncConnection, Connection
from psycopg.errors import _WaitTimeout

from gatewright.storage.sql.postgres.either import settled

_GRACE = 1.0
"""Seconds that a server has for saying itself that a statement took too long, before the connection is given up."""

_SET_LIMITS = """
    SELECT set_config('statement_timeout', %(milliseconds)s, false),
        set_config('idle_in_transaction_session_timeout', %(milliseconds)s, false)
"""


class _Patient:
    """Ends a connection whose server does not answer: frozen, or behind a network that swallows everything."""

    patience: float = 60.0
    """Seconds to wait for one answer."""

    is_given_up: bool = False
    """Whether the server has not answered in time. Who asked has waited for long enough, and does not ask once more."""

    is_pooled: bool = False
    """Whether there is a pooler between, which lends its connections for one transaction at a time."""


class BlockingConnection(_Patient, Connection[tuple[Any, ...]]):
    """A connection whose every wait ends."""

    def wait(self, gen: Any, interval: float = 0.1, timeout: float | None = None) -> Any:
        """Wait for the server, as psycopg does.

        Raises:
            psycopg.OperationalError: If it does not answer in time. The connection is closed.
        """
        try:
            return super().wait(gen, interval, timeout or self.patience)
        except _WaitTimeout:
            raise _give_up(self) from None


class SuspendingConnection(_Patient, AsyncConnection[tuple[Any, ...]]):
    """The same in an event loop."""

    async def wait(self, gen: Any, interval: float = 0.1, timeout: float | None = None) -> Any:  # noqa: ASYNC109
        """Wait for the server, as psycopg does.

        Raises:
            psycopg.OperationalError: If it does not answer in time. The connection is closed.
        """
        try:
            return await super().wait(gen, interval, timeout or self.patience)
        except _WaitTimeout:
            raise _give_up(self) from None


def _give_up(connection: Any) -> psycopg.OperationalError:
    connection.is_given_up = True
    connection.pgconn.finish()
    return psycopg.OperationalError("the server does not answer")


def require_silence(connection: Any) -> None:
    """Check that a connection which nobody uses is still one, without asking the server.

    Where something arrived, it was the server's farewell: it has been restarted, say. Found out later, that would be
    an error in the middle of a transaction whose end might be unknown.

    Raises:
        psycopg.OperationalError: If the server has said something, or is gone.
    """
    poll = select.poll()
    poll.register(connection.pgconn.socket, select.POLLIN)
    if poll.poll(0):
        connection.pgconn.finish()
        raise psycopg.OperationalError("the server has closed the connection")


async def configure(connection: Any, *, patience: float) -> None:
    """Prepare a new connection for the store.

    Behind a pooler that lends a server connection for one transaction at a time, such as PgBouncer, nothing may be set
    or prepared that outlives a transaction. There the process that answers is not the one that was connected to.

    Args:
        connection: A new connection of either kind, in autocommit mode.
        patience: Seconds after which a statement is given up.
    """
    connection.patience = patience + _GRACE
    cursor = await settled(connection.execute("SELECT pg_backend_pid()"))
    (process,) = await settled(cursor.fetchone())
    if process != connection.info.backend_pid:
        connection.is_pooled, connection.prepare_threshold = True, None
        return
    connection.prepare_threshold = 0  # there are some hundred statements, and each is run again and again
    await settled(connection.execute(_SET_LIMITS, {"milliseconds": str(int(patience * 1000))}))
