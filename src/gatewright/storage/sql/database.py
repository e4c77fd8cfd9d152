"""Connections to one SQLite database: one per thread, opened at first use, none across a fork.

A driver connection held by its thread answers an indexed read in microseconds, where a pooled one costs five times
as much. So hot statements run on these, and SQLAlchemy's engine is needed for migrations only.
"""

from __future__ import annotations

import os
import sqlite3
import threading
import weakref
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import Any

from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from gatewright.errors import ConfigurationError, StoreUnavailableError
from gatewright.storage.sql.rows import Row

Parameters = Mapping[str, object]

_PATIENCE = 30.0
"""Seconds that a statement waits for another process's write lock before the store is unavailable."""


class _Connection(sqlite3.Connection):
    """A driver connection that can be referred to weakly and closes when its thread lets go of it."""

    def __del__(self) -> None:
        self.close()


class SQLiteDatabase:
    """One SQLite file, or one in-memory database that all threads share.

    Args:
        url: ``sqlite:///relative/path``, ``sqlite:////absolute/path``, or ``sqlite://`` for memory.

    Raises:
        ConfigurationError: If the URL names no SQLite database, or its folder does not exist.
    """

    def __init__(self, url: str) -> None:
        self.path = _path_of(url)
        self._threads = threading.local()
        self._open: weakref.WeakSet[_Connection] = weakref.WeakSet()
        self._shared: _Connection | None = None
        self._forget_locks()
        _databases.add(self)

    @property
    def is_in_memory(self) -> bool:
        """Whether the database dies with the process."""
        return self.path is None

    def fetch_one(self, sql: str, parameters: Parameters) -> Row | None:
        """Run one reading statement and return its first row.

        Raises:
            StoreUnavailableError: If the database refuses or stays locked.
        """
        with self._readers, _driver_errors():
            row: Row | None = self.connection().execute(sql, parameters).fetchone()
            return row

    def fetch_all(self, sql: str, parameters: Parameters) -> list[Row]:
        """Run one reading statement and return all its rows.

        Raises:
            StoreUnavailableError: If the database refuses or stays locked.
        """
        with self._readers, _driver_errors():
            return self.connection().execute(sql, parameters).fetchall()

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """Hold the write lock from the first statement on, and commit at the end or not at all.

        One writer at a time in this process takes turns by a lock that wakes whoever waits; SQLite's own waiting,
        which sleeps and tries again, is left for other processes.

        Raises:
            StoreUnavailableError: If the database refuses, is full or stays locked. Nothing was written.
        """
        with self._writers, _driver_errors():
            connection = self.connection()
            connection.execute("BEGIN IMMEDIATE")
            try:
                yield connection
                connection.execute("COMMIT")
            finally:
                if connection.in_transaction:
                    connection.execute("ROLLBACK")

    def connection(self) -> sqlite3.Connection:
        """Return this thread's connection; opened here when there is none."""
        connection: _Connection | None = getattr(self._threads, "connection", None) or self._shared
        if connection is None:
            connection = self._connect()
        return connection

    def close(self) -> None:
        """Close the connections of all threads. Using the database again opens new ones."""
        with _registry_lock:
            connections = list(self._open)
            self._forget()
            self._shared = None
        for connection in connections:
            connection.close()

    def _connect(self) -> _Connection:
        with _registry_lock:
            if self._shared is not None:
                return self._shared
            connection = sqlite3.connect(
                ":memory:" if self.path is None else self.path,
                timeout=_PATIENCE,
                isolation_level=None,
                check_same_thread=False,
                factory=_Connection,
            )
            self._open.add(connection)
            if self.path is None:
                self._shared = connection
            else:
                self._threads.connection = connection
        _prepare(connection)
        return connection

    def _forget(self) -> None:
        """Let go of the connections without closing them: in a forked child they are the parent's."""
        self._threads = threading.local()
        self._open = weakref.WeakSet()

    def _forget_locks(self) -> None:
        self._writers = threading.RLock()
        self._readers = self._writers if self.path is None else nullcontext()


def _path_of(url: str) -> Path | None:
    try:
        parsed = make_url(url)
    except ArgumentError:
        raise ConfigurationError(
            "The database URL cannot be read. Write it like sqlite:///gatewright.db (GATEWRIGHT_DATABASE_URL)."
        ) from None
    if parsed.get_backend_name() != "sqlite":
        raise ConfigurationError(
            f"The database {parsed.render_as_string()} is not supported. Use SQLite: sqlite:///gatewright.db."
        )
    if parsed.database in (None, "", ":memory:"):
        return None
    path = Path(str(parsed.database)).absolute()
    if not path.parent.is_dir():
        raise ConfigurationError(f"The folder of the database does not exist. Make it first: mkdir -p {path.parent}")
    return path


def _prepare(connection: _Connection) -> None:
    """Make a commit survive a power cut, references hold, and readers and a writer work side by side."""
    connection.execute("PRAGMA synchronous=FULL")
    connection.execute("PRAGMA foreign_keys=ON")
    if connection.execute("PRAGMA journal_mode").fetchone() == ("delete",):
        connection.execute("PRAGMA journal_mode=WAL")


@contextmanager
def _driver_errors() -> Iterator[None]:
    """Translate what the driver raises where the database, not the statement, is at fault."""
    try:
        yield
    except sqlite3.IntegrityError:
        raise
    except sqlite3.DatabaseError as error:
        raise StoreUnavailableError(f"The database is not available: {error}.") from error


_databases: weakref.WeakSet[SQLiteDatabase] = weakref.WeakSet()
_registry_lock = threading.RLock()
_inherited: list[Any] = []
"""Connections of a parent process. SQLite forbids even to close them here, so they are kept for ever."""


def _before_fork() -> None:
    _registry_lock.acquire()
    _inherited.append([list(database._open) for database in _databases])


def _after_fork_in_parent() -> None:
    _inherited.pop()
    _registry_lock.release()


def _after_fork_in_child() -> None:
    for database in _databases:
        database._forget()
        database._forget_locks()
    _registry_lock.release()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(before=_before_fork, after_in_parent=_after_fork_in_parent, after_in_child=_after_fork_in_child)
