"""Remembered browsers in SQL."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from hmac import compare_digest

from gatewright.model import AuditEntry, Remembered, has_passed, is_ahead
from gatewright.ports import Recollection
from gatewright.storage.sql.database import Transaction
from gatewright.storage.sql.stores.base import StoreBase


class SQLRemembered(StoreBase):
    """Implements `RememberStore`."""

    async def add_remembered(self, remembered: Remembered, *, account_id: str | None, digest: bytes) -> None:
        """Implement `RememberStore`."""
        secrets = {"account_id": account_id, "digest": digest, "previous_digest": None}
        async with self._database.transaction() as tx:
            await tx.execute(self._statements.insert_remembered, self._write.row(remembered) | secrets)

    async def find_remembered(self, series_id: str, *, now: datetime) -> Remembered | None:
        """Implement `RememberStore`."""
        series = {"series_id": series_id, "now": self._moment(now)}
        row = await self._database.fetch_one(self._statements.find_remembered, series)
        return None if row is None else self._read.remembered(row[:-3])

    async def rotate_remembered(
        self,
        series_id: str,
        *,
        digest: bytes,
        new_digest: bytes,
        now: datetime,
        grace_since: datetime,
        audit: AuditEntry,
    ) -> tuple[Recollection, Remembered | None]:
        """Implement `RememberStore`."""
        sql, series = self._statements, {"series_id": series_id, "now": self._moment(now)}
        async with self._database.transaction() as tx:
            await tx.lock(sql.lock_remembered, {"series_id": series_id})
            row = await tx.fetch_one(sql.find_remembered, series)
            if row is None:
                return Recollection.UNKNOWN, None
            *record, account_id, current, previous = row
            remembered = self._read.remembered(tuple(record))
            if compare_digest(digest, current):
                recollection, statement = Recollection.CURRENT, sql.rotate_remembered
            elif previous is None or not compare_digest(digest, previous):
                await self._forget_thief(tx, remembered, account_id=account_id, audit=audit)
                return Recollection.STOLEN, remembered
            elif has_passed(remembered.rotated_at, now=grace_since) or is_ahead(remembered.rotated_at, now=now):
                recollection, statement = Recollection.REISSUED, sql.reissue_remembered
            else:
                return Recollection.JUST_ROTATED, remembered
            await tx.execute(statement, series | {"new_digest": new_digest})
        return recollection, replace(remembered, rotated_at=self._read.moment(series["now"]))

    async def remove_remembered(self, series_id: str) -> None:
        """Implement `RememberStore`."""
        async with self._database.transaction() as tx:
            await tx.execute(self._statements.remove_remembered, {"series_id": series_id})

    async def delete_expired_remembered(self, *, now: datetime, at_most: int) -> int:
        """Implement `RememberStore`."""
        return await self._delete(self._statements.delete_expired_remembered, now=self._moment(now), at_most=at_most)

    async def _forget_thief(
        self, tx: Transaction, stolen: Remembered, *, account_id: str | None, audit: AuditEntry
    ) -> None:
        """Forget the user's browsers and end the sessions that these opened: any of them may be the thief's."""
        sql, owner = self._statements, {"user_id": stolen.user_id, "provider": stolen.provider}
        end = sql.end_remembered_sessions_of_user if account_id is None else sql.end_remembered_sessions_of_account
        await tx.execute(end, owner)
        await self._forget_browsers(tx, user_id=stolen.user_id, provider=stolen.provider, account_id=account_id)
        about = replace(audit, user_id=stolen.user_id, username=stolen.username, provider=stolen.provider)
        await self._record(tx, about)
