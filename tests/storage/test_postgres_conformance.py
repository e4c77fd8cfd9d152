"""The SQL store keeps every promise of the port on PostgreSQL: answering at once, and awaited in an event loop."""

from __future__ import annotations

from contextlib import ExitStack, closing
from dataclasses import replace
from functools import cache

import psycopg
import pytest

from gatewright.drive import run_to_completion
from gatewright.storage.sql import SQLStore
from gatewright.storage.sql.postgres.database import PostgresDatabase
from gatewright.storage.sql.postgres.pools import PoolOptions
from gatewright.storage.sql.postgres.retry import retried
from gatewright.storage.sql.tables import metadata
from gatewright.storage.sql.url import conninfo_of
from gatewright.testing.store_conformance import StoreConformance
from gatewright.testing.store_conformance.fixtures import event_loop

EMPTY = "; ".join(f"DELETE FROM {table.name}" for table in reversed(metadata.sorted_tables))
"""Of a few rows, in a thirtieth of the time that TRUNCATE takes to make new files."""


@pytest.fixture(scope="module")
def migrated(make_migrated_postgres_database):
    """How to connect to a database that has been migrated."""
    return PoolOptions(conninfo=conninfo_of(make_migrated_postgres_database()), size=8, patience=10)


@pytest.fixture(scope="module")
def empty(migrated):
    """Empty that database."""
    with psycopg.connect(migrated.conninfo, autocommit=True) as connection:
        yield lambda: connection.execute(EMPTY)


@pytest.fixture(scope="module")
def loop():
    """Run coroutines in one event loop, to which the connections of all tests belong."""
    with event_loop() as run:
        yield run


@pytest.fixture(scope="module")
def opened(loop):
    """Open each database once for all tests: a new connection plans each statement anew, and costs more than a test."""
    with ExitStack() as stack:

        @cache
        def opened(options, *, suspends):
            return stack.enter_context(closing(PostgresDatabase(options, suspends=suspends)))

        yield opened


class PostgresConformance(StoreConformance):
    """The suite, on one database that is emptied before each test."""

    @pytest.fixture
    def run(self, loop):
        return loop if self.suspends else run_to_completion

    @pytest.fixture
    def options(self, migrated):
        return migrated

    @pytest.fixture
    def database(self, options, empty, opened):
        empty()
        return opened(options, suspends=self.suspends)

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
    def options(self, migrated, pgbouncer):
        """How to connect to the same database through the pooler."""
        name = migrated.conninfo.rpartition("/")[2]
        return replace(migrated, conninfo=conninfo_of(f"{pgbouncer}{name}"))


@pytest.mark.long
class TestBlockingThroughPgBouncer(ThroughPgBouncer):
    """Answering at once."""


@pytest.mark.long
class TestSuspendingThroughPgBouncer(ThroughPgBouncer):
    """Awaited in an event loop."""

    suspends = True
