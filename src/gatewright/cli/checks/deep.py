"""Checks of every row: does the database hold anything that no operation leaves behind?"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from datetime import datetime
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING

from gatewright.cli.checks.encrypted import check_encrypted
from gatewright.cli.checks.finding import Finding, Status
from gatewright.errors import ConfigurationError, StoreUnavailableError
from gatewright.settings import Settings
from gatewright.storage.open_store import open_database
from gatewright.storage.sql import SQLiteDatabase
from gatewright.storage.sql.account_invariants import account_breaches
from gatewright.storage.sql.invariants import Breach, FetchAll, breaches
from gatewright.storage.sql.migrate import HEAD
from gatewright.storage.sql.sqlite.file import damage_at_rest, reading_at_rest, revision_at_rest
from gatewright.system import SystemClock

if TYPE_CHECKING:
    from gatewright.storage.sql.postgres.database import PostgresDatabase

_BACKUP = "Stop the service, keep a copy of the file, and restore the newest backup that passes this check."


def check_rows(settings: Settings) -> Iterator[Finding]:
    """Read the whole database and report what breaks a rule. Other checks report a missing database."""
    try:
        database = open_database(settings)
        findings: Iterator[Finding] = iter(())
        if isinstance(database, SQLiteDatabase):
            path = _file_of(database)
            if path is not None:
                findings = _check_file_and_tables(settings, path)
        elif database.revision() == HEAD:
            findings = _check_server(settings, database)
    except (ConfigurationError, StoreUnavailableError):
        return
    yield from findings


def _check_server(settings: Settings, database: PostgresDatabase) -> Iterator[Finding]:
    try:
        yield from _check_tables(settings, database.reading_at_rest(), file=None)
    except (ConfigurationError, StoreUnavailableError) as error:
        yield Finding("rows", Status.UNSAFE, "The rows cannot be read.", str(error))


def _check_file_and_tables(settings: Settings, path: Path) -> Iterator[Finding]:
    try:
        yield _check_file(path)
        yield from _check_tables(settings, reading_at_rest(path), file=path)
    except StoreUnavailableError as error:
        yield Finding("file", Status.UNSAFE, str(error), _BACKUP)


@contextmanager
def read_tables(settings: Settings) -> Iterator[FetchAll | None]:
    """Yield a function that queries the database as it is, or None if it is missing or of another release."""
    with ExitStack() as stack:
        try:
            database = open_database(settings)
            if not isinstance(database, SQLiteDatabase):
                reading = database.reading_at_rest() if database.revision() == HEAD else None
            else:
                path = _file_of(database)
                reading = None if path is None else reading_at_rest(path)
            fetch_all = None if reading is None else stack.enter_context(reading)
        except (ConfigurationError, StoreUnavailableError):
            fetch_all = None
        yield fetch_all


def _file_of(database: SQLiteDatabase) -> Path | None:
    """Return the file if its tables are those of this release, else None."""
    path = database.path
    return path if path is not None and path.exists() and revision_at_rest(path) == HEAD else None


def _check_file(path: Path) -> Finding:
    damage = damage_at_rest(path)
    if damage:
        return Finding("file", Status.UNSAFE, f"The file is damaged: {'; '.join(damage):.200}", _BACKUP)
    return Finding("file", Status.OK, "Every page of the file is intact.")


def _check_tables(
    settings: Settings, reading: AbstractContextManager[FetchAll], *, file: Path | None
) -> Iterator[Finding]:
    with reading as fetch_all:
        now = SystemClock().now()
        in_sql = chain(breaches(fetch_all, now=now), account_breaches(fetch_all))
        broken = [*in_sql, *_breaches_in_redis(settings, fetch_all, now)]
        encrypted = [*check_encrypted(settings, fetch_all, file=file)]
    yield from map(_told, broken)
    if not broken:
        yield Finding("rows", Status.OK, "Every row is consistent with gatewright's rules.")
    yield from encrypted


def _breaches_in_redis(settings: Settings, fetch_all: FetchAll, now: datetime) -> Iterator[Breach]:
    """Check Redis, if it is used. Another check reports one that cannot be used."""
    if settings.redis_url is None:
        return
    from gatewright.storage.redis import read_url, redis_breaches, require_redis

    try:
        url = read_url(settings.redis_url.get_secret_value())
        require_redis(url)
        yield from redis_breaches(url, fetch_all, now=now)
    except (ConfigurationError, StoreUnavailableError):
        return


def _told(breach: Breach) -> Finding:
    rule = breach.rule
    where = breach.first if breach.first == breach.last else f"{breach.first} to {breach.last}"
    finding = f"{breach.count} {rule.broken}: {where}. {rule.meaning}"
    return Finding(f"rows: {rule.name}", Status.UNSAFE if rule.lets_in else Status.WARNING, finding, rule.cure)
