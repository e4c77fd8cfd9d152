"""Open the store that the settings name: the one place that knows every kind of database."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from gatewright.errors import ConfigurationError, InvalidParameterError
from gatewright.offload import offload
from gatewright.ports import Store
from gatewright.settings import Settings
from gatewright.storage.sql import SQLiteDatabase, SQLStore, migrate
from gatewright.storage.sql.url import conninfo_of, is_postgresql

if TYPE_CHECKING:
    from gatewright.storage.sql.copying import CopiedTable, Watch
    from gatewright.storage.sql.postgres.database import PostgresDatabase

_DATABASE_THREADS = 4
"""Threads for SQLite under asyncio: readers run in parallel, and there is only one writer at a time anyway."""


@dataclass(frozen=True, slots=True)
class OpenedStore:
    """One store, in each of the forms in which it is used.

    Args:
        store: For the operations: it suspends in the asynchronous build.
        blocking: The same, never suspending.
        reader: The same for quick reads on an event loop; None if every read is a network round trip.
        file: The SQLite file, if it is one.
        is_quick: Whether recognising a visitor never blocks an event loop on a network round trip.
    """

    store: Store
    blocking: Store
    reader: Store | None
    file: Path | None
    is_quick: bool

    def close(self) -> None:
        """Close every connection. The store opens new ones when it is used again."""
        self.store.close()
        self.blocking.close()

    def seen_through(self, view: Callable[[Store], Store]) -> OpenedStore:
        """Return the same store with each of its forms wrapped by ``view``."""
        reader = None if self.reader is None else view(self.reader)
        return replace(self, store=view(self.store), blocking=view(self.blocking), reader=reader)


@contextmanager
def closed_on_failure(opened: OpenedStore | SQLiteDatabase | PostgresDatabase) -> Iterator[None]:
    """Close what has just been opened if the block fails, since the caller will not receive it."""
    try:
        yield
    except BaseException:
        opened.close()
        raise


def open_store(settings: Settings, *, naive_timestamps: bool, is_async: bool) -> OpenedStore:
    """Open the database that the settings name, creating and migrating it if necessary.

    Args:
        settings: The operator's settings.
        naive_timestamps: Whether records are returned with naive UTC datetimes.
        is_async: Whether the operations run in an event loop.

    Raises:
        ConfigurationError: If the URL names no usable database, or one of another release or application.
        StoreUnavailableError: If the database cannot be opened or migrated.
    """
    open_sql = _open_postgresql if is_postgresql(settings.database_url) else _open_sqlite
    opened = open_sql(settings, naive_timestamps=naive_timestamps, is_async=is_async)
    if settings.redis_url is None:
        return opened
    url = settings.redis_url.get_secret_value()
    with closed_on_failure(opened):
        store = _keep_in_redis(opened.store, url, naive_timestamps=naive_timestamps, is_async=is_async)
    return replace(opened, store=store, is_quick=not is_async)


def open_database(settings: Settings) -> SQLiteDatabase | PostgresDatabase:
    """Open the database that the settings name, without migrating it.

    Raises:
        ConfigurationError: If the URL names no usable database.
    """
    return _postgresql(settings) if is_postgresql(settings.database_url) else SQLiteDatabase(settings.database_url)


def copy_to_postgresql(settings: Settings, url: str, watch: Watch) -> list[CopiedTable]:
    """Copy the SQLite installation that the settings name into a PostgreSQL database.

    Args:
        settings: The operator's settings.
        url: The PostgreSQL database.
        watch: Called with the progress: the current step, how many rows are done, and how many there are.

    Raises:
        InvalidParameterError: If one of the two is of the wrong kind, or PostgreSQL cannot hold a row.
        ConfigurationError: If a URL names no usable database, or the target holds other data.
        StoreUnavailableError: If one of the two cannot be reached, or refuses.
    """
    if not is_postgresql(url):
        raise InvalidParameterError("--to takes a database URL such as postgresql+psycopg://user@host/database.")
    source = open_database(settings)
    if not isinstance(source, SQLiteDatabase) or source.path is None or not source.path.exists():
        raise InvalidParameterError(
            f"Only a SQLite file can be copied, which {source.place} is not. Name the file in GATEWRIGHT_DATABASE_URL."
        )
    target = _postgresql(settings.with_values(database_url=url))
    from gatewright.storage.sql.copying import copy_installation

    with closing(source), closing(target):
        return copy_installation(source, target, watch)


def _keep_in_redis(store: Store, url: str, *, naive_timestamps: bool, is_async: bool) -> Store:
    """Return a store that keeps short-lived, frequently written data in Redis.

    Raises:
        ConfigurationError: If the Redis server cannot be used; the message says how to fix it.
        StoreUnavailableError: If it cannot be reached.
    """
    from gatewright.storage.redis import RedisServer, keep_in_redis, read_url, require_redis

    where = read_url(url)
    require_redis(where)
    return keep_in_redis(store, RedisServer(where, is_async=is_async), naive_timestamps=naive_timestamps)


def _open_sqlite(settings: Settings, *, naive_timestamps: bool, is_async: bool) -> OpenedStore:
    database = SQLiteDatabase(settings.database_url, patience=settings.database_timeout_seconds)
    with closed_on_failure(database):
        migrate(database)
    store = SQLStore(database, naive_timestamps=naive_timestamps)
    if not is_async:
        return OpenedStore(store=store, blocking=store, reader=store, file=database.path, is_quick=True)
    reader = SQLStore(database.for_event_loop(), naive_timestamps=naive_timestamps)
    offloaded = offload(store, threads=_DATABASE_THREADS, here=reader, patience=settings.database_timeout_seconds)
    return OpenedStore(store=offloaded, blocking=store, reader=reader, file=database.path, is_quick=True)


def _open_postgresql(settings: Settings, *, naive_timestamps: bool, is_async: bool) -> OpenedStore:
    database = _postgresql(settings)
    from gatewright.storage.sql.postgres.retry import retried

    with closed_on_failure(database):
        migrate(database)
    blocking = retried(SQLStore(database, naive_timestamps=naive_timestamps))
    if not is_async:
        return OpenedStore(store=blocking, blocking=blocking, reader=blocking, file=None, is_quick=True)
    suspending = SQLStore(_postgresql(settings, suspends=True), naive_timestamps=naive_timestamps)
    return OpenedStore(store=retried(suspending), blocking=blocking, reader=None, file=None, is_quick=False)


def _postgresql(settings: Settings, *, suspends: bool = False) -> PostgresDatabase:
    try:
        from gatewright.storage.sql.postgres.database import PostgresDatabase
        from gatewright.storage.sql.postgres.pools import PoolOptions
    except ImportError as error:
        raise ConfigurationError(
            f"PostgreSQL needs psycopg and its pool ({error}). Install them with: pip install 'gatewright[postgres]'"
        ) from error
    options = PoolOptions(
        conninfo=conninfo_of(settings.database_url),
        size=settings.database_pool_size,
        patience=settings.database_timeout_seconds,
    )
    return PostgresDatabase(options, suspends=suspends)
