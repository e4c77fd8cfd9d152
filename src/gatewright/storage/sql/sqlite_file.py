"""Look at a SQLite file without opening it as a store does: that would change its journal mode and make files."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import datetime
from pathlib import Path

from gatewright.errors import StoreUnavailableError
from gatewright.storage.sql.rows import text_of

SQLITE_VERSION = sqlite3.sqlite_version_info

_HASH_TROUBLES = """
    SELECT coalesce(nullif(event, 'sign_in_failed'), reason), coalesce(provider, ''), count(*) FROM audit
    WHERE at >= :since AND (event = 'hash_not_renewed' OR event = 'sign_in_failed' AND reason = 'unreadable_hash')
    GROUP BY 1, 2 ORDER BY 1, 2
"""


def revision_at_rest(path: Path) -> str | None:
    """Return the last migration that was applied to a SQLite file, or None where there was none yet.

    Args:
        path: A file that exists.

    Raises:
        StoreUnavailableError: If the file is no SQLite database or cannot be read.
    """
    try:
        with closing(sqlite3.connect(_at_rest(path), uri=True)) as connection:
            known = connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'alembic_version'").fetchone()
            row = known and connection.execute("SELECT version_num FROM alembic_version").fetchone()
    except sqlite3.DatabaseError as error:
        raise StoreUnavailableError(f"{path} cannot be read: {error}.") from error
    return str(row[0]) if row else None


def hash_troubles_at_rest(path: Path, *, since: datetime) -> list[tuple[str, str, int]]:
    """Return how often stored hashes have given trouble: what the audit record says, from where, how many times.

    Args:
        path: A file that exists, of the newest revision.
        since: From when on.

    Raises:
        StoreUnavailableError: If the file cannot be read.
    """
    try:
        with closing(sqlite3.connect(_at_rest(path), uri=True)) as connection:
            return connection.execute(_HASH_TROUBLES, {"since": text_of(since)}).fetchall()
    except sqlite3.DatabaseError as error:
        raise StoreUnavailableError(f"{path} cannot be read: {error}.") from error


def _at_rest(path: Path) -> str:
    """Return where to read a file: its write-ahead log, too, whose files are there then; or else nobody is writing."""
    has_log = path.with_name(f"{path.name}-wal").exists()
    return f"{path.as_uri()}?{'mode=ro' if has_log else 'immutable=1'}"
