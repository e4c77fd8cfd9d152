"""What the stores ask of a database. Each store method is written once, over this, for every driver.

Nothing here suspends on SQLite and on blocking psycopg; on asynchronous psycopg it really does.
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
    """A row with such a key is there already. The store method that inserted it says what that means."""


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
    """All or nothing. Any of its statements, and its end, may raise what one before it has met."""

    async def change(self, sql: str, parameters: Parameters) -> int:
        """Run a statement and return how many rows it has changed."""
        ...

    async def execute(self, sql: str, parameters: Parameters) -> None:
        """Run a statement whose outcome nobody asks for, so that it may travel together with the next one."""
        ...

    async def execute_many(self, sql: str, rows: Sequence[Parameters]) -> None:
        """Run a statement once for each of ``rows``."""
        ...

    async def lock(self, sql: str, parameters: Parameters) -> None:
        """Run a statement that locks rows until the end. Where there is one writer at a time, nothing is to be done."""
        ...

    async def lock_names(self, *names: str) -> None:
        """Have whoever locks one of the same names wait until the end, be there a row of that name or not."""
        ...


class Database(Reading, Protocol):
    """A database, with connections of its own."""

    dialect: Dialect

    def transaction(self, *, survives_power_cut: bool = True) -> AbstractAsyncContextManager[Transaction]:
        """Commit at the end, or nothing at all.

        Args:
            survives_power_cut: Whether to wait until the commit is on the disk. Where what is written counts only
                for a while, that would cost more than the writing. It survives the end of the process either way.

        Raises:
            StoreUnavailableError: If the database refuses, is full, or does not answer in time.
            UserNotFoundError: If the account that a new row refers to was deleted meanwhile.
            DuplicateError: If a new row's key is there already.
        """
        ...

    def unchanged_reads(self) -> dict[Hashable, Any] | None:
        """Return what was read and put there since anybody last committed: whoever reads it again gets the same.

        A new, empty one after any commit, of this process or another. None where only a round trip could tell whether
        there was one.

        Raises:
            StoreUnavailableError: If the database refuses, or does not answer in time.
        """
        ...

    async def require_writable(self) -> None:
        """Make sure that nothing keeps everybody from writing, without writing: a full disk is not found.

        Raises:
            StoreUnavailableError: If the database can only be read, or does not answer in time.
        """
        ...

    def close(self) -> None:
        """Close every connection. Using the database again opens new ones."""
        ...


def first_line(error: BaseException) -> str:
    """Return what an error says, without the details that PostgreSQL adds below: they may hold values of rows."""
    return next(iter(str(error).strip().splitlines()), type(error).__name__).rstrip(".")
