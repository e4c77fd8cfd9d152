"""The audit record in SQL."""

from __future__ import annotations

from datetime import datetime

from gatewright.model import AuditEntry
from gatewright.ports import AuditFilter
from gatewright.storage.sql.stores.base import StoreBase


class SQLAudit(StoreBase):
    """Implements `AuditStore`."""

    async def add_audit(self, entry: AuditEntry) -> None:
        """Implement `AuditStore`."""
        async with self._database.transaction() as tx:
            await self._record(tx, entry)

    async def list_audit(self, which: AuditFilter) -> list[tuple[int, AuditEntry]]:
        """Implement `AuditStore`."""
        sql = self._statements
        parameters: dict[str, object] = {
            "after_id": which.after_id,
            "since": None if which.since is None else self._moment(which.since),
            "event": which.event,
            "at_most": which.at_most,
        }
        if which.usernames is None:
            statement = sql.list_newest_audit if which.newest else sql.list_audit
        else:
            parameters["username"], parameters["folded"] = which.usernames
            statement = sql.list_newest_audit_of if which.newest else sql.list_audit_of
        rows = await self._database.fetch_all(statement, parameters)
        return [(row[0], self._read.audit_entry(row[1:])) for row in rows]

    async def delete_audit(self, *, before: datetime, at_most: int) -> int:
        """Implement `AuditStore`."""
        return await self._delete(self._statements.delete_audit, before=self._moment(before), at_most=at_most)
