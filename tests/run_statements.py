"""What runs on our stores, SQL and commands of Redis: which, and in what order."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Callable

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
    note_commands(monkeypatch, lambda *args: run.append(str(_without_values(args))))
    return run


def note_commands(monkeypatch: pytest.MonkeyPatch, note: Callable[..., object]) -> None:
    """Have each round trip to Redis noted: what is called, and with what."""
    for name in ("run", "run_all", "evaluate"):
        method = getattr(RedisServer, name)

        def send(self, *args, name=name, method=method):
            note(name, *args)
            return method(self, *args)

        monkeypatch.setattr(RedisServer, name, send)


def _without_values(sent: object) -> object:
    """Return what is sent to Redis, as far as it does not depend on whom it is about."""
    if isinstance(sent, list | tuple):
        return [_without_values(each) for each in sent]
    is_command = isinstance(sent, str) and sent.isupper()
    return sent if is_command or isinstance(sent, Script) else type(sent).__name__


def shapes_of(statements: list[str]) -> list[str]:
    """Return the statements without their values, and without what a new connection begins with."""
    return [_VALUE.sub("?", statement) for statement in statements if not _BEGINNING.match(statement)]
