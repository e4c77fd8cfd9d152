"""Bring a database to the schema of this release: safe to call at every start, from many processes at once."""

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING

from gatewright.errors import ConfigurationError, StoreUnavailableError
from gatewright.storage.sql.database import SQLiteDatabase

if TYPE_CHECKING:
    from sqlalchemy.engine import Engine

HEAD = "0009"
"""The newest migration. Kept here too so that an up-to-date database never imports Alembic."""


def migrate(database: SQLiteDatabase) -> None:
    """Apply every migration that the database lacks.

    One transaction holds them all, so a crash in the middle leaves the schema as it was, and a process that comes
    second waits and then finds nothing to do.

    Raises:
        ConfigurationError: If a newer release made the database.
        StoreUnavailableError: If the database refuses or stays locked.
    """
    if revision_of(database) != HEAD:
        _upgrade(database)


def revision_of(database: SQLiteDatabase) -> str | None:
    """Return the last migration that was applied, or None where there was none yet.

    Raises:
        StoreUnavailableError: If the database refuses.
    """
    try:
        row = database.fetch_one("SELECT version_num FROM alembic_version", {})
    except StoreUnavailableError as error:
        if "no such table" in str(error):
            return None
        raise
    return None if row is None else str(row[0])


def _upgrade(database: SQLiteDatabase) -> None:
    from alembic import command
    from alembic.config import Config
    from alembic.util import CommandError
    from sqlalchemy.exc import DatabaseError

    config = Config()
    config.set_main_option("script_location", "gatewright.storage.sql:migrations")
    try:
        with database.connection() as held, _engine_on(held).connect() as connection:
            connection.exec_driver_sql("BEGIN IMMEDIATE")
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
            connection.commit()
    except CommandError as error:
        raise ConfigurationError(
            f"The database was made by a newer gatewright: {error}. Upgrade with: pip install -U gatewright"
        ) from error
    except DatabaseError as error:
        if "already exists" in str(error.orig):
            raise ConfigurationError(
                f"The database holds tables of another application: {error.orig}. Name a new file in the database URL."
            ) from error
        raise StoreUnavailableError(f"The database could not be migrated: {error.orig}.") from error


def _engine_on(connection: sqlite3.Connection) -> Engine:
    """Let SQLAlchemy, which Alembic needs, use a connection that is not its own."""
    from sqlalchemy import create_engine
    from sqlalchemy.pool import StaticPool

    return create_engine("sqlite://", creator=lambda: connection, poolclass=StaticPool)
