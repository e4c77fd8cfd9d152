"""From SQLite into PostgreSQL: look at both, copy what is missing, compare both.

Each table is copied in one transaction. So after a run that was killed, a table of the target is as in the source or
empty, and the next run goes on by itself; whatever else stands there is nobody's to overwrite.
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
"""Is told now and then what is being done, for how many rows it has been done, and how many there are."""

_BETWEEN = 1000
"""Rows from one call of it to the next."""

_TABLES = metadata.sorted_tables
"""A table comes after those that it refers to."""


@dataclass(frozen=True, slots=True)
class CopiedTable:
    """What both databases hold of a table.

    Args:
        name: The table.
        contents: The number of its rows and their digest, read from either side and found to be the same.
        copied: How many of them this run has copied; 0 where an earlier one had.
    """

    name: str
    contents: Contents
    copied: int


def copy_installation(source: SQLiteDatabase, target: PostgresDatabase, watch: Watch) -> list[CopiedTable]:
    """Copy every table, and compare both sides in the end. Nobody can write to the source meanwhile.

    Args:
        source: The installation, which exists. It is migrated first.
        target: A database of its own. It is migrated first.
        watch: What shows the progress.

    Returns:
        Every table, in the order of copying.

    Raises:
        ConfigurationError: If the target holds something else, or was written to meanwhile; if a newer release made
            one of the two, or the role lacks rights.
        InvalidParameterError: If PostgreSQL cannot hold a row. Nothing was copied then.
        StoreUnavailableError: If one of the two cannot be reached or refuses.
    """
    migrate(source)
    migrate(target)
    try:
        with held_still(source) as still, target.connected() as connection:
            return _copy(_Progress(still, watch), Target(connection))
    except psycopg.Error as error:
        raise StoreUnavailableError(
            f"The copy has stopped: {first_line(error)}. Run the same command again: it goes on with the table that "
            "it stopped at."
        ) from error


class _Progress:
    """The source, and who watches how far its rows have come."""

    def __init__(self, source: Source, watch: Watch) -> None:
        self.source = source
        self._watch = watch
        self._counts = {table.name: source.count(table) for table in _TABLES}

    def shown(self, what: str, table: Table, rows: Iterable[Row]) -> Iterator[Row]:
        """Yield the rows, and tell how many have been asked for."""
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
        f"The table {table} of the target is not as in the source after copying: something else writes to the target. "
        "Stop it, make the database anew, and run the command again."
    )
