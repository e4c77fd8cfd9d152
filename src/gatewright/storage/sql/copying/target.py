"""The PostgreSQL side: each table is filled in one transaction, or stays empty."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager

import psycopg
from psycopg import sql
from sqlalchemy import Table

from gatewright.errors import ConfigurationError
from gatewright.storage.sql.rows import Row

_BATCH = 1000
"""Rows per round trip."""

_PATIENTLY = """
    SELECT set_config('statement_timeout', '0', true), set_config('idle_in_transaction_session_timeout', '0', true),
        set_config('lock_timeout', '30s', true), set_config('timezone', 'UTC', true)
"""
"""Copying a table may exceed the role's usual statement time-out; waiting for a lock may not take as long."""

_CONTINUE = "SELECT setval('audit_id_seq', greatest(%s, last_value)) FROM audit_id_seq"


class Target:
    """A migrated PostgreSQL database.

    Args:
        connection: A connection in autocommit mode. It may go through a pooler: no state outlives a transaction.
    """

    def __init__(self, connection: psycopg.Connection[Row]) -> None:
        self._connection = connection

    def rows(self, table: Table) -> Iterator[Row]:
        """Yield all rows in the order of their keys, read in batches."""
        wanted = sql.SQL("SELECT {} FROM {} ORDER BY {}").format(
            _names(table.columns.keys()), sql.Identifier(table.name), _names(table.primary_key.columns.keys())
        )
        with self._transaction(), self._connection.cursor("copied", binary=True) as cursor:
            cursor.itersize = _BATCH
            cursor.execute(wanted)
            yield from cursor

    def fill(self, table: Table, rows: Iterable[Row]) -> None:
        """Insert all rows into an empty table, or none. Other writers wait meanwhile.

        Raises:
            ConfigurationError: If it is not empty.
        """
        name = sql.Identifier(table.name)
        with self._transaction(), self._connection.cursor() as cursor:
            cursor.execute(sql.SQL("LOCK TABLE {} IN EXCLUSIVE MODE").format(name))
            if cursor.execute(sql.SQL("SELECT 1 FROM {} LIMIT 1").format(name)).fetchone():
                raise in_use(table.name)
            columns = _names(table.columns.keys())
            with cursor.copy(sql.SQL("COPY {} ({}) FROM STDIN").format(name, columns)) as copy:
                for row in rows:
                    copy.write_row(row)
            cursor.execute(sql.SQL("ANALYZE {}").format(name))  # else the first queries would lack statistics

    def continue_numbers(self, last: int) -> None:
        """Make the next line of the audit record get a higher number than any before it.

        Args:
            last: The highest number ever assigned; 0 if none.
        """
        if last:
            self._connection.execute(_CONTINUE, (last,))

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        with self._connection.transaction():
            self._connection.execute(_PATIENTLY)
            yield


def in_use(table: str) -> ConfigurationError:
    """Return the error for a target that holds data which did not come from this source."""
    return ConfigurationError(
        f"The target's table {table} holds other data than the source: an application uses it, or the source has "
        "changed since an earlier copy began. Nothing was changed. Name a new database, or recreate this one with: "
        "DROP DATABASE its_name; CREATE DATABASE its_name"
    )


def _names(names: Iterable[str]) -> sql.Composed:
    return sql.SQL(", ").join(map(sql.Identifier, names))
