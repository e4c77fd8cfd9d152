"""One SQLite database: a connection for each thread, opened at first use, and never shared across a fork.

A driver connection that belongs to its thread answers an indexed read in microseconds; a pooled one costs five times
as much. So the store uses these, and SQLAlchemy's engine for migrations only.
"""

from __future__ import annotations

import os
import sqlite3
import threading
import weakref
from collections.abc import AsyncIterator, Hashable, Iterator, Sequence
from contextlib import AbstractContextManager, asynccontextmanager, contextmanager
from copy import copy
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gatewright.errors import StoreUnavailableError, UserNotFoundError
from gatewright.storage.sql.database import DuplicateError, Parameters, Transaction
from gatewright.storage.sql.dialect import SQLITE
from gatewright.storage.sql.rows import Row
from gatewright.storage.sql.sqlite.commit_detector import CommitDetector
from gatewright.storage.sql.sqlite.connect import connect, words_of
from gatewright.storage.sql.sqlite.file import unwritable_file_of
from gatewright.storage.sql.sqlite.url import path_of

if TYPE_CHECKING:
    from sqlalchemy import Connection

_PATIENCE = 10.0
"""Default for the seconds that a transaction waits for others."""

_LITTLE_PATIENCE = 0.05
"""Seconds that a reader on an event loop waits, since it blocks the loop."""

_KEPT = 256
"""How many reads to cache for each connection until somebody commits."""

_MISTAKES = (sqlite3.IntegrityError, sqlite3.ProgrammingError)
"""Errors of the driver that say nothing about the database's state: a duplicate row, a bug of the caller."""


class _Slot:
    """A slot for one connection, and the lock to hold while using it."""

    def __init__(self, path: Path | None, patience: float) -> None:
        self.lock = threading.RLock()
        self._path = path
        self._patience = patience
        self._opened: tuple[sqlite3.Connection, CommitDetector] | None = None
        self._reads: dict[Hashable, Any] = {}

    def connection(self) -> sqlite3.Connection:
        """Return the connection, opening it if there is none. The lock must be held."""
        return (self._opened or self._open())[0]

    def unchanged_reads(self) -> dict[Hashable, Any]:
        """Return the cache of what the connection has read since anybody last committed. The lock must be held."""
        _, detector = self._opened or self._open()
        if detector.has_changed() or len(self._reads) >= _KEPT:
            self._reads = {}
        return self._reads

    def close(self) -> None:
        """Close the connection; the next use opens a new one. The lock must be held."""
        if self._opened is not None:
            self._opened[0].close()
            self._opened = None

    def _open(self) -> tuple[sqlite3.Connection, CommitDetector]:
        connection = connect(self._path, self._patience)
        self._opened = (connection, CommitDetector(connection, self._path))
        return self._opened

    def __del__(self) -> None:
        with _closing:
            self.close()


class _Use:
    """A connection while in use. A class, since a generator would cost as much as a small read."""

    __slots__ = ("_slot",)

    def __init__(self, slot: _Slot) -> None:
        self._slot = slot

    def __enter__(self) -> sqlite3.Connection:
        self._slot.lock.acquire()
        try:
            return self._slot.connection()
        except BaseException as error:
            self.__exit__(type(error), error)
            raise

    def __exit__(self, kind: object, error: BaseException | None, *_: object) -> None:
        self._slot.lock.release()
        if isinstance(error, sqlite3.IntegrityError):
            _explain(error)
        if isinstance(error, sqlite3.DatabaseError) and not isinstance(error, _MISTAKES):
            raise _unavailable(error) from error


def _unavailable(error: sqlite3.DatabaseError) -> StoreUnavailableError:
    return StoreUnavailableError(f"The database is not available: {words_of(error)}.")


def _explain(error: sqlite3.IntegrityError) -> None:
    if error.sqlite_errorcode == sqlite3.SQLITE_CONSTRAINT_FOREIGNKEY:
        raise UserNotFoundError("The account was deleted meanwhile.") from error
    if error.sqlite_errorcode in (sqlite3.SQLITE_CONSTRAINT_UNIQUE, sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY):
        raise DuplicateError(str(error)) from error


