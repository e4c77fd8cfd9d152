"""The database interface that every store method is written on, once for all drivers.

Nothing here suspends on SQLite and blocking psycopg; on asynchronous psycopg it does.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from typing import Any, Protocol

from gatewright.errors import TakenError
from gatewright.storage.sql.dialect import Dialect
from gatewright.storage.sql.rows import Row

Parameters = Mapping[str, object]


class DuplicateError(TakenError):
    """A row with this key already exists. The store method that inserted it turns this into a more specific error."""


class Reading(Protocol):
    """Runs statements that read."""

    async def fetch_one(self, sql: str, parameters: Parameters) -> Row | None:
        """Run a statement and return its first row.

        Raises:
            StoreUnavailableError: If the database refuses, or does not answer in time.
        """
        ...

    async def fetch_all(self, sql: str, parameters: Parameters) -> list[Row]:
        """Run a statement and return all its rows.

        Raises:
            StoreUnavailableError: If the database refuses, or does not answer in time.
        """
        ...


class Transaction(Reading, Protocol):
    """All or nothing. Any statement, and the commit, may raise the error of an earlier statement."""

    async def change(self, sql: str, parameters: Parameters) -> int:
        """Run a statement and return how many rows it changed."""
        ...

    async def execute(self, sql: str, parameters: Parameters) -> None:
        """Run a statement without waiting for its result, so that it may be sent together with the next one."""
        ...

    async def execute_many(self, sql: str, rows: Sequence[Parameters]) -> None:
        """Run a statement once for each of ``rows``."""
        ...

    async def lock(self, sql: str, parameters: Parameters) -> None:
        """Run a statement that locks rows until the end. Does nothing on a database with one writer at a time."""
        ...

    async def lock_names(self, *names: str) -> None:
        """Make others who lock one of these names wait until the end, whether or not rows of that name exist."""
        ...


class Database(Reading, Protocol):
    """A database, with connections of its own."""

    dialect: Dialect

    def transaction(self, *, survives_power_cut: bool = True) -> AbstractAsyncContextManager[Transaction]:
        """Open a transaction that commits at the end, or rolls back on an error.

        Args:
            survives_power_cut: Whether to wait until the commit is on disk. For short-lived data, that would cost more
                than the write itself. The commit survives the end of the process either way.

        Raises:
            StoreUnavailableError: If the database refuses, is full, or does not answer in time.
            UserNotFoundError: If the account that a new row refers to was deleted meanwhile.
            DuplicateError: If a new row's key already exists.
        """
        ...

    def unchanged_reads(self) -> dict[Hashable, Any] | None:
        """Return a cache of what has been read since anybody last committed: reading it again would yield the same.

        It is a new, empty one after any commit, of this process or another. None if only a round trip could tell
        whether there was one.

        Raises:
            StoreUnavailableError: If the database refuses, or does not answer in time.
        """
        ...

    async def require_writable(self) -> None:
        """Check that the database is writable, without writing: a full disk is not detected.

        Raises:
            StoreUnavailableError: If the database is read-only, or does not answer in time.
        """
        ...

    def close(self) -> None:
        """Close every connection. Using the database again opens new ones."""
        ...


def first_line(error: BaseException) -> str:
    """Return the first line of an error: the details that PostgreSQL adds below may contain values of rows."""
    return next(iter(str(error).strip().splitlines()), type(error).__name__).rstrip(".")
