"""``gatewright migrate``: bring the database to this release."""

from __future__ import annotations

from gatewright.cli.output import AsJson, printable, write_json
from gatewright.settings import load_settings


def migrate_database(as_json: AsJson = False) -> None:
    """Create or migrate the database. Says which revision it is at."""
    from gatewright.storage.opened import open_database
    from gatewright.storage.sql import migrate

    database = open_database(load_settings())
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
