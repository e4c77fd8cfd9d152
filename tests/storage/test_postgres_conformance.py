"""The SQL store keeps every promise of the port on PostgreSQL: answering at once, and awaited in an event loop."""

from __future__ import annotations

from contextlib import closing
from dataclasses import replace

import psycopg
import pytest

from gatewright.storage.sql import SQLStore
from gatewright.storage.sql.postgres.database import PostgresDatabase
from gatewright.storage.sql.postgres.pools import PoolOptions
from gatewright.storage.sql.postgres.retry import retried
from gatewright.storage.sql.tables import metadata
from gatewright.storage.sql.url import conninfo_of
from gatewright.testing.store_conformance import StoreConformance

TABLES = ", ".join(table.name for table in metadata.sorted_tables)


@pytest.fixture(scope="module")
def options(make_migrated_postgres_database):
    """How to connect to a database that has been migrated."""
    return PoolOptions(conninfo=conninfo_of(make_migrated_postgres_database()), size=8, patience=10)


class PostgresConformance(StoreConformance):
    """The suite, on one database that is emptied before each test."""

    @pytest.fixture
    def database(self, options, run):
        with psycopg.connect(options.conninfo) as connection:
            connection.execute(f"TRUNCATE {TABLES} RESTART IDENTITY")
        with closing(PostgresDatabase(options, suspends=self.suspends)) as database:
            yield database  # and is closed while the event loop still runs, to which its connections belong

    @pytest.fixture
    def store(self, database):
        return retried(SQLStore(database))


class TestBlocking(PostgresConformance):
    """Answering at once."""


class TestSuspending(PostgresConformance):
    """Awaited in an event loop."""

    suspends = True


class ThroughPgBouncer(PostgresConformance):
    """Through a pooler that lends each transaction another connection. The suite's threads share two of them."""

    @pytest.fixture
    def options(self, options, pgbouncer):
        """How to connect to the same database through the pooler."""
        name = options.conninfo.rpartition("/")[2]
        return replace(options, conninfo=conninfo_of(f"{pgbouncer}{name}"))


@pytest.mark.long
class TestBlockingThroughPgBouncer(ThroughPgBouncer):
    """Answering at once."""


@pytest.mark.long
class TestSuspendingThroughPgBouncer(ThroughPgBouncer):
    """Awaited in an event loop."""

    suspends = True
