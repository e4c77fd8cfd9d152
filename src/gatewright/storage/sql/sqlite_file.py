"""Look at a SQLite file without opening it as a store does: that would change its journal mode and make files."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from gatewright.errors import StoreUnavailableError

SQLITE_VERSION = sqlite3.sqlite_version_info


def revision_at_rest(path: Path) -> str | None:
    """Return the last migration that was applied to a SQLite file, or None where there was none yet.

    Args:
        path: A file that exists.

    Raises:
        StoreUnavailableError: If the file is no SQLite database or cannot be read.
    """
    # A write-ahead log must be read too, and then its files are there already; without one nobody is writing.
    has_log = path.with_name(f"{path.name}-wal").exists()
    uri = f"{path.as_uri()}?{'mode=ro' if has_log else 'immutable=1'}"
    try:
        with closing(sqlite3.connect(uri, uri=True)) as connection:
            known = connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'alembic_version'").fetchone()
            row = known and connection.execute("SELECT version_num FROM alembic_version").fetchone()
    except sqlite3.DatabaseError as error:
        raise StoreUnavailableError(f"{path} cannot be read: {error}.") from error
    return str(row[0]) if row else None
