"""Translates the driver's errors into those of the store."""

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
"""How libpq reports that a server does not meet the TLS requirements."""


class UndoneError(StoreUnavailableError):
    """Nothing was done, so it is safe to retry: two transactions conflicted, or the connection was lost early."""


def raise_explained(error: BaseException) -> None:
    """Raise the store's error for one of the driver's. Returns for any other error.

    Raises:
        StoreUnavailableError: If the database refuses, or does not answer in time.
        UndoneError: If other transactions have priority.
        UserNotFoundError: If the account that a new row refers to was deleted meanwhile.
        DuplicateError: If a new row's key already exists.
    """
    if isinstance(error, errors.UniqueViolation) and error.diag.constraint_name == "audit_pkey":
        raise StoreUnavailableError(
            "The sequence audit_id_seq is behind the table audit, as after a copy without sequences (such as logical "
            f"replication). Run as the owner of the tables: {CONTINUE_NUMBERS}"
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
    """Return the error for a failed connection when an application starts, with advice on how to fix it."""
    if _NO_TLS.search(str(error)):
        return ConfigurationError(
            f"The database cannot be reached over TLS: {first_line(error)}. Check that the server has ssl = on. In "
            "GATEWRIGHT_DATABASE_URL, name the host as in its certificate, and the file of the certificate's "
            "authority: ?sslmode=verify-full&sslrootcert=/path/ca.pem"
        )
    return StoreUnavailableError(
        f"The database cannot be reached: {first_line(error)}. "
        "Check that the server runs, and that GATEWRIGHT_DATABASE_URL, or --to, names its host, a role and a database."
    )
