"""From SQLite into PostgreSQL: inspect both, copy what is missing, compare both.

Each table is copied in one transaction. So after an interrupted run, each table of the target is either complete or
empty, and the next run continues from there; any other contents are never overwritten.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

import psycopg
from sqlalchemy import Table

from gatewright.errors import ConfigurationError, StoreUnavailableError
from gatewright.storage.sql.copying.contents import Contents, contents_of
from gatewright.storage.sql.copying.source import Source, held_still
from gatewright.storage.sql.copying.target import Target, in_use
from gatewright.storage.sql.database import first_line
from gatewright.storage.sql.migrate import migrate
from gatewright.storage.sql.postgres.database import PostgresDatabase
from gatewright.storage.sql.rows import Row
from gatewright.storage.sql.sqlite.database import SQLiteDatabase
from gatewright.storage.sql.tables import metadata

Watch = Callable[[str, int, int], None]
"""Called with the progress: the current step, how many rows are done, and how many there are."""

_BETWEEN = 1000
"""Rows between two calls of it."""

_TABLES = metadata.sorted_tables
"""Each table comes after those that it refers to."""


@dataclass(frozen=True, slots=True)
class CopiedTable:
    """A table that both databases hold identically.

    Args:
        name: The table.
        contents: The number of its rows and their digest, read from both sides and found to be equal.
        copied: How many of them this run has copied; 0 if an earlier run did.
    """

    name: str
    contents: Contents
    copied: int


def copy_installation(source: SQLiteDatabase, target: PostgresDatabase, watch: Watch) -> list[CopiedTable]:
    """Copy every table, then compare both sides. Nobody can write to the source meanwhile.

    Args:
        source: The existing installation. It is migrated first.
        target: A database of its own. It is migrated first.
        watch: Shows the progress.

    Returns:
        Every table, in the order of copying.

    Raises:
        ConfigurationError: If the target holds other data, or was written to meanwhile; if a newer release created
            one of the two, or the role lacks privileges.
        InvalidParameterError: If PostgreSQL cannot hold a row. Then nothing was copied.
        StoreUnavailableError: If one of the two cannot be reached, or refuses.
    """
    migrate(source)
    migrate(target)
    try:
        with held_still(source) as still, target.connected() as connection:
            return _copy(_Progress(still, watch), Target(connection))
    except psycopg.Error as error:
        raise StoreUnavailableError(
            f"The copy has stopped: {first_line(error)}. Run the same command again: it continues with the table at "
            "which it stopped."
        ) from error


class _Progress:
    """The source, and the callback that shows the progress through its rows."""

    def __init__(self, source: Source, watch: Watch) -> None:
        self.source = source
        self._watch = watch
        self._counts = {table.name: source.count(table) for table in _TABLES}

    def shown(self, what: str, table: Table, rows: Iterable[Row]) -> Iterator[Row]:
        """Yield the rows, and report how many have been consumed."""
        done, all_of_them = 0, self._counts[table.name]
        for done, row in enumerate(rows, 1):
            yield row
            if done % _BETWEEN == 0:
                self._watch(f"{what} {table.name}", done, all_of_them)
        self._watch(f"{what} {table.name}", done, all_of_them)


def _copy(progress: _Progress, target: Target) -> list[CopiedTable]:
    source = progress.source
    source.require_no_orphans()
    wanted = {t.name: contents_of(progress.shown("reading", t, source.rows(t))) for t in _TABLES}
    found = {t.name: contents_of(target.rows(t)) for t in _TABLES}
    for name, contents in found.items():
        if contents.rows and contents != wanted[name]:
            raise in_use(name)
    target.continue_numbers(source.last_audit_number())
    for table in _TABLES:
        if found[table.name] != wanted[table.name]:
            target.fill(table, progress.shown("copying", table, source.rows(table)))
    for table in _TABLES:
        if contents_of(progress.shown("comparing", table, target.rows(table))) != wanted[table.name]:
            raise _written_meanwhile(table.name)
    return [CopiedTable(name, wanted[name], wanted[name].rows - found[name].rows) for name in wanted]


def _written_meanwhile(table: str) -> ConfigurationError:
    return ConfigurationError(
        f"The table {table} of the target differs from the source after copying: something else writes to the target. "
        "Stop it, recreate the database, and run the command again."
    )
