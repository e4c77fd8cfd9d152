"""A check of the database's revision."""

from __future__ import annotations

from collections.abc import Collection

from gatewright.cli.checks.finding import Finding, Status
from gatewright.storage.sql.migrate import HEAD, is_foreign

MIGRATE = "gatewright migrate (starting the service does it too)"
_ANOTHER = "Name a database in GATEWRIGHT_DATABASE_URL that gatewright has to itself."


def judge_revision(revision: str | None, tables: Collection[str]) -> Finding:
    """Compare the last migration applied with the newest.

    Args:
        revision: The last migration, or None if there was none.
        tables: The existing tables with names of ours.
    """
    if revision == HEAD:
        return Finding("revision", Status.OK, f"The database is at revision {HEAD}, the newest.")
    if revision is None and tables:
        names = ", ".join(sorted(tables))
        finding = f"The database has never been migrated, but holds tables of another application: {names}."
        return Finding("revision", Status.UNSAFE, finding, _ANOTHER)
    if revision is not None and is_foreign(revision):
        finding = f"The database belongs to another application: {revision:.40} is not a revision of gatewright."
        return Finding("revision", Status.UNSAFE, finding, _ANOTHER)
    if revision is None or revision < HEAD:
        finding = f"The database is at revision {revision or 'none'}, the newest is {HEAD}."
        return Finding("revision", Status.WARNING, finding, MIGRATE)
    finding = f"The database is at revision {revision}, which this release does not know."
    return Finding("revision", Status.UNSAFE, finding, "pip install -U gatewright")
