"""No statement on PostgreSQL reads a whole table, but for those that list everything."""

from __future__ import annotations

import re
from contextlib import closing
from functools import cached_property
from inspect import getmembers

import psycopg
import pytest

from gatewright.storage.sql.statements import Statements, statements_of

NAMES = {name for name, _ in getmembers(Statements, lambda member: isinstance(member, cached_property))}
STATEMENTS = statements_of("postgresql")
READING = {name for name in NAMES if not getattr(STATEMENTS, name).startswith("INSERT")}
LISTS_OF_ALL = {"count_queued_mails", "list_permissions", "list_queued_mails", "list_roles"}
ON_NO_TABLE = {"lock_audit_number", "find_last_settled_audit"}


@pytest.fixture(scope="module")
def connection(make_migrated_postgres_database):
    """A connection to a migrated database, whose planner takes an index wherever there is one that helps."""
    url = make_migrated_postgres_database().replace("+psycopg", "")
    with closing(psycopg.connect(url, autocommit=True)) as connection:
        connection.execute("SET enable_seqscan = off")
        connection.execute("SET plan_cache_mode = force_generic_plan")
        yield connection


def plan_of(connection, name):
    """Return the plan for any values, as text: that of a prepared statement whose parameters are unknown."""
    sql = getattr(STATEMENTS, name)
    names = list(dict.fromkeys(re.findall(r"%\((\w+)\)s", sql)))
    for number, parameter in enumerate(names, 1):
        sql = sql.replace(f"%({parameter})s", f"${number}")
    connection.execute(f"PREPARE planned AS {sql.replace('%%', '%')}")
    arguments = f"({', '.join(['NULL'] * len(names))})" if names else ""
    rows = connection.execute(f"EXPLAIN EXECUTE planned{arguments}").fetchall()
    connection.execute("DEALLOCATE planned")
    return "\n".join(line for (line,) in rows)


@pytest.mark.parametrize("name", sorted(READING - LISTS_OF_ALL - ON_NO_TABLE))
def test_every_statement_uses_an_index(connection, name):
    plan = plan_of(connection, name)

    assert re.search("Index (Only )?Scan|Bitmap Index Scan", plan)
    assert re.findall(r"Seq Scan on (\w+)", plan) == []
