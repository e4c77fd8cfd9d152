"""The SQL statements that run on our database: which, and in what order."""

from __future__ import annotations

import re
import sqlite3

import psycopg
import pytest

_VALUE = re.compile(r"[xX]?'(?:[^']|'')*'|\bNULL\b|\b\d+(?:\.\d+)?\b")
_BEGINNING = re.compile(r"PRAGMA|\s*SELECT (set_config|pg_backend_pid)\(")
"""What a connection begins with: a pool opens another one when it likes."""


@pytest.fixture
def statements(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The statements of SQLite connections that are opened from now on, and of all those to PostgreSQL."""
    run: list[str] = []
    connect = sqlite3.connect

    def traced(*args, **kwargs):
        connection = connect(*args, **kwargs)
        connection.set_trace_callback(run.append)
        return connection

    monkeypatch.setattr(sqlite3, "connect", traced)
    for kind in (psycopg.Connection, psycopg.AsyncConnection):
        execute = kind.execute

        def noted(self, query, *args, execute=execute, **kwargs):
            run.append(str(query))
            return execute(self, query, *args, **kwargs)

        monkeypatch.setattr(kind, "execute", noted)
    return run


def shapes_of(statements: list[str]) -> list[str]:
    """Return the statements without their values, and without what a new connection begins with."""
    return [_VALUE.sub("?", statement) for statement in statements if not _BEGINNING.match(statement)]
