"""What runs on our stores, SQL and commands of Redis: which, and in what order."""

from __future__ import annotations

import re
import sqlite3

import psycopg
import pytest

from gatewright.storage.redis import RedisServer
from gatewright.storage.redis.server import Script

_VALUE = re.compile(r"[xX]?'(?:[^']|'')*'|\bNULL\b|\b\d+(?:\.\d+)?\b")
_BEGINNING = re.compile(r"PRAGMA|\s*SELECT (set_config|pg_backend_pid)\(")
"""What a connection begins with: a pool opens another one when it likes."""


@pytest.fixture
def statements(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The statements of SQLite connections that are opened from now on, and all to PostgreSQL and Redis."""
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
    for name in ("run", "run_all", "evaluate"):
        send = getattr(RedisServer, name)

        def sent(self, *args, name=name, send=send):
            run.append(f"{name} {_without_values(args)}")
            return send(self, *args)

        monkeypatch.setattr(RedisServer, name, sent)
    return run


def _without_values(args: object) -> object:
    """Return what is sent to Redis, as far as it does not depend on whom it is about."""
    if isinstance(args, list | tuple):
        return [_without_values(each) for each in args]
    return args if isinstance(args, Script) else type(args).__name__


def shapes_of(statements: list[str]) -> list[str]:
    """Return the statements without their values, and without what a new connection begins with."""
    return [_VALUE.sub("?", statement) for statement in statements if not _BEGINNING.match(statement)]
