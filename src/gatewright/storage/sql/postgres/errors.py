"""What the driver's errors mean to the store."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
from psycopg import errors
from psycopg_pool import PoolClosed, PoolTimeout

from gatewright.errors import StoreUnavailableError, UserNotFoundError
from gatewright.storage.sql.database import DuplicateError

_CONFLICTS = (errors.DeadlockDetected, errors.SerializationFailure)
_NOT_MIGRATED = (errors.UndefinedTable, errors.UndefinedColumn)
_UNAVAILABLE = (psycopg.OperationalError, psycopg.InternalError, errors.InsufficientPrivilege, PoolTimeout, PoolClosed)


class UndoneError(StoreUnavailableError):
    """Nothing was done, so that it can be tried once more: two transactions met, or the connection was lost early."""


@contextmanager
def explained() -> Iterator[None]:
    """Turn the driver's errors into those of the store.

    Raises:
        StoreUnavailableError: If the database refuses, or does not answer in time.
        UndoneError: If other transactions have priority.
        UserNotFoundError: If the account that a new row refers to was deleted meanwhile.
        DuplicateError: If a new row's key is there already.
    """
    try:
        yield
    except errors.UniqueViolation as error:
        raise DuplicateError(str(error)) from error
    except errors.ForeignKeyViolation as error:
        raise UserNotFoundError("The account was deleted meanwhile.") from error
    except _CONFLICTS as error:
        raise UndoneError("The database is busy: other transactions have priority.") from error
    except _NOT_MIGRATED as error:
        raise StoreUnavailableError(
            f"The database lacks what this release needs ({first_line(error)}). Run: gatewright migrate"
        ) from error
    except _UNAVAILABLE as error:
        raise StoreUnavailableError(f"The database is not available: {first_line(error)}.") from error


def first_line(error: Exception) -> str:
    """Return what an error says, without the details that PostgreSQL adds below: they may hold values of rows."""
    return next(iter(str(error).strip().splitlines()), type(error).__name__).rstrip(".")
