"""The audit record in SQL."""

from __future__ import annotations

from datetime import datetime

from gatewright.model import AuditEntry
from gatewright.ports import AuditFilter
from gatewright.storage.sql.stores.base import StoreBase

_HIGHEST = 2**63 - 1
"""The highest number that a database can give."""


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
            "up_to": await self._last_settled(),
            "since": None if which.since is None else self._moment(which.since),
            "event": which.event,
            "at_most": which.at_most,
        }
        if which.user_id is not None:
            parameters["user_id"] = which.user_id
            statement = sql.list_newest_audit_of_user if which.newest else sql.list_audit_of_user
        elif which.usernames is None:
            statement = sql.list_newest_audit if which.newest else sql.list_audit
        else:
            parameters["username"], parameters["folded"] = which.usernames
            statement = sql.list_newest_audit_of if which.newest else sql.list_audit_of
        rows = await self._database.fetch_all(statement, parameters)
        return [(row[0], self._read.audit_entry(row[1:])) for row in rows]

    async def _last_settled(self) -> int:
        """Return the number up to which no new line can appear, for readers who continue after the last one.

        If transactions write concurrently, a line may be committed after one with a higher number.
        """
        if not self._database.dialect.has_many_writers:
            return _HIGHEST
        row = await self._database.fetch_one(self._statements.find_last_settled_audit, {})
        return 0 if row is None else int(row[0])

    async def delete_audit(self, *, before: datetime, at_most: int) -> int:
        """Implement `AuditStore`."""
        return await self._delete(self._statements.delete_audit, before=self._moment(before), at_most=at_most)
