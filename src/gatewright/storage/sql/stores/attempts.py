"""Attempts at what is limited, in SQL."""

from __future__ import annotations

import sqlite3
from datetime import datetime, timedelta

from gatewright.model import Attempt, as_utc
from gatewright.ports import AttemptLimit
from gatewright.storage.sql.rows import row_of, text_of
from gatewright.storage.sql.stores.base import StoreBase


class SQLAttempts(StoreBase):
    """Implements `AttemptStore`."""

    async def add_attempt(self, attempt: Attempt, *, limit: AttemptLimit) -> datetime | None:
        """Implement `AttemptStore`."""
        with self._database.transaction(survives_power_cut=False) as connection:
            until = self._blocked_until(connection, attempt, limit)
            if until is None:
                connection.execute(self._statements.insert_attempt, row_of(attempt))
        return until

    async def blocked_until(self, attempt: Attempt, *, limit: AttemptLimit) -> datetime | None:
        """Implement `AttemptStore`."""
        with self._database.connection() as connection:
            return self._blocked_until(connection, attempt, limit)

    async def remove_attempt(self, attempt_id: str) -> None:
        """Implement `AttemptStore`."""
        with self._database.transaction(survives_power_cut=False) as connection:
            connection.execute(self._statements.remove_attempt, {"attempt_id": attempt_id})

    async def delete_expired_attempts(self, *, before: datetime, at_most: int) -> int:
        """Implement `AttemptStore`."""
        return self._delete(self._statements.delete_expired_attempts, before=text_of(before), at_most=at_most)

    def _blocked_until(self, connection: sqlite3.Connection, attempt: Attempt, limit: AttemptLimit) -> datetime | None:
        """Return when the last of the limits that an attempt runs into lets it through, if it runs into any."""
        sql = self._statements
        which = {
            "action": attempt.action,
            "name": attempt.name,
            "client": attempt.client,
            "since": text_of(attempt.at - limit.window),
            "until": text_of(attempt.at + limit.window),
        }

        def nth_newest(statement: str, n: int | None, *, plus: timedelta) -> list[datetime]:
            row = None if n is None else connection.execute(statement, which | {"newer": n - 1}).fetchone()
            return [] if row is None else [as_utc(self._read.moment(row[0])) + plus]

        of_client: list[datetime] = []
        if attempt.client is not None:
            of_client += nth_newest(sql.nth_attempt_of_client_on_name, limit.of_client_on_name, plus=limit.window)
            of_client += nth_newest(sql.nth_attempt_of_client, limit.of_client, plus=limit.window)
        on_name = nth_newest(sql.nth_attempt_on_name, limit.on_name, plus=limit.window)
        if on_name and limit.every is not None:
            on_name = nth_newest(sql.nth_attempt_on_name, 1, plus=limit.every)
        now = as_utc(attempt.at)
        until = max([*of_client, *on_name], default=now)
        return until if until > now else None
