"""Inspect a SQLite file without opening it as a store, which would change its journal mode and create files."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from datetime import datetime
from pathlib import Path

from gatewright.errors import StoreUnavailableError
from gatewright.storage.sql.dialect import text_of
from gatewright.storage.sql.invariants import FetchAll
from gatewright.storage.sql.rows import Row
from gatewright.storage.sql.sqlite.connect import words_of

SQLITE_VERSION = sqlite3.sqlite_version_info

_HASH_TROUBLES = """
    SELECT coalesce(nullif(event, 'sign_in_failed'), reason), coalesce(provider, ''), count(*) FROM audit
    WHERE at >= :since AND (event = 'hash_not_renewed' OR event = 'sign_in_failed' AND reason = 'unreadable_hash')
    GROUP BY 1, 2 ORDER BY 1, 2
"""


def revision_at_rest(path: Path) -> str | None:
    """Return the last migration that was applied to a SQLite file, or None if none was.

    Args:
        path: An existing file.

    Raises:
        StoreUnavailableError: If the file is not a SQLite database or cannot be read.
    """
    with _at_rest(path) as connection:
        known = connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'alembic_version'").fetchone()
        row = known and connection.execute("SELECT version_num FROM alembic_version").fetchone()
    return str(row[0]) if row else None


def unwritable_file_of(path: Path) -> Path | None:
    """Return the SQLite file, or a file of its log, if it exists and is not writable; None if all are.

    SQLite creates the files of the log with the mode that the database has at the time, and they keep it.
    """
    files = (path, *(path.with_name(path.name + end) for end in ("-wal", "-shm")))
    return next((file for file in files if file.exists() and not os.access(file, os.W_OK)), None)


def tables_at_rest(path: Path) -> set[str]:
    """Return the tables of a SQLite file that have the names of gatewright's tables, whoever created them.

    Args:
        path: An existing file.

    Raises:
        StoreUnavailableError: If the file is not a SQLite database or cannot be read.
    """
    from gatewright.storage.sql.tables import metadata

    with _at_rest(path) as connection:
        names = {str(name) for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    return names & set(metadata.tables)


def encoded_emails_at_rest(path: Path) -> list[str]:
    """Return the email addresses of active accounts whose domain may be stored in ASCII, not normalised.

    Args:
        path: A SQLite file at the newest revision.

    Raises:
        StoreUnavailableError: If the file is not a SQLite database or cannot be read.
    """
    with _at_rest(path) as connection:
        rows = connection.execute("SELECT email FROM users WHERE is_active AND email LIKE '%xn--%' ORDER BY email")
        return [str(email) for (email,) in rows]


def hash_troubles_at_rest(path: Path, *, since: datetime) -> list[tuple[str, str, int]]:
    """Return how often stored hashes caused problems: the reason in the audit record, the provider, and the count.

    Args:
        path: An existing file at the newest revision.
        since: The start of the period.

    Raises:
        StoreUnavailableError: If the file cannot be read.
    """
    with _at_rest(path) as connection:
        return connection.execute(_HASH_TROUBLES, {"since": text_of(since)}).fetchall()


def damage_at_rest(path: Path) -> list[str]:
    """Return what is wrong with the file itself, in SQLite's words; empty if it is intact.

    Args:
        path: An existing SQLite file. All of it is read.

    Raises:
        StoreUnavailableError: If the file cannot be read.
    """
    with _at_rest(path) as connection:
        answers = [str(answer) for (answer,) in connection.execute("PRAGMA integrity_check(10)")]
    return [] if answers == ["ok"] else answers


@contextmanager
def reading_at_rest(path: Path) -> Iterator[FetchAll]:
    """Yield what runs the queries of `gatewright.storage.sql.invariants` on a file.

    Args:
        path: An existing SQLite file.

    Raises:
        StoreUnavailableError: If the file cannot be read.
    """
    with _at_rest(path) as connection:

        def fetch_all(sql: str, parameters: Mapping[str, object]) -> list[Row]:
            kept = {
                name: text_of(value) if isinstance(value, datetime) else value for name, value in parameters.items()
            }
            return connection.execute(sql, kept).fetchall()

        yield fetch_all


@contextmanager
def _at_rest(path: Path) -> Iterator[sqlite3.Connection]:
    # If there is a write-ahead log, it must be read, too, and its files exist already; without one, nobody is writing.
    has_log = path.with_name(f"{path.name}-wal").exists()
    uri = f"{path.as_uri()}?{'mode=ro' if has_log else 'immutable=1'}"
    try:
        with closing(sqlite3.connect(uri, uri=True)) as connection:
            yield connection
    except sqlite3.DatabaseError as error:
        raise StoreUnavailableError(f"{path} cannot be read: {words_of(error)}.") from error
