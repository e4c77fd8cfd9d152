"""``gatewright migrate``: bring the database to this release, or copy it into PostgreSQL."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated

import typer

from gatewright.cli.output import AsJson, console_on, note, printable, write_json, write_table
from gatewright.settings import Settings, load_settings

if TYPE_CHECKING:
    from gatewright.storage.sql.copying import Watch


def migrate_database(
    to: Annotated[
        str | None,
        typer.Option(metavar="URL", help="Copy the SQLite installation into this PostgreSQL database."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Create or migrate the database, and print its revision.

    With --to, copy a SQLite file into an empty PostgreSQL database, then compare the two. Stop the server first: the
    file cannot be written meanwhile. After an interruption, run the same command again to resume.
    """
    if to is None:
        _migrate(load_settings(), as_json=as_json)
    else:
        _copy(load_settings(), to, as_json=as_json)


def _migrate(settings: Settings, *, as_json: bool) -> None:
    from gatewright.storage.open_store import open_database
    from gatewright.storage.sql import migrate

    database = open_database(settings)
    before = database.revision()
    migrate(database)
    revision = database.revision()
    database.close()
    place = database.place
    if as_json:
        write_json({"database": place, "revision_before": before, "revision": revision})
    else:
        change = "already at" if before == revision else f"migrated from {before or 'nothing'} to"
        print(f"{printable(place)}: {change} revision {revision}.")


def _copy(settings: Settings, to: str, *, as_json: bool) -> None:
    from gatewright.storage.open_store import copy_to_postgresql

    with _progress() as watch:
        tables = copy_to_postgresql(settings, to, watch)
    if as_json:
        facts = [
            {"table": t.name, "rows": t.contents.rows, "copied": t.copied, "sha256": t.contents.digest} for t in tables
        ]
        write_json({"tables": facts})
        return
    rows = [[t.name, str(t.contents.rows), str(t.copied), t.contents.digest[:16]] for t in tables]
    write_table(["table", "rows", "copied now", "digest"], rows)
    print("Both databases hold the same data: the row counts and digests of all tables are equal.")
    note("Set GATEWRIGHT_DATABASE_URL to the new database before you start the server again.")


@contextmanager
def _progress() -> Iterator[Watch]:
    """Show a progress bar on stderr, if that is a terminal."""
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

    columns = BarColumn(), TextColumn("{task.description}"), MofNCompleteColumn(), TextColumn("rows")
    is_shown = sys.stderr.isatty()
    with Progress(*columns, console=console_on(sys.stderr), transient=True, disable=not is_shown) as progress:
        task = progress.add_task("")
        yield lambda what, done, rows: progress.update(task, description=what, completed=done, total=rows)
