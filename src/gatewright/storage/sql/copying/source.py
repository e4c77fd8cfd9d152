"""The SQLite side: rows as PostgreSQL takes them, while nobody can change them."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import partial

from sqlalchemy import Table, func, select
from sqlalchemy.dialects import sqlite
from sqlalchemy.sql import ClauseElement

from gatewright.errors import InvalidParameterError
from gatewright.storage.sql.copying.values import Reader, reader_of
from gatewright.storage.sql.rows import Row
from gatewright.storage.sql.sqlite.database import SQLiteDatabase

_decoded = partial(str, encoding="utf-8", errors="surrogateescape")
"""Reads even text that is not valid UTF-8, so that the error can name its row."""

_LAST_NUMBER = "SELECT coalesce(max(seq), 0) FROM sqlite_sequence WHERE name = 'audit'"


class Source:
    """A SQLite database whose write lock is held.

    Args:
        connection: The connection that holds it.
    """

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def count(self, table: Table) -> int:
        """Return how many rows there are."""
        (count,) = self._connection.execute(_sql(select(func.count()).select_from(table))).fetchone()
        return int(count)

    def rows(self, table: Table) -> Iterator[Row]:
        """Yield all rows in the order of their keys.

        Raises:
            InvalidParameterError: If PostgreSQL cannot hold a row.
        """
        readers = [reader_of(column) for column in table.columns]
        for row in self._connection.execute(_sql(select(table).order_by(*table.primary_key))):
            try:
                values = tuple(read(value) for read, value in zip(readers, row, strict=True))
            except ValueError:
                raise _refusal(table, readers, row) from None
            yield values

    def last_audit_number(self) -> int:
        """Return the highest number that any line of the audit record has had, including purged ones."""
        (number,) = self._connection.execute(_LAST_NUMBER).fetchone()
        return int(number)

    def require_no_orphans(self) -> None:
        """Check that the rows that others refer to exist.

        Raises:
            InvalidParameterError: If one is missing, which only manual changes can cause.
        """
        orphan = self._connection.execute("PRAGMA foreign_key_check").fetchone()
        if orphan is not None:
            raise InvalidParameterError(
                f"A row of {orphan[0]} refers to a row of {orphan[2]} that does not exist, which PostgreSQL refuses. "
                "Nothing was copied. PRAGMA foreign_key_check lists all such rows; delete them first."
            )


@contextmanager
def held_still(database: SQLiteDatabase) -> Iterator[Source]:
    """Hold the write lock: others may read, but their writes fail because the database is locked.

    Raises:
        StoreUnavailableError: If the file cannot be opened, or another process holds the lock.
    """
    with database.exclusive_connection() as connection:
        connection.text_factory = _decoded
        yield Source(connection)


def _sql(statement: ClauseElement) -> str:
    return str(statement.compile(dialect=sqlite.dialect()))


def _refusal(table: Table, readers: Sequence[Reader], row: Row) -> InvalidParameterError:
    """Name the row by its key, and describe the problem without the value, which may be a secret."""
    values = dict(zip(table.columns.keys(), row, strict=True))
    key = ", ".join(f"{column.name} {values[column.name]!r:.300}" for column in table.primary_key)
    problems = (_problem_of(name, read, values[name]) for name, read in zip(values, readers, strict=True))
    return InvalidParameterError(
        f"PostgreSQL cannot hold the row of {table.name} with {key}: {'; '.join(filter(None, problems))}. "
        "Nothing was copied. Change or delete that row in SQLite, and run the command again."
    )


def _problem_of(name: str, read: Reader, value: object) -> str | None:
    try:
        read(value)
    except ValueError as error:
        return f"its {name} {error}"
    return None
