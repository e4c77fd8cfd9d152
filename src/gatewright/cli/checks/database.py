"""Checks of the database, which never open it for writing."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

from gatewright.cli.checks.file_systems import shared_file_system_of
from gatewright.cli.checks.finding import Finding, Status
from gatewright.cli.checks.postgresql import check_server
from gatewright.cli.checks.revision import MIGRATE, judge_revision
from gatewright.errors import ConfigurationError, InvalidParameterError, StoreUnavailableError
from gatewright.operations.names import canonical_name
from gatewright.settings import Settings
from gatewright.storage.open_store import open_database
from gatewright.storage.sql import SQLiteDatabase
from gatewright.storage.sql.sqlite.connect import FULL
from gatewright.storage.sql.sqlite.file import (
    encoded_emails_at_rest,
    hash_troubles_at_rest,
    revision_at_rest,
    tables_at_rest,
    unwritable_file_of,
)
from gatewright.system import SystemClock

_LATELY_DAYS = 30
_HASH_TROUBLES = {
    "hash_not_renewed": (
        "Hashes are not renewed",
        "The log says why. Widen the column to VARCHAR(255), let the role write it, or pass keeps_hashes=False.",
    ),
    "unreadable_hash": (
        "Hashes cannot be read",
        "The log names the formats and the users, whose correct passwords are refused: let them set new ones.",
    ),
}
"""The audit record's name for a problem -> what it is, and how to fix it."""


_RESTORE = "Restore it from a backup, or name another file in GATEWRIGHT_DATABASE_URL."
_MAKE_ROOM = "Free space on its disk. No data is lost: even reading needs a file beside it to grow, which it cannot."


def check_database(settings: Settings) -> Iterator[Finding]:
    """Check that the database can be reached and written, and report its revision."""
    try:
        database = open_database(settings)
    except ConfigurationError as error:
        yield Finding("database", Status.UNSAFE, "The database cannot be used.", str(error))
        return
    if isinstance(database, SQLiteDatabase):
        yield from _check_file(database.path)
    else:
        yield from check_server(database, settings)


def _check_file(path: Path | None) -> Iterator[Finding]:
    if path is None:
        cure = "Name a file: GATEWRIGHT_DATABASE_URL=sqlite:///gatewright.db"
        yield Finding("database", Status.WARNING, "The database is in memory: it is lost when the process ends.", cure)
        return
    yield _check_writable(path)
    yield _check_file_system(path)
    revision = _check_revision(path)
    yield revision
    if revision.status is Status.OK:
        try:
            yield from _check_hashes(path)
            yield _check_emails(path)
        except StoreUnavailableError as error:
            yield _unreadable("database", error)


def _check_emails(path: Path) -> Finding:
    """Look for accounts whose email address could not be normalised, because another account has it."""
    doubled = [email for email in encoded_emails_at_rest(path) if not _has_one_spelling(email)]
    if not doubled:
        return Finding("emails", Status.OK, "No two active accounts share a mailbox.")
    finding = f"{len(doubled)} active accounts share a mailbox with another one: {', '.join(doubled):.200}"
    cure = "Ask its owner which account to keep, and disable the other: gatewright user disable ADDRESS"
    return Finding("emails", Status.WARNING, finding, cure)


def _has_one_spelling(email: str) -> bool:
    try:
        return canonical_name("email", email) == email
    except InvalidParameterError:
        return True  # somebody wrote it by hand; it is nobody's mailbox


def _check_writable(path: Path) -> Finding:
    unwritable = unwritable_file_of(path) if os.access(path.parent, os.W_OK) else path.parent
    if unwritable is not None:
        cure = "Run as the service's user, or let that user write the file and its folder: SQLite needs both."
        return Finding("database", Status.UNSAFE, f"{unwritable} is not writable.", cure)
    return Finding("database", Status.OK, f"{path.parent} is writable.")


def _check_file_system(path: Path) -> Finding:
    """Look for a file that several machines can write: SQLite's locks do not span machines (sqlite.org/wal.html)."""
    kind = shared_file_system_of(path)
    if kind is None:
        return Finding("file system", Status.OK, f"{path.parent} appears to be on a local disk.")
    finding = f"{path.parent} is on a network file system ({kind}), where SQLite loses data."
    cure = "Move the file to a local disk; several machines need a database server."
    return Finding("file system", Status.UNSAFE, finding, cure)


def _check_hashes(path: Path) -> Iterator[Finding]:
    """Report hashes that recent sign-ins could not read, or could not renew."""
    since = SystemClock().now() - timedelta(days=_LATELY_DAYS)
    found = hash_troubles_at_rest(path, since=since)
    for trouble, provider, count in found:
        what, cure = _HASH_TROUBLES[trouble]
        yield Finding("hashes", Status.WARNING, f"{what} by {provider}: {count} sign-ins in {_LATELY_DAYS} days.", cure)
    if not found:
        yield Finding("hashes", Status.OK, "Stored hashes can be read and renewed.")


def _check_revision(path: Path) -> Finding:
    if not path.exists():
        return Finding("revision", Status.WARNING, f"{path} does not exist yet.", MIGRATE)
    try:
        revision, tables = revision_at_rest(path), tables_at_rest(path)
    except StoreUnavailableError as error:
        return _unreadable("revision", error)
    return judge_revision(revision, tables)


def _unreadable(check: str, error: StoreUnavailableError) -> Finding:
    return Finding(check, Status.UNSAFE, str(error), _MAKE_ROOM if FULL in str(error) else _RESTORE)
