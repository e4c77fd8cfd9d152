"""Rate-limited attempts, in SQL."""

from __future__ import annotations

from datetime import datetime, timedelta

from gatewright.model import Attempt, as_utc
from gatewright.ports import AttemptLimit
from gatewright.storage.sql.database import Reading
from gatewright.storage.sql.stores.base import StoreBase


class SQLAttempts(StoreBase):
    """Implements `AttemptStore`."""

    async def add_attempt(self, attempt: Attempt, *, limit: AttemptLimit) -> datetime | None:
        """Implement `AttemptStore`."""
        async with self._database.transaction(survives_power_cut=False) as tx:
            await tx.lock_names(*_counters(attempt))
            until = await self._blocked_until(tx, attempt, limit)
            row = self._write.row(attempt) | {"is_let_through": until is None}
            await tx.execute(self._statements.insert_attempt, row)
        return until

    async def blocked_until(self, attempt: Attempt, *, limit: AttemptLimit) -> datetime | None:
        """Implement `AttemptStore`."""
        return await self._blocked_until(self._database, attempt, limit)

    async def remove_attempt(self, attempt_id: str) -> None:
        """Implement `AttemptStore`."""
        async with self._database.transaction(survives_power_cut=False) as tx:
            await tx.execute(self._statements.remove_attempt, {"attempt_id": attempt_id})

    async def delete_expired_attempts(self, *, before: datetime, at_most: int) -> int:
        """Implement `AttemptStore`."""
        return await self._delete(
            self._statements.delete_expired_attempts, before=self._moment(before), at_most=at_most
        )

    async def _blocked_until(self, reading: Reading, attempt: Attempt, limit: AttemptLimit) -> datetime | None:
        """Return until when the limits block an attempt, or None if none does."""
        sql = self._statements
        which = {
            "action": attempt.action,
            "name": attempt.name,
            "client": attempt.client,
            "since": self._moment(attempt.at - limit.window),
            "until": self._moment(attempt.at + limit.window),
        }

        async def nth_newest(statement: str, n: int | None, *, plus: timedelta) -> list[datetime]:
            row = None if n is None else await reading.fetch_one(statement, which | {"newer": n - 1})
            return [] if row is None else [as_utc(self._read.moment(row[0])) + plus]

        of_client: list[datetime] = []
        if attempt.client is not None:
            of_client += await nth_newest(sql.nth_attempt_of_client_on_name, limit.of_client_on_name, plus=limit.window)
            of_client += await nth_newest(sql.nth_attempt_of_client, limit.of_client, plus=limit.window)
        on_name = await nth_newest(sql.nth_attempt_on_name, limit.on_name, plus=limit.window)
        if on_name and limit.every is not None:
            on_name = await nth_newest(sql.nth_attempt_on_name, 1, plus=limit.every)
        now = as_utc(attempt.at)
        until = max([*of_client, *on_name], default=now)
        return until if until > now else None


def _counters(attempt: Attempt) -> list[str]:
    """Return the names of an attempt's counters, to lock, so that two at once cannot both be the last one allowed."""
    counters = [f"attempts on {attempt.action} {attempt.name}"]
    return counters if attempt.client is None else [*counters, f"attempts of {attempt.action} {attempt.client}"]
