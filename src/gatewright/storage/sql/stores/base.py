"""Shared base of every part of the store."""

from __future__ import annotations

from dataclasses import asdict

from gatewright.model import AuditEntry
from gatewright.ports import Owner
from gatewright.storage.sql.database import Database, Parameters, Transaction
from gatewright.storage.sql.rows import RecordReader, RecordWriter
from gatewright.storage.sql.statements import statements_of


class StoreBase:
    """One database, its statements, and the conversion between rows and records."""

    def __init__(self, database: Database, *, naive_timestamps: bool = False) -> None:
        dialect = database.dialect
        self._database = database
        self._read = RecordReader(dialect.read_naive if naive_timestamps else dialect.read_aware)
        self._write = RecordWriter(dialect.write_moment)
        self._moment = dialect.write_moment
        self._statements = statements_of(dialect.name)

    async def _lock_account(self, tx: Transaction, account_id: str) -> None:
        """Let one transaction at a time change an account and what belongs to it."""
        await tx.lock(self._statements.lock_account, {"account_id": account_id})

    async def _record(self, tx: Transaction, entry: AuditEntry | None) -> None:
        """Write a line of the audit record, in the same transaction as what it records."""
        if entry is not None:
            await tx.lock(self._statements.lock_audit_number, {})
            await tx.execute(self._statements.insert_audit, self._write.row(entry))

    async def _forget_browsers(self, tx: Transaction, *, user_id: str, provider: str, account_id: str | None) -> None:
        """Forget the remembered browsers of an account, or of another provider's user."""
        sql, owner = self._statements, {"user_id": user_id, "provider": provider}
        statement = sql.remove_remembered_of_user if account_id is None else sql.remove_remembered_of_account
        await tx.execute(statement, owner)

    async def _end_sessions_of(
        self, tx: Transaction, owner: Owner, *, keep: str | None, audit: AuditEntry | None
    ) -> int:
        """End a user's sessions except one and forget their browsers; record that if there were any sessions."""
        sql = self._statements
        statement = sql.end_sessions_of_user if owner.provider else sql.end_sessions_of_account
        account_id = None if owner.provider else owner.user_id
        count = await tx.change(statement, asdict(owner) | {"keep": keep or ""})
        await self._forget_browsers(tx, user_id=owner.user_id, provider=owner.provider or "", account_id=account_id)
        if count:
            await self._record(tx, audit)
        return count

    async def _count(self, tx: Transaction, sql: str, parameters: Parameters) -> int:
        row = await tx.fetch_one(sql, parameters)
        return 0 if row is None else int(row[0])

    async def _delete(self, sql: str, **parameters: object) -> int:
        async with self._database.transaction() as tx:
            return await tx.change(sql, parameters)
