"""SQLAlchemy engines for a table of the application, blocking ones only."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy import exc

from gatewright.errors import ConfigurationError

_IN_THREADS = "TableUserProvider queries its database in threads without an event loop, even under AsyncAuth."
_BLOCKING = {
    "aiomysql": "+pymysql",
    "aioodbc": "+pyodbc",
    "aiosqlite": "",
    "asyncmy": "+pymysql",
    "asyncpg": "+psycopg",
    "oracledb_async": "+oracledb",
    "psycopg_async": "+psycopg",
}
"""Drivers that need an event loop -> the driver part of a URL for the same database that does not."""


def engine_for(given: str | sa.URL | sa.Engine) -> sa.Engine:
    """Return the engine as given, or a new one that connects at first use and hides values from its errors.

    Raises:
        ConfigurationError: If the database URL cannot be used, or its driver needs an event loop.
    """
    try:
        engine = given if isinstance(given, sa.Engine) else _open(sa.make_url(given))
    except ImportError as error:
        raise ConfigurationError(f"The database of TableUserProvider needs a driver: {error}.") from None
    except (exc.ArgumentError, ValueError):
        raise ConfigurationError(
            "TableUserProvider needs an SQLAlchemy URL such as postgresql+psycopg://user@host/database, or an Engine "
            "(not an AsyncEngine)."
        ) from None  # the error may show the URL, and the URL a password
    if engine.dialect.is_async:
        raise ConfigurationError(f"{_IN_THREADS} Make an Engine with create_engine, not with create_async_engine.")
    return engine


def _open(target: sa.URL) -> sa.Engine:
    if getattr(target.get_dialect(), "is_async", False):  # before a missing driver is reported
        database, _, driver = target.drivername.partition("+")
        cure = f"Use {database}{_BLOCKING[driver]}://" if driver in _BLOCKING else "Use a blocking driver"
        raise ConfigurationError(f"{_IN_THREADS} {cure} in place of {target.drivername}://.")
    if target.get_backend_name() == "sqlite":  # a connection that crosses a fork breaks SQLite's locks
        return sa.create_engine(target, poolclass=sa.NullPool, hide_parameters=True)
    return sa.create_engine(target, pool_pre_ping=True, hide_parameters=True)