class _Transaction:
    """Implements `Transaction`: a connection that has the write lock."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    async def fetch_one(self, sql: str, parameters: Parameters) -> Row | None:
        row: Row | None = self._connection.execute(sql, parameters).fetchone()
        return row

    async def fetch_all(self, sql: str, parameters: Parameters) -> list[Row]:
        return self._connection.execute(sql, parameters).fetchall()

    async def change(self, sql: str, parameters: Parameters) -> int:
        return self._connection.execute(sql, parameters).rowcount

    async def execute(self, sql: str, parameters: Parameters) -> None:
        self._connection.execute(sql, parameters)

    async def execute_many(self, sql: str, rows: Sequence[Parameters]) -> None:
        self._connection.executemany(sql, rows)

    async def lock(self, sql: str, parameters: Parameters) -> None:
        pass

    async def lock_names(self, *names: str) -> None:
        pass


class SQLiteDatabase:
    """One SQLite file, or one in-memory database that all threads share.

    Args:
        url: ``sqlite:///relative/path``, ``sqlite:////absolute/path``, or ``sqlite://`` for memory.
        patience: Seconds that a transaction waits for the writers of this process, however many there are, and then
            again for those of others, before the store is unavailable.

    Raises:
        ConfigurationError: If the URL names no SQLite database, or its folder does not exist.
    """

    dialect = SQLITE

    def __init__(self, url: str, *, patience: float = _PATIENCE) -> None:
        self.path = path_of(url)
        self._patience = patience
        self.place = ":memory:" if self.path is None else str(self.path)
        self._writers = threading.RLock()
        self._threads = threading.local()
        self._slots: weakref.WeakSet[_Slot] = weakref.WeakSet()
        self._shared = self._new_slot() if self.path is None else None
        with _registry_lock:
            _databases.add(self)

    def for_event_loop(self) -> SQLiteDatabase:
        """Return the same database for reads on an event loop, with connections of its own.

        A reader of a write-ahead log never waits for a writer (sqlite.org/wal.html, section 2.2), only for a process
        that recovers or removes the log. An indexed read takes microseconds, less than a switch to another thread.
        """
        if self.path is None:
            return self  # its single connection is in memory and never waits for a file
        same = copy(self)
        same._threads, same._patience = threading.local(), _LITTLE_PATIENCE
        return same

    def connection(self) -> AbstractContextManager[sqlite3.Connection]:
        """Hold this thread's connection while in use.

        Raises:
            StoreUnavailableError: If the database cannot be opened, refuses or stays locked.
        """
        return _Use(self._slot())

    @asynccontextmanager
    async def transaction(self, *, survives_power_cut: bool = True) -> AsyncIterator[Transaction]:
        """Implement `Database`. No other transaction of this database runs meanwhile, here or in another process."""
        with self.exclusive_connection(survives_power_cut=survives_power_cut) as connection:
            yield _Transaction(connection)

    @contextmanager
    def exclusive_connection(self, *, survives_power_cut: bool = True) -> Iterator[sqlite3.Connection]:
        """Hold the write lock from the first statement on; commit at the end, or roll back on an error.

        The writers of this process take turns with a lock that wakes the next one; SQLite's own waiting, which sleeps
        and tries again, is left for other processes.

        Args:
            survives_power_cut: As for `Database.transaction`.

        Raises:
            StoreUnavailableError: If the database refuses, is full or stays locked. Nothing was written.
            UserNotFoundError: If the account that a new row refers to was deleted meanwhile.
            DuplicateError: If a new row's key already exists.
        """
        self._slot()  # before taking any lock, since a new slot waits for a fork, and a fork for every lock
        with self._turn(), self.connection() as connection, _synchronous(connection, is_full=survives_power_cut):
            connection.execute("BEGIN IMMEDIATE")
            try:
                yield connection
                connection.execute("COMMIT")
            finally:
                if connection.in_transaction:
                    connection.execute("ROLLBACK")

    @contextmanager
    def _turn(self) -> Iterator[None]:
        """Hold the lock of this process's writers.

        A writer that waits for another process holds it. So waiting for it is bounded: otherwise the waits of writers
        would add up, and the hundredth would wait a hundred times as long.
        """
        if not self._writers.acquire(timeout=self._patience):
            raise StoreUnavailableError("The database is not available: too many writers are waiting for it.")
        try:
            yield
        finally:
            self._writers.release()

    async def fetch_one(self, sql: str, parameters: Parameters) -> Row | None:
        """Implement `Database`."""
        with self.connection() as connection:
            row: Row | None = connection.execute(sql, parameters).fetchone()
            return row

    async def fetch_all(self, sql: str, parameters: Parameters) -> list[Row]:
        """Implement `Database`."""
        with self.connection() as connection:
            return connection.execute(sql, parameters).fetchall()

    def unchanged_reads(self) -> dict[Hashable, Any]:
        """Implement `Database`. Each thread has its own, as it has its own connection."""
        slot = self._slot()
        try:
            with slot.lock:
                return slot.unchanged_reads()
        except _MISTAKES:
            raise
        except sqlite3.DatabaseError as error:
            raise _unavailable(error) from error

    async def require_writable(self) -> None:
        """Implement `Database`. A file that is open may be written on, but not by the next thread that opens it."""
        unwritable = self.path and unwritable_file_of(self.path)
        if unwritable is not None:
            raise StoreUnavailableError(f"The database is not available: {unwritable} is not writable.")

    def close(self) -> None:
        """Close the connections of all threads, each after its current statement. The next use opens new ones."""
        with _registry_lock:
            slots = list(self._slots)
        for slot in slots:
            with slot.lock:
                slot.close()

    def revision(self) -> str | None:
        """Return the last migration that was applied, or None if none was.

        Raises:
            StoreUnavailableError: If the database refuses.
        """
        try:
            with self.connection() as connection:
                row = connection.execute("SELECT version_num FROM alembic_version").fetchone()
        except StoreUnavailableError as error:
            if "no such table" in str(error):
                return None
            raise
        return None if row is None else str(row[0])

    @contextmanager
    def migrating(self) -> Iterator[Connection]:
        """Hold a transaction that excludes all others.

        Raises:
            StoreUnavailableError: If the database refuses or stays locked.
        """
        from sqlalchemy import create_engine
        from sqlalchemy.pool import StaticPool

        with self.connection() as held:
            engine = create_engine("sqlite://", creator=lambda: held, poolclass=StaticPool)
            with engine.connect() as connection:
                connection.exec_driver_sql("BEGIN IMMEDIATE")
                yield connection
                connection.commit()

    def hold(self) -> Iterator[threading.RLock]:
        """Wait for every running statement, close what a forked child must not inherit, and yield the locks held.

        SQLite cannot tell a child's connection from its parent's: a child that inherits one takes no locks of its own,
        and loses its writes (sqlite.org/howtocorrupt.html, section 2.6). A database in memory has no file to lock; a
        child gets a copy.
        """
        self._writers.acquire()
        yield self._writers
        for slot in list(self._slots):
            slot.lock.acquire()
            if slot is not self._shared:
                slot.close()
            yield slot.lock

    def _slot(self) -> _Slot:
        """Return this thread's slot."""
        slot: _Slot | None = self._shared or getattr(self._threads, "slot", None)
        if slot is None:
            slot = self._threads.slot = self._new_slot()
        return slot

    def _new_slot(self) -> _Slot:
        slot = _Slot(self.path, self._patience)
        with _registry_lock:
            self._slots.add(slot)
        return slot


@contextmanager
def _synchronous(connection: sqlite3.Connection, *, is_full: bool) -> Iterator[None]:
    """Set whether commits wait for the disk; with a write-ahead log, both are consistent after a power cut."""
    if is_full:
        yield
        return
    connection.execute("PRAGMA synchronous=NORMAL")
    try:
        yield
    finally:
        connection.execute("PRAGMA synchronous=FULL")


_databases: weakref.WeakSet[SQLiteDatabase] = weakref.WeakSet()
_registry_lock = threading.RLock()
_closing = threading.RLock()
"""Held while an ending thread closes its connection. A fork takes it last: that thread may hold any other lock."""

_held: list[threading.RLock] = []
"""Locks held during a fork, the registry's first."""


def _before_fork() -> None:
    _registry_lock.acquire()
    _held.append(_registry_lock)
    for database in list(_databases):
        _held.extend(database.hold())
    _closing.acquire()
    _held.append(_closing)


def _after_fork() -> None:
    while _held:
        _held.pop().release()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(before=_before_fork, after_in_parent=_after_fork, after_in_child=_after_fork)
