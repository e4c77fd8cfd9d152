"""``gatewright migrate``: bring the database to this release."""

from __future__ import annotations

from gatewright.cli.output import AsJson, printable, write_json
from gatewright.settings import load_settings


def migrate_database(as_json: AsJson = False) -> None:
    """Create or migrate the database. Says which revision it is at."""
    from gatewright.storage.sql import SQLiteDatabase, migrate
    from gatewright.storage.sql.migrate import revision_of

    database = SQLiteDatabase(load_settings().database_url)
    before = revision_of(database)
    migrate(database)
    revision = revision_of(database)
    database.close()
    place = ":memory:" if database.path is None else str(database.path)
    if as_json:
        write_json({"database": place, "revision_before": before, "revision": revision})
    else:
        change = "already at" if before == revision else f"migrated from {before or 'nothing'} to"
        print(f"{printable(place)}: {change} revision {revision}.")
