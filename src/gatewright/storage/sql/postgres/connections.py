"""Connections whose waits are bounded, and their initial configuration."""

from __future__ import annotations

import select
from typing import Any

import psycopg
from psycopg import AsyncConnection, Connection
from psycopg.errors import _WaitTimeout

from gatewright.storage.sql.postgres.maybe_async import maybe_await

_GRACE = 1.0
"""Extra seconds for the server to report its own statement time-out, before the connection is closed."""

_SET_LIMITS = """
    SELECT set_config('statement_timeout', %(milliseconds)s, false),
        set_config('idle_in_transaction_session_timeout', %(milliseconds)s, false)
"""


class _Patient:
    """Closes a connection whose server does not answer: frozen, or behind a network that drops every packet."""

    patience: float = 60.0
    """Seconds to wait for one response."""

    is_given_up: bool = False
    """Whether the server has not answered in time. The caller has waited long enough, so nothing is retried."""

    is_pooled: bool = False
    """Whether it goes through a pooler in transaction mode."""


class BlockingConnection(_Patient, Connection[tuple[Any, ...]]):
    """A connection whose every wait is bounded."""

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
    """Check that an idle connection is still alive, without a round trip.

    Anything that has arrived is the server closing the connection, for example because it was restarted. Noticed
    later, that would be an error in the middle of a transaction whose outcome might be unknown.

    Raises:
        psycopg.OperationalError: If the server has sent anything, or is gone.
    """
    poll = select.poll()
    poll.register(connection.pgconn.socket, select.POLLIN)
    if poll.poll(0):
        connection.pgconn.finish()
        raise psycopg.OperationalError("the server has closed the connection")


async def configure(connection: Any, *, patience: float) -> None:
    """Configure a new connection for the store.

    Behind a pooler in transaction mode, such as PgBouncer, no setting or prepared statement may outlive a transaction.
    A pooler is detected by the process that answers, which is not the one that was connected to.

    Args:
        connection: A new connection of either kind, in autocommit mode.
        patience: Seconds after which a statement is cancelled.
    """
    connection.patience = patience + _GRACE
    cursor = await maybe_await(connection.execute("SELECT pg_backend_pid()"))
    (process,) = await maybe_await(cursor.fetchone())
    if process != connection.info.backend_pid:
        connection.is_pooled, connection.prepare_threshold = True, None
        return
    connection.prepare_threshold = 0  # there are a few hundred statements, each run repeatedly
    await maybe_await(connection.execute(_SET_LIMITS, {"milliseconds": str(int(patience * 1000))}))
