"""Open a SQLite file with the settings that the store needs."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from time import sleep

_PAUSE = 0.01
"""Seconds between two attempts to switch a new file to a write-ahead log."""

_MAPPED = 2**30
"""Bytes of the file to map into memory, so that reading pages in the system's cache needs no system calls."""


FULL = "database or disk is full"
"""SQLite's message when a file cannot grow."""


def connect(path: Path | None, patience: float) -> sqlite3.Connection:
    """Open a connection with durable commits, enforced foreign keys and a write-ahead log, so that readers never wait.

    Args:
        path: The file; None for a database in memory.
        patience: Seconds that a statement waits for another process's write lock.

    Raises:
        sqlite3.Error: If the file cannot be opened, or is not a database.
    """
    connection = sqlite3.connect(
        ":memory:" if path is None else path, timeout=patience, isolation_level=None, check_same_thread=False
    )
    try:
        connection.execute("PRAGMA synchronous=FULL")
        connection.execute("PRAGMA foreign_keys=ON")
        connection.execute(f"PRAGMA mmap_size={_MAPPED}")
        _keep_write_ahead_log(connection, patience)
    except BaseException:
        connection.close()
        raise
    return connection


def _keep_write_ahead_log(connection: sqlite3.Connection, patience: float) -> None:
    """Switch a new file to a write-ahead log.

    SQLite waits for locks elsewhere, but not here: if many open a new file at once, some are refused.
    """
    for tries_left in reversed(range(round(patience / _PAUSE))):
        try:
            if connection.execute("PRAGMA journal_mode").fetchone() == ("delete",):
                connection.execute("PRAGMA journal_mode=WAL")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or not tries_left:  # any kind of busy
                raise
            sleep(_PAUSE)
        else:
            return


def words_of(error: sqlite3.Error) -> str:
    """Return SQLite's message for an error. If its shared-memory file cannot grow, this says that the disk is full.

    SQLite reports that as an I/O error (sqlite.org/rescode.html#ioerr_shmsize), which sounds like data loss.
    """
    cannot_grow = getattr(error, "sqlite_errorcode", None) == sqlite3.SQLITE_IOERR_SHMSIZE
    return FULL if cannot_grow else str(error)
