"""The SQL store keeps every promise of the port: on a file, in memory, and offloaded under an event loop."""

from __future__ import annotations

import sqlite3
from contextlib import closing

import pytest

from gatewright.offload import offload
from gatewright.storage.sql import SQLiteDatabase, SQLStore
from gatewright.testing.store_conformance import StoreConformance


class SQLConformance(StoreConformance):
    """The suite, with a database of its own beside the store."""

    @pytest.fixture
    def database(self, url, migrated_file):
        with closing(SQLiteDatabase(url)) as database:
            with database.connection() as connection, closing(sqlite3.connect(migrated_file)) as migrated:
                connection.executescript("".join(migrated.iterdump()))
            yield database

    @pytest.fixture
    def store(self, database):
        return SQLStore(database)


class TestFile(SQLConformance):
    """On a file, answering at once."""


class TestMemory(SQLConformance):
    """In memory, answering at once."""

    survives_close = False

    @pytest.fixture
    def url(self):
        return "sqlite://"


class TestOffloadedFile(SQLConformance):
    """On a file, in threads of its own, awaited in an event loop."""

    suspends = True

    @pytest.fixture
    def store(self, database):
        return offload(SQLStore(database), threads=4)


class TestOffloadedMemory(TestOffloadedFile):
    """In memory, in threads of its own, awaited in an event loop."""

    survives_close = False

    @pytest.fixture
    def url(self):
        return "sqlite://"


def test_a_store_that_suspends_by_surprise_is_caught(url):
    """The suite holds a store to its word: one that is not marked as suspending may not suspend."""
    with pytest.raises(NotImplementedError, match="fixture named `store`"):
        StoreConformance.store.__wrapped__(StoreConformance())
