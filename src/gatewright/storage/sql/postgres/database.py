"""One PostgreSQL database, behind a pool of connections.

Isolation is READ COMMITTED, and each transaction locks what its decision depends on before reading it: the row of the
account that it changes, or a name where there may be no row yet (how many attempts, whose wallet). So a transaction
never gets a serialization failure, and waits only for those that touch the same account. A deadlock is next to
impossible; if one happens, `retried` runs the transaction again.

Statements are sent in a pipeline: ``BEGIN`` with the first one, ``COMMIT`` with the last. Behind a pooler they are sent
one by one: if more transactions wait than PgBouncer 1.18 has connections, it loses track of pipelines and stops
handing out connections.
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager, nullcontext
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import psycopg
from psycopg.conninfo import conninfo_to_dict
from psycopg.pq import TransactionStatus

from gatewright.errors import ConfigurationError
from gatewright.storage.sql.database import Parameters, Transaction, first_line
from gatewright.storage.sql.dialect import POSTGRESQL
from gatewright.storage.sql.invariants import FetchAll
from gatewright.storage.sql.postgres.errors import UndoneError, not_reached, raise_explained
from gatewright.storage.sql.postgres.fitness import GRANT_CREATE, GRANT_TABLES, Fitness, look_at
from gatewright.storage.sql.postgres.maybe_async import maybe_await, maybe_enter
from gatewright.storage.sql.postgres.pools import BlockingPools, PoolOptions, SuspendingPools
from gatewright.storage.sql.rows import Row

if TYPE_CHECKING:
    from sqlalchemy import Connection

_OLDEST = 140000
"""The oldest supported server version."""

_NAMED = re.compile(r"(?<!:):(\w+)")
"""A parameter in the notation of SQLite and SQLAlchemy."""

_LOCK_NAMES = "SELECT pg_advisory_xact_lock(hashtextextended(name, 0)) FROM unnest(%(names)s::text[]) AS name"
_LOCK_MIGRATIONS = "SELECT pg_advisory_xact_lock(hashtextextended('gatewright migrations', 0))"
_FACTS = """
    SELECT current_setting('server_version'),
        least(
            current_setting('max_connections')::int - current_setting('superuser_reserved_connections')::int,
            (SELECT nullif(rolconnlimit, -1) FROM pg_roles WHERE rolname = session_user),
            (SELECT nullif(datconnlimit, -1) FROM pg_database WHERE datname = current_database())
        ),
        pg_backend_pid(), clock_timestamp()
