"""Bring a database to the schema of this release: safe to call at every start, from many processes at once."""

from __future__ import annotations

import re
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, Protocol

from gatewright.errors import ConfigurationError, StoreUnavailableError
from gatewright.storage.sql.database import first_line

if TYPE_CHECKING:
    from sqlalchemy import Connection

HEAD = "0010"
"""The newest migration. Kept here too so that an up-to-date database never imports Alembic."""


_NUMBER = re.compile(r"\d{4}")
_TABLE_IS_THERE = "42P07"
"""PostgreSQL's code, whatever language it speaks."""

_READ_ONLY = "25006"

NAME_PRIMARY = (
    "Name the primary server in GATEWRIGHT_DATABASE_URL; with ?target_session_attrs=read-write libpq finds it among "
    "several hosts. Where the role is set so: ALTER ROLE its_name RESET default_transaction_read_only"
)
"""What to do where nothing can be written."""


class Migratable(Protocol):
    """A database that can be brought to another schema."""

    def revision(self) -> str | None:
        """Return the last migration that was applied, or None where there was none yet.

        Raises:
            StoreUnavailableError: If the database refuses.
        """

    def migrating(self) -> AbstractContextManager[Connection]:
        """Hold a transaction that no other migration runs beside.

        Raises:
            StoreUnavailableError: If the database refuses or stays locked.
        """


def is_foreign(revision: str) -> bool:
    """Say whether a revision is none of ours: another application that uses Alembic keeps its own in the same table."""
    return _NUMBER.fullmatch(revision) is None


def migrate(database: Migratable) -> None:
    """Apply every migration that the database lacks.

    One transaction holds them all, so a crash in the middle leaves the schema as it was, and a process that comes
    second waits and then finds nothing to do.

    Raises:
        ConfigurationError: If a newer release or another application made the database.
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
            f"The database was made by a newer gatewright: {error}. Upgrade with: pip install -U gatewright"
        ) from error
    except DatabaseError as error:
        reason = first_line(error.orig or error)
        if "already exists" in str(error.orig) or getattr(error.orig, "sqlstate", None) == _TABLE_IS_THERE:
            raise ConfigurationError(
                f"The database holds tables of another application: {reason}. Name a new one in the database URL."
            ) from error
        cure = f" {NAME_PRIMARY}" if getattr(error.orig, "sqlstate", None) == _READ_ONLY else ""
        raise StoreUnavailableError(f"The database could not be migrated: {reason}.{cure}") from error
