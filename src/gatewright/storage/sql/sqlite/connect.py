"""Open a SQLite file the way the store uses it."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from time import sleep

_PAUSE = 0.01
"""Seconds between two tries to have a new file keep a write-ahead log."""

_MAPPED = 2**30
"""Bytes of the file that are read through memory: pages in the system's cache then cost no call each."""


FULL = "database or disk is full"
"""What SQLite says where a file cannot grow."""


def connect(path: Path | None, patience: float) -> sqlite3.Connection:
    """Open a connection whose commits survive a power cut, with foreign keys enforced, and whose readers never wait.

    Args:
        path: The file; None for a database in memory.
        patience: Seconds that a statement waits for another process's write lock.

    Raises:
        sqlite3.Error: If the file cannot be opened, or is no database.
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
    """Have a new file keep a write-ahead log.

    SQLite waits for a lock elsewhere, but not here: of many that open a new file at once, some are refused.
    """
    for tries_left in reversed(range(round(patience / _PAUSE))):
        try:
            if connection.execute("PRAGMA journal_mode").fetchone() == ("delete",):
                connection.execute("PRAGMA journal_mode=WAL")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or not tries_left:  # of any kind
                raise
            sleep(_PAUSE)
        else:
            return


def words_of(error: sqlite3.Error) -> str:
    """Return what SQLite says of an error. A file that it shares memory by and that cannot grow means a full disk.

    SQLite itself calls that an input/output error (sqlite.org/rescode.html#ioerr_shmsize), which sounds like a loss.
    """
    cannot_grow = getattr(error, "sqlite_errorcode", None) == sqlite3.SQLITE_IOERR_SHMSIZE
    return FULL if cannot_grow else str(error)
