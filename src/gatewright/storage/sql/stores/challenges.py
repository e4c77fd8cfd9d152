"""Challenges in SQL."""

from __future__ import annotations

import sqlite3
from dataclasses import replace
from datetime import datetime

from gatewright.errors import TakenError
from gatewright.model import Account, AuditEntry, Challenge, Session, as_utc
from gatewright.ports import ChallengeLimit, VisitSecrets
from gatewright.storage.sql.rows import row_of, text_of
from gatewright.storage.sql.stores.base import StoreBase


class SQLChallenges(StoreBase):
    """Implements `ChallengeStore`."""

    async def add_challenge(
        self, challenge: Challenge, *, client: str | None, limit: ChallengeLimit
    ) -> Challenge | None:
        """Implement `ChallengeStore`."""
        sql, window = self._statements, _window(challenge.created_at, since=limit.since)
        with self._database.transaction() as connection:
            of_address = {"evrmore_address": challenge.evrmore_address} | window
            (count,) = connection.execute(sql.count_challenges_of_address, of_address).fetchone()
            if count >= limit.per_address:
                return None
            if client is not None:
                of_client = {"client": client} | window
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
        self,
        challenge_id: str,
        *,
        newcomer: Account,
        session: Session,
        audit: AuditEntry,
        visit: VisitSecrets | None = None,
    ) -> tuple[Account, Session] | None:
        """Implement `ChallengeStore`."""
        sql, now = self._statements, audit.at
        with self._database.transaction() as connection:
            wallet = {"evrmore_address": newcomer.evrmore_address}
            row = connection.execute(sql.find_account_by_wallet, wallet).fetchone()
            account = newcomer if row is None else self._read.account(row)
            if not account.is_active:
                return account, session
            if not self._claim(connection, challenge_id, now=now):
                return None
            if account is newcomer:
                connection.execute(sql.insert_account, account_row(newcomer, password_hash=None))
                connection.execute(sql.insert_wallet, wallet | {"account_id": account.id, "linked_at": text_of(now)})
            else:
                connection.execute(sql.touch_account, {"account_id": account.id, "now": text_of(now)})
            if visit is not None and visit.ends is not None:
                connection.execute(sql.end_visit, {"digest": visit.ends}).fetchone()
            session_row = row_of(replace(session, user_id=account.id))
            secret = {"account_id": account.id, "secret_digest": None if visit is None else visit.digest}
            connection.execute(sql.insert_session, session_row | secret)
            self._record(connection, replace(audit, user_id=account.id))
        account = self._read.account(tuple(row_of(replace(account, last_login=now)).values()))
        return account, self._read.session(tuple(session_row.values()))

    async def claim_challenge_for_wallet(
        self, challenge_id: str, *, account_id: str, evrmore_address: str, audit: AuditEntry
    ) -> bool:
        """Implement `ChallengeStore`."""
        wallet = {"evrmore_address": evrmore_address, "account_id": account_id, "linked_at": text_of(audit.at)}
        try:
            with self._database.transaction() as connection:
                if not self._claim(connection, challenge_id, now=audit.at):
                    return False
                connection.execute(self._statements.insert_wallet, wallet)
                self._record(connection, audit)
        except sqlite3.IntegrityError:
            raise TakenError("This wallet belongs to an account already.", address=evrmore_address) from None
        return True

    async def delete_expired_challenges(self, *, now: datetime, at_most: int) -> int:
        """Implement `ChallengeStore`."""
        return self._delete(self._statements.delete_expired_challenges, now=text_of(now), at_most=at_most)

    def _claim(self, connection: sqlite3.Connection, challenge_id: str, *, now: datetime) -> bool:
        """Spend a challenge inside a transaction; True for exactly one caller."""
        claim = {"challenge_id": challenge_id, "now": text_of(now)}
        return connection.execute(self._statements.claim_challenge, claim).rowcount == 1


def _window(now: datetime, *, since: datetime) -> dict[str, object]:
    """Return which challenges count: those made since a moment, and not by a clock that was wrong by more than that."""
    return {"since": text_of(since), "until": text_of(as_utc(now) + (as_utc(now) - as_utc(since)))}


def account_row(account: Account, *, password_hash: str | None) -> dict[str, object]:
    """Write an account as its row: its wallets stand in a table of their own."""
    row = row_of(account) | {"password_hash": password_hash}
    del row["evrmore_address"]
    return row
