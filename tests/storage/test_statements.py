"""No statement's cost grows with the number of rows that it is not about."""

from __future__ import annotations

import re
from functools import cached_property

import pytest

from gatewright.storage.sql import SQLiteDatabase, migrate
from gatewright.storage.sql.statements import Statements

NAMES = [name for name, value in vars(Statements).items() if isinstance(value, cached_property)]
INSERTS = [name for name in NAMES if name.startswith("insert_")]
LOOKUPS = {
    "find_challenge": {"challenge_text": "text 7"},
    "claim_challenge": {"challenge_id": "7", "now": "2025"},
    "count_challenges_of_address": {"evrmore_address": "E7", "since": "2024"},
    "count_challenges_of_client": {"client": "client 7", "since": "2024"},
    "find_account": {"account_id": "7"},
    "find_account_by_address": {"evrmore_address": "E7"},
    "touch_account": {"account_id": "7", "now": "2025"},
    "is_session_alive": {"session_id": "7", "user_id": "7", "now": "2025"},
    "list_sessions_of": {"user_id": "7", "now": "2025"},
    "end_sessions_of": {"user_id": "7"},
    "end_session": {"session_id": "8"},
    "delete_expired_sessions": {"now": "2025", "at_most": 10},
    "delete_expired_challenges": {"now": "2025", "at_most": 10},
}


@pytest.fixture
def make_database():
    """Make databases in memory with so many users, challenges and sessions."""
    made = []

    def make(rows=0):
        database = SQLiteDatabase("sqlite://")
        migrate(database)
        made.append(database)
        numbers = [{"n": number} for number in range(rows)]
        with database.transaction() as connection:
            connection.executemany(
                "INSERT INTO users VALUES (:n, 'user ' || :n, 'mail ' || :n, 'E' || :n, 1, 1, '2025', NULL)", numbers
            )
            connection.executemany(
                "INSERT INTO challenges VALUES (:n, 'E' || :n, 'text ' || :n, '2025', '2026', 0, 'client ' || :n)",
                numbers,
            )
            connection.executemany(
                "INSERT INTO sessions VALUES (:n, :n, 'E' || :n, 'p', '2025', '2026', 1, NULL, NULL)", numbers
            )
        return database

    yield make
    for database in made:
        database.close()


def steps_of(database, sql, parameters):
    """Return how many instructions SQLite's virtual machine runs for a statement: work, not time."""
    steps = []
    with database.connection() as connection:
        connection.set_progress_handler(lambda: steps.append(1), 1)
        connection.execute(sql, parameters).fetchall()
        connection.set_progress_handler(None, 0)
    return len(steps)


@pytest.mark.parametrize("name", [name for name in NAMES if name not in INSERTS])
def test_every_statement_uses_an_index(make_database, name):
    """SQLite's plan searches by an index throughout, and scans no table."""
    sql = getattr(Statements(), name)
    parameters = dict.fromkeys(re.findall(r":(\w+)", sql), "1")
    plan = [detail for *_, detail in make_database().fetch_all(f"EXPLAIN QUERY PLAN {sql}", parameters)]

    assert any("SEARCH" in detail and "INDEX" in detail for detail in plan)
    assert not any("SCAN" in detail for detail in plan)


def test_no_statement_is_forgotten():
    """Each statement is measured below, except inserts and the list of all sessions, which is as long as it is."""
    assert {*LOOKUPS, *INSERTS, "list_sessions"} == {*NAMES}


@pytest.mark.parametrize("name", LOOKUPS)
def test_the_work_does_not_grow_with_the_rows(make_database, name):
    """Among 5 000 rows a statement runs exactly as many instructions as among 20."""
    sql = getattr(Statements(), name)
    few, many = (steps_of(make_database(rows), sql, LOOKUPS[name]) for rows in (20, 5_000))

    assert few == many > 0
