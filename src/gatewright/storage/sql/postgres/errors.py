"""What the driver's errors mean to the store."""

from __future__ import annotations

import re

import psycopg
from psycopg import errors
from psycopg_pool import PoolClosed, PoolTimeout

from gatewright.errors import ConfigurationError, StoreUnavailableError, UserNotFoundError
from gatewright.storage.sql.database import DuplicateError, first_line
from gatewright.storage.sql.postgres.fitness import CONTINUE_NUMBERS

_CONFLICTS = (errors.DeadlockDetected, errors.SerializationFailure)
_NOT_MIGRATED = (errors.UndefinedTable, errors.UndefinedColumn)
_UNAVAILABLE = (psycopg.OperationalError, psycopg.InternalError, errors.InsufficientPrivilege, PoolTimeout, PoolClosed)

_NO_TLS = re.compile("SSL error|certificate|does not support SSL")
"""How libpq says that a server cannot be trusted as it was asked to."""


class UndoneError(StoreUnavailableError):
    """Nothing was done, so that it can be tried once more: two transactions met, or the connection was lost early."""


def raise_explained(error: BaseException) -> None:
    """Raise in the words of the store what the driver has raised. What is not the driver's is left alone.

    Raises:
        StoreUnavailableError: If the database refuses, or does not answer in time.
        UndoneError: If other transactions have priority.
        UserNotFoundError: If the account that a new row refers to was deleted meanwhile.
        DuplicateError: If a new row's key is there already.
    """
    if isinstance(error, errors.UniqueViolation) and error.diag.constraint_name == "audit_pkey":
        raise StoreUnavailableError(
            "The sequence audit_id_seq is behind the table audit, as after a copy without it (logical replication "
            f"leaves sequences out). Run as the owner of the tables: {CONTINUE_NUMBERS}"
        ) from error
    if isinstance(error, errors.UniqueViolation):
        raise DuplicateError(str(error)) from error
    if isinstance(error, errors.ForeignKeyViolation):
        raise UserNotFoundError("The account was deleted meanwhile.") from error
    if isinstance(error, _CONFLICTS):
        raise UndoneError("The database is busy: other transactions have priority.") from error
    if isinstance(error, _NOT_MIGRATED):
        raise StoreUnavailableError(
            f"The database lacks what this release needs ({first_line(error)}). Run: gatewright migrate"
        ) from error
    if isinstance(error, _UNAVAILABLE):
        raise StoreUnavailableError(f"The database is not available: {first_line(error)}.") from error


def not_reached(error: psycopg.Error) -> ConfigurationError | StoreUnavailableError:
    """Return in words with a cure why there is no connection, when an application starts."""
    if _NO_TLS.search(str(error)):
        return ConfigurationError(
            f"The database cannot be reached by TLS: {first_line(error)}. See that the server has ssl = on. In "
            "GATEWRIGHT_DATABASE_URL name the host as its certificate does, and the file of the certificate's "
            "authority: ?sslmode=verify-full&sslrootcert=/path/ca.pem"
        )
    return StoreUnavailableError(
        f"The database cannot be reached: {first_line(error)}. "
        "See that the server runs, and that GATEWRIGHT_DATABASE_URL, or --to, names its host, a role and a database."
    )
