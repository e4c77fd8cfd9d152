"""What every part of the store works with."""

from __future__ import annotations

import sqlite3

from gatewright.model import AuditEntry
from gatewright.storage.sql.database import SQLiteDatabase
from gatewright.storage.sql.rows import RecordReader, row_of
from gatewright.storage.sql.statements import STATEMENTS


class StoreBase:
    """One database, the statements, and how rows become records."""

    def __init__(self, database: SQLiteDatabase, *, naive_timestamps: bool = False) -> None:
        self._database = database
        self._read = RecordReader(naive_timestamps=naive_timestamps)
        self._statements = STATEMENTS

    def _record(self, connection: sqlite3.Connection, entry: AuditEntry | None) -> None:
        """Write a line of the audit record in the transaction of what it records."""
        if entry is not None:
            connection.execute(self._statements.insert_audit, row_of(entry))

    def _forget_browsers(
        self, connection: sqlite3.Connection, *, user_id: str, provider: str, account_id: str | None
    ) -> None:
        """Forget the remembered browsers of an account, or of another provider's user."""
        sql, owner = self._statements, {"user_id": user_id, "provider": provider}
        statement = sql.remove_remembered_of_user if account_id is None else sql.remove_remembered_of_account
        connection.execute(statement, owner)

    def _delete(self, sql: str, **parameters: object) -> int:
        with self._database.transaction() as connection:
            return connection.execute(sql, parameters).rowcount
