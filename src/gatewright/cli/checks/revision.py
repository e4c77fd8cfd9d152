"""What the last migration of a database says."""

from __future__ import annotations

from collections.abc import Collection

from gatewright.cli.checks.finding import Finding, Status
from gatewright.storage.sql.migrate import HEAD, is_foreign

MIGRATE = "gatewright migrate (starting the service does it too)"
_ANOTHER = "Name a database of gatewright's own in GATEWRIGHT_DATABASE_URL."


def judge_revision(revision: str | None, tables: Collection[str]) -> Finding:
    """Compare the last migration that was applied with the newest.

    Args:
        revision: The last migration, None where there was none.
        tables: Those of our names that are there.
    """
    if revision == HEAD:
        return Finding("revision", Status.OK, f"The database is at revision {HEAD}, the newest.")
    if revision is None and tables:
        names = ", ".join(sorted(tables))
        finding = f"The database has never been migrated, and holds tables of another application: {names}."
        return Finding("revision", Status.UNSAFE, finding, _ANOTHER)
    if revision is not None and is_foreign(revision):
        finding = f"The database is another application's: {revision:.40} is no revision of gatewright."
        return Finding("revision", Status.UNSAFE, finding, _ANOTHER)
    if revision is None or revision < HEAD:
        finding = f"The database is at revision {revision or 'none'}, the newest is {HEAD}."
        return Finding("revision", Status.WARNING, finding, MIGRATE)
    finding = f"The database is at revision {revision}, which this release does not know."
    return Finding("revision", Status.UNSAFE, finding, "pip install -U gatewright")