"""
_IS_READ_ONLY = "SELECT current_setting('transaction_read_only')::boolean"
_REFUSED = (psycopg.errors.InsufficientPrivilege, psycopg.errors.InvalidSchemaName)
_OPEN = (TransactionStatus.INTRANS, TransactionStatus.INERROR)


async def _fetch_one(connection: Any, sql: str, parameters: Parameters) -> Row | None:
    cursor = await maybe_await(connection.execute(sql, parameters, binary=True))
    row: Row | None = await maybe_await(cursor.fetchone())
    return row


async def _fetch_all(connection: Any, sql: str, parameters: Parameters) -> list[Row]:
    cursor = await maybe_await(connection.execute(sql, parameters, binary=True))
    rows: list[Row] = await maybe_await(cursor.fetchall())
    return rows


class _Transaction:
    """Implements `Transaction` on a connection.

    Args:
        connection: The connection.
        pipeline: Its pipeline; None behind a pooler.
    """

    def __init__(self, connection: Any, pipeline: Any | None) -> None:
        self._connection = connection
        self._pipeline = pipeline

    async def fetch_one(self, sql: str, parameters: Parameters) -> Row | None:
        return await _fetch_one(self._connection, sql, parameters)

    async def fetch_all(self, sql: str, parameters: Parameters) -> list[Row]:
        return await _fetch_all(self._connection, sql, parameters)

    async def change(self, sql: str, parameters: Parameters) -> int:
        cursor = await maybe_await(self._connection.execute(sql, parameters))
        if self._pipeline is not None:
            await maybe_await(self._pipeline.sync())
        return int(cursor.rowcount)

    async def execute(self, sql: str, parameters: Parameters) -> None:
        await maybe_await(self._connection.execute(sql, parameters))

    async def execute_many(self, sql: str, rows: Sequence[Parameters]) -> None:
        for parameters in rows:
            await self.execute(sql, parameters)

    async def lock(self, sql: str, parameters: Parameters) -> None:
        await self.execute(sql, parameters)

    async def lock_names(self, *names: str) -> None:
        # In the same order everywhere, so that no two transactions wait for each other.
        await self.execute(_LOCK_NAMES, {"names": sorted(names)})


@dataclass(frozen=True, slots=True)
class ServerFacts:
    """What a server reports about itself.

    Args:
        version: As in ``15.4``.
        free_connections: The lowest of its limits: in total for non-superusers, for this role, and for this database.
        is_pooled: Whether connections go through a pooler in transaction mode.
        now: The time of its clock, UTC.
    """

    version: str
    free_connections: int
    is_pooled: bool
    now: datetime


class PostgresDatabase:
    """Implements `Database`.

    Args:
        options: How to connect.
        suspends: Whether to wait in an event loop instead of the calling thread.

    Raises:
        ConfigurationError: If libpq cannot parse the connection string.
    """

    dialect = POSTGRESQL

    def __init__(self, options: PoolOptions, *, suspends: bool = False) -> None:
        self.place = _place_of(options.conninfo)
        self._options = options
        self._pools = SuspendingPools(options) if suspends else BlockingPools(options)

    def unchanged_reads(self) -> None:
        """Implement `Database`."""

    async def fetch_one(self, sql: str, parameters: Parameters) -> Row | None:
        """Implement `Database`."""
        async with self._connection() as connection:
            return await _fetch_one(connection, sql, parameters)

    async def fetch_all(self, sql: str, parameters: Parameters) -> list[Row]:
        """Implement `Database`."""
        async with self._connection() as connection:
            return await _fetch_all(connection, sql, parameters)

    @asynccontextmanager
    async def transaction(self, *, survives_power_cut: bool = True) -> AsyncIterator[Transaction]:
        """Implement `Database`."""
        async with self._connection() as connection:
            try:
                async with maybe_enter(nullcontext() if connection.is_pooled else connection.pipeline()) as pipeline:
                    await maybe_await(connection.execute("BEGIN"))
                    if not survives_power_cut:
                        await maybe_await(connection.execute("SET LOCAL synchronous_commit TO off"))
                    yield _Transaction(connection, pipeline)
                    connection.is_committing = True
                    await maybe_await(connection.execute("COMMIT"))
            finally:
                if not connection.closed and connection.info.transaction_status in _OPEN:
                    await maybe_await(connection.execute("ROLLBACK"))

    async def require_writable(self) -> None:
        """Implement `Database`. A connection that can only read is given up, as after a write that was refused."""
        async with self._connection() as connection:
            if await _fetch_one(connection, _IS_READ_ONLY, {}) == (True,):
                raise psycopg.errors.ReadOnlySqlTransaction("it is read-only")

    def close(self) -> None:
        """Implement `Database`."""
        self._pools.close()

    def facts(self) -> ServerFacts:
        """Return facts about the server.

        Raises:
            StoreUnavailableError: If the server cannot be reached.
        """
        with self._asked() as connection:
            row = connection.execute(_FACTS, binary=True).fetchone()  # as text, timestamps would depend on settings
            assert row is not None  # noqa: S101 # a SELECT without a table returns one row
            version, allowed, process, now = row
            is_pooled = process != connection.info.backend_pid
        return ServerFacts(version=version, free_connections=allowed, is_pooled=is_pooled, now=now.astimezone(UTC))

    def fitness(self) -> Fitness:
        """Check for missing tables and privileges, and whether the database is writable.

        Raises:
            StoreUnavailableError: If the server cannot be reached.
        """
        with self._asked() as connection:
            return look_at(connection)

    def revision(self) -> str | None:
        """Return the last migration that was applied, or None if none was.

        Raises:
            ConfigurationError: If the server is too old, its database not in Unicode, or the role may not read
                gatewright's tables.
            StoreUnavailableError: If the server cannot be reached.
        """
        with self._asked() as connection:
            _require_usable(connection)
            known = connection.execute("SELECT to_regclass('alembic_version')").fetchone()
            if known == (None,):
                return None
            row = connection.execute("SELECT version_num FROM alembic_version").fetchone()
        return None if row is None else str(row[0])

    @contextmanager
    def reading_at_rest(self) -> Iterator[FetchAll]:
        """Yield what runs the queries of `gatewright.storage.sql.invariants`, all on one snapshot of the database.

        Raises:
            StoreUnavailableError: If the server cannot be reached.
        """
        with self._asked() as connection:
            connection.autocommit = False
            connection.read_only = True
            connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ

            def fetch_all(sql: str, parameters: Parameters) -> list[Row]:
                return connection.execute(_NAMED.sub(r"%(\1)s", sql), parameters, binary=True).fetchall()

            yield fetch_all

    @contextmanager
    def migrating(self) -> Iterator[Connection]:
        """Hold a transaction that excludes other migrations.

        Raises:
            StoreUnavailableError: If the server cannot be reached.
        """
        from sqlalchemy import create_engine
        from sqlalchemy.exc import ProgrammingError
        from sqlalchemy.pool import StaticPool

        with self.connected() as held:
            held.autocommit = False
            engine = create_engine("postgresql+psycopg://", creator=lambda: held, poolclass=StaticPool)
            with engine.connect() as connection:
                connection.exec_driver_sql("SET LOCAL statement_timeout TO 0")  # large tables take long
                connection.exec_driver_sql(_LOCK_MIGRATIONS)
                try:
                    yield connection
                except ProgrammingError as error:
                    if isinstance(error.orig, _REFUSED):
                        raise error.orig from None
                    raise
                connection.commit()

    @contextmanager
    def connected(self) -> Iterator[psycopg.Connection[Row]]:
        """Connect without the pool, so that problems are reported immediately."""
        try:
            # Nothing is prepared: behind a pooler, it would remain on a connection that is handed to others.
            connection = psycopg.connect(self._options.conninfo, **self._options.connect, prepare_threshold=None)
        except psycopg.Error as error:
            raise not_reached(error) from error
        with connection:
            try:
                yield connection
            except _REFUSED as error:
                raise ConfigurationError(
                    f"The role lacks a privilege: {first_line(error)}. Let it create tables in the schema, with: "
                    f"{GRANT_CREATE}. If another role owns the tables, run gatewright migrate as that one, and let "
                    f"this one use them: {GRANT_TABLES}. If its search_path names a schema that does not exist, create "
                    "it, or: ALTER ROLE its_name SET search_path = public"
                ) from error

    @contextmanager
    def _asked(self) -> Iterator[psycopg.Connection[Row]]:
        """Connect without the pool, and explain the errors of queries."""
        try:
            with self.connected() as connection:
                yield connection
        except psycopg.Error as error:
            raise_explained(error)
            raise

    def _connection(self) -> _Lent:
        """Borrow a connection from the pool, and explain its errors."""
        return _Lent(self._pools)


class _Lent:
    """Borrows a connection from the pool. A class, since a generator would cost each request several times as much.

    Args:
        pools: The pools to borrow it from and return it to.
    """

    __slots__ = ("_connection", "_pool", "_pools")

    def __init__(self, pools: BlockingPools | SuspendingPools) -> None:
        self._pools = pools

    async def __aenter__(self) -> Any:
        try:
            self._pool: Any = await self._pools.current()
            self._connection: Any = await maybe_await(self._pool.getconn())
        except Exception as error:
            raise_explained(error)
            raise
        self._connection.is_committing = False
        return self._connection

    async def __aexit__(self, kind: object, error: BaseException | None, traceback: object) -> None:
        connection = self._connection
        is_undone = connection.closed and not connection.is_committing and not connection.is_given_up
        if isinstance(error, psycopg.errors.ReadOnlySqlTransaction):
            # A standby. The name in the URL may already lead to the new primary, but an open connection does not move.
            await maybe_await(connection.close())
        try:
            await maybe_await(self._pool.putconn(connection))
        finally:
            if is_undone and isinstance(error, psycopg.OperationalError):
                raise UndoneError(f"The database is not available: {first_line(error)}.") from error
            if error is not None:
                raise_explained(error)


def _require_usable(connection: psycopg.Connection[Row]) -> None:
    """Check the requirements of every statement.

    Raises:
        ConfigurationError: If the server is too old, or the database cannot hold every text.
    """
    if connection.info.server_version < _OLDEST:
        raise ConfigurationError(
            f"The server is PostgreSQL {connection.info.server_version // 10000}; gatewright needs 14 or newer."
        )
    encoding = connection.info.parameter_status("server_encoding")
    if encoding != "UTF8":
        raise ConfigurationError(
            f"The database has the encoding {encoding}, which cannot hold every name that somebody may type. Create "
            "one in Unicode, with: CREATE DATABASE its_name ENCODING 'UTF8' TEMPLATE template0"
        )


def _place_of(conninfo: str) -> str:
    """Return the target of the connection for display, without the password."""
    try:
        parts = conninfo_to_dict(conninfo)
    except psycopg.ProgrammingError as error:
        # Without libpq's message, which may quote a part of the password.
        reason = str(error).strip() if "invalid URI query parameter" in str(error) else "libpq cannot read it"
        raise ConfigurationError(
            f"The database URL cannot be read: {reason}. It must look like "
            "postgresql+psycopg://user:password@host/database, with characters such as @ / : % in a password written "
            "as %40."
        ) from None
    return f"postgresql://{parts.get('host', '')}/{parts.get('dbname', '')}"
