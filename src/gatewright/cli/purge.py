"""``gatewright purge``: delete what has expired."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Protocol

from gatewright.cli.output import AsJson, console_on, write_json
from gatewright.evrmore import EvrmoreAuth

if TYPE_CHECKING:
    from rich.progress import Progress

_BATCH = 1000
"""Rows per transaction: few enough that a concurrent sign-in hardly waits."""


_TITLES = {
    "challenges": "challenges",
    "sessions": "sessions",
    "links": "mailed links",
    "attempts": "failed attempts",
    "remembered": "remembered browsers",
    "pending_steps": "pending steps",
    "audit": "audit lines",
}


class _Cleanup(Protocol):
    def __call__(self, *, at_most: int) -> int: ...


def purge(as_json: AsJson = False) -> None:
    """Delete what has expired, and old lines of the audit record.

    Works in batches, so that nobody waits long meanwhile.
    """
    with EvrmoreAuth() as auth, _progress() as progress:
        cleanups: dict[str, _Cleanup] = {
            "challenges": auth.cleanup_expired_challenges,
            "sessions": auth.cleanup_expired_sessions,
            "links": auth.cleanup_expired_links,
            "attempts": auth.cleanup_expired_attempts,
            "remembered": auth.cleanup_expired_remembered,
            "pending_steps": auth.cleanup_expired_pending_steps,
            "audit": auth.cleanup_expired_audit,
        }
        deleted = {what: _delete_all(cleanup, _TITLES[what], progress) for what, cleanup in cleanups.items()}
    if as_json:
        write_json(deleted)
    else:
        counts = ", ".join(f"{_TITLES[what]}: {count}" for what, count in deleted.items())
        print(f"Deleted what has expired: {counts}.")


def _progress() -> Progress:
    """Return a progress bar on stderr, if that is a terminal. The total is not known beforehand."""
    from rich.progress import BarColumn, Progress, TextColumn

    columns = TextColumn("{task.description}"), BarColumn(), TextColumn("{task.completed} deleted")
    return Progress(*columns, console=console_on(sys.stderr), transient=True, disable=not sys.stderr.isatty())


def _delete_all(cleanup: _Cleanup, what: str, progress: Progress) -> int:
    task = progress.add_task(what, total=None)
    deleted, latest = 0, _BATCH
    while latest == _BATCH:
        latest = cleanup(at_most=_BATCH)
        deleted += latest
        progress.update(task, completed=deleted)
    progress.update(task, total=deleted)
    return deleted
