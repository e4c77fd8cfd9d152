"""The store ports on SQLite. Every method is one transaction, and none ever suspends."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from gatewright.model import Account, Challenge, Session
from gatewright.ports import ChallengeLimit
from gatewright.storage.sql.database import SQLiteDatabase
from gatewright.storage.sql.rows import RecordReader, row_of, text_of
from gatewright.storage.sql.statements import Statements


class SQLStore:
    """Keeps accounts, challenges and sessions in one database.

    Args:
        database: A migrated database.
        naive_timestamps: Whether the records that come out carry naive UTC datetimes.
    """

    def __init__(self, database: SQLiteDatabase, *, naive_timestamps: bool = False) -> None:
        self._database = database
        self._read = RecordReader(naive_timestamps=naive_timestamps)
        self._statements = Statements()

    async def add_challenge(
        self, challenge: Challenge, *, client: str | None, limit: ChallengeLimit
    ) -> Challenge | None:
        """Implement `ChallengeStore`."""
        sql, since = self._statements, text_of(limit.since)
        with self._database.transaction() as connection:
            of_address = {"evrmore_address": challenge.evrmore_address, "since": since}
            (count,) = connection.execute(sql.count_challenges_of_address, of_address).fetchone()
            if count >= limit.per_address:
                return None
            if client is not None:
                of_client = {"client": client, "since": since}
                (count,) = connection.execute(sql.count_challenges_of_client, of_client).fetchone()
                if count >= limit.per_client:
                    return None
            row = row_of(challenge)
            connection.execute(sql.insert_challenge, row | {"client": client})
        return self._read.challenge(tuple(row.values()))

    async def find_challenge(self, challenge_text: str) -> Challenge | None:
        """Implement `ChallengeStore`."""
        row = self._database.fetch_one(self._statements.find_challenge, {"challenge_text": challenge_text})
        return None if row is None else self._read.challenge(row)

    async def claim_challenge(
        self, challenge_id: str, *, newcomer: Account, session: Session, now: datetime
    ) -> tuple[Account, Session] | None:
        """Implement `ChallengeStore`."""
        sql = self._statements
        with self._database.transaction() as connection:
            row = connection.execute(
                sql.find_account_by_address, {"evrmore_address": newcomer.evrmore_address}
            ).fetchone()
            account = newcomer if row is None else self._read.account(row)
            if not account.is_active:
                return account, session
            claim = {"challenge_id": challenge_id, "now": text_of(now)}
            if connection.execute(sql.claim_challenge, claim).rowcount == 0:
                return None
            if account is newcomer:
                connection.execute(sql.insert_account, row_of(newcomer))
            else:
                connection.execute(sql.touch_account, {"account_id": account.id, "now": text_of(now)})
            session_row = row_of(replace(session, user_id=account.id))
            connection.execute(sql.insert_session, session_row)
        account_row = row_of(replace(account, last_login=now))
        return self._read.account(tuple(account_row.values())), self._read.session(tuple(session_row.values()))

    async def delete_expired_challenges(self, *, now: datetime, at_most: int) -> int:
        """Implement `ChallengeStore`."""
        return self._delete(self._statements.delete_expired_challenges, now=now, at_most=at_most)

    async def is_session_alive(self, session_id: str, *, user_id: str, now: datetime) -> bool:
        """Implement `SessionStore`."""
        which = {"session_id": session_id, "user_id": user_id, "now": text_of(now)}
        return self._database.fetch_one(self._statements.is_session_alive, which) is not None

    async def list_sessions(self, *, now: datetime, user_id: str | None = None) -> list[Session]:
        """Implement `SessionStore`."""
        sql = self._statements
        statement = sql.list_sessions if user_id is None else sql.list_sessions_of
        rows = self._database.fetch_all(statement, {"now": text_of(now), "user_id": user_id})
        return [self._read.session(row) for row in rows]

    async def end_session(self, session_id: str) -> Session | None:
        """Implement `SessionStore`."""
        with self._database.transaction() as connection:
            row = connection.execute(self._statements.end_session, {"session_id": session_id}).fetchone()
        return None if row is None else self._read.session(row)

    async def end_sessions_of(self, user_id: str) -> int:
        """Implement `SessionStore`."""
        with self._database.transaction() as connection:
            return connection.execute(self._statements.end_sessions_of, {"user_id": user_id}).rowcount

    async def delete_expired_sessions(self, *, now: datetime, at_most: int) -> int:
        """Implement `SessionStore`."""
        return self._delete(self._statements.delete_expired_sessions, now=now, at_most=at_most)

    async def find_account(self, account_id: str) -> Account | None:
        """Implement `AccountStore`."""
        row = self._database.fetch_one(self._statements.find_account, {"account_id": account_id})
        return None if row is None else self._read.account(row)

    def close(self) -> None:
        """Implement `Store`."""
        self._database.close()

    def _delete(self, sql: str, *, now: datetime, at_most: int) -> int:
        with self._database.transaction() as connection:
            return connection.execute(sql, {"now": text_of(now), "at_most": at_most}).rowcount
