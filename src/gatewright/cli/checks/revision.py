"""What the last migration of a database says."""

from __future__ import annotations

from gatewright.cli.checks.finding import Finding, Status
from gatewright.storage.sql.migrate import HEAD

MIGRATE = "gatewright migrate (starting the service does it too)"


def judge_revision(revision: str | None) -> Finding:
    """Compare the last migration that was applied, None where there was none, with the newest."""
    if revision == HEAD:
        return Finding("revision", Status.OK, f"The database is at revision {HEAD}, the newest.")
    if revision is None or revision < HEAD:
        finding = f"The database is at revision {revision or 'none'}, the newest is {HEAD}."
        return Finding("revision", Status.WARNING, finding, MIGRATE)
    finding = f"The database is at revision {revision}, which this release does not know."
    return Finding("revision", Status.UNSAFE, finding, "pip install -U gatewright")
