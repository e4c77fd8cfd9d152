"""Migrate a database to the schema of this release: safe to call at every start, from many processes at once."""

from __future__ import annotations

import re
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, Protocol

from gatewright.errors import ConfigurationError, StoreUnavailableError
from gatewright.storage.sql.database import first_line

if TYPE_CHECKING:
    from sqlalchemy import Connection

HEAD = "0010"
"""The newest migration. Repeated here so that an up-to-date database never imports Alembic."""


_NUMBER = re.compile(r"\d{4}")
_TABLE_IS_THERE = "42P07"
"""PostgreSQL's error code, since the language of its messages varies."""

_READ_ONLY = "25006"

NAME_PRIMARY = (
    "Name the primary server in GATEWRIGHT_DATABASE_URL; with ?target_session_attrs=read-write libpq finds it among "
    "several hosts. If the role is read-only: ALTER ROLE its_name RESET default_transaction_read_only"
)
"""What to do if the database is read-only."""


class Migratable(Protocol):
    """A database that can be migrated."""

    def revision(self) -> str | None:
        """Return the last migration that was applied, or None if none was.

        Raises:
            StoreUnavailableError: If the database refuses.
        """

    def migrating(self) -> AbstractContextManager[Connection]:
        """Hold a transaction that excludes other migrations.

        Raises:
            StoreUnavailableError: If the database refuses or stays locked.
        """


def is_foreign(revision: str) -> bool:
    """Return whether a revision is another application's: any that uses Alembic may have the same version table."""
    return _NUMBER.fullmatch(revision) is None


def migrate(database: Migratable) -> None:
    """Apply every migration that the database lacks.

    All of them run in one transaction, so a crash in the middle leaves the schema as it was, and a second process
    waits and then finds nothing to do.

    Raises:
        ConfigurationError: If a newer release or another application created the database.
        StoreUnavailableError: If the database refuses or stays locked.
    """
    if database.revision() != HEAD:
        _upgrade(database)


def _upgrade(database: Migratable) -> None:
    from alembic import command
    from alembic.config import Config
    from alembic.util import CommandError
    from sqlalchemy.exc import DatabaseError

    config = Config()
    config.set_main_option("script_location", "gatewright.storage.sql:migrations")
    try:
        with database.migrating() as connection:
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
    except CommandError as error:
        if is_foreign(database.revision() or ""):
            raise ConfigurationError(
                f"The database belongs to another application: {error}. Name a new one in the database URL."
            ) from error
        raise ConfigurationError(
            f"The database was created by a newer gatewright: {error}. Upgrade with: pip install -U gatewright"
        ) from error
    except DatabaseError as error:
        reason = first_line(error.orig or error)
        if "already exists" in str(error.orig) or getattr(error.orig, "sqlstate", None) == _TABLE_IS_THERE:
            raise ConfigurationError(
                f"The database holds tables of another application: {reason}. Name a new one in the database URL."
            ) from error
        cure = f" {NAME_PRIMARY}" if getattr(error.orig, "sqlstate", None) == _READ_ONLY else ""
        raise StoreUnavailableError(f"The database could not be migrated: {reason}.{cure}") from error
