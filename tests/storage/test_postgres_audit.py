"""Whoever follows the audit record on PostgreSQL misses no line, though lines are committed in any order."""

from __future__ import annotations

import threading
from contextlib import closing
from datetime import UTC, datetime

import psycopg
import pytest

from gatewright.drive import run_to_completion
from gatewright.model import AuditEntry
from gatewright.ports import AuditFilter
from gatewright.storage.sql import SQLStore
from gatewright.storage.sql.postgres.database import PostgresDatabase
from gatewright.storage.sql.postgres.pools import PoolOptions
from gatewright.storage.sql.url import conninfo_of


@pytest.fixture(params=["directly", "through a pooler"])
def store(request, migrated_postgres_database):
    url = migrated_postgres_database
    if request.param == "through a pooler":
        url = f"{request.getfixturevalue('pgbouncer')}{url.rpartition('/')[2]}"
    with closing(SQLStore(PostgresDatabase(PoolOptions(conninfo=conninfo_of(url), size=8, patience=10)))) as store:
        yield store


@pytest.fixture
def read(store):
    """Read the lines behind a number, as numbers and events."""

    def read(after_id=0, **which):
        lines = run_to_completion(store.list_audit(AuditFilter(after_id=after_id, **which)))
        return [(number, entry.event) for number, entry in lines]

    return read


def line(event):
    return AuditEntry(at=datetime(2030, 1, 1, tzinfo=UTC), event=event)


def write(store, event):
    run_to_completion(store.add_audit(line(event)))


def test_a_line_waits_for_those_with_lower_numbers(store, read):
    async def take_a_number_and_commit_later():
        async with store._database.transaction() as tx:
            await store._record(tx, line("slow"))
            await tx.fetch_one("SELECT 1", {})  # the line has its number now
            await store.add_audit(line("quick"))
            return read(), read(newest=True)

    write(store, "first")
    assert run_to_completion(take_a_number_and_commit_later()) == ([(1, "first")], [(1, "first")])
    assert read(after_id=1) == [(2, "slow"), (3, "quick")]


def test_a_number_that_was_never_used_holds_nobody_up(store, read):
    async def take_a_number_and_fail():
        async with store._database.transaction() as tx:
            await store._record(tx, line("undone"))
            await tx.fetch_one("SELECT 1", {})
            raise InterruptedError

    with pytest.raises(InterruptedError):
        run_to_completion(take_a_number_and_fail())
    write(store, "next")
    assert read() == [(2, "next")]


def test_writers_never_wait_for_a_reader_or_for_each_other(store, read, migrated_postgres_database):
    """A reader in the middle of a long transaction of its own keeps nobody from signing in."""
    with psycopg.connect(migrated_postgres_database.replace("+psycopg", "")) as reader:
        reader.execute(store._statements.find_last_settled_audit)
        write(store, "signed_in")
        assert [event for _, event in read()] == ["signed_in"]


def test_a_follower_sees_every_line_of_many_writers_once(store, read):
    writers = [threading.Thread(target=lambda: [write(store, "busy") for _ in range(25)]) for _ in range(4)]
    for writer in writers:
        writer.start()
    seen = []
    while any(writer.is_alive() for writer in writers):
        seen += read(after_id=seen[-1][0] if seen else 0)
    seen += read(after_id=seen[-1][0] if seen else 0)
    assert [number for number, _ in seen] == list(range(1, 101))
