"""Challenges in SQL."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from gatewright.errors import TakenError
from gatewright.model import Account, AuditEntry, Challenge, Session, as_utc
from gatewright.ports import ChallengeLimit, VisitSecrets
from gatewright.storage.sql.database import DuplicateError, Transaction
from gatewright.storage.sql.stores.base import StoreBase


class SQLChallenges(StoreBase):
    """Implements `ChallengeStore`."""

    async def add_challenge(
        self, challenge: Challenge, *, client: str | None, limit: ChallengeLimit
    ) -> Challenge | None:
        """Implement `ChallengeStore`."""
        sql, window = self._statements, self._window(challenge.created_at, since=limit.since)
        async with self._database.transaction() as tx:
            await tx.lock_names(*_counters(challenge.evrmore_address, client))
            of_address = {"evrmore_address": challenge.evrmore_address} | window
            count = await self._count(tx, sql.count_challenges_of_address, of_address)
            if count >= limit.per_address:
                return None
            if client is not None:
                of_client = {"client": client} | window
                count = await self._count(tx, sql.count_challenges_of_client, of_client)
                if count >= limit.per_client:
                    return None
            row = self._write.row(challenge)
            await tx.execute(sql.insert_challenge, row | {"client": client})
        return self._read.challenge(tuple(row.values()))

    async def find_challenge(self, challenge_text: str) -> Challenge | None:
        """Implement `ChallengeStore`."""
        row = await self._database.fetch_one(self._statements.find_challenge, {"challenge_text": challenge_text})
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
        async with self._database.transaction() as tx:
            wallet = {"evrmore_address": newcomer.evrmore_address}
            await self._lock_wallet(tx, newcomer.evrmore_address)
            row = await tx.fetch_one(sql.find_account_by_wallet, wallet)
            account = newcomer if row is None else self._read.account(row)
            if not account.is_active:
                return account, session
            if not await self._claim(tx, challenge_id, now=now):
                return None
            if account is newcomer:
                added = self._write.account(newcomer, password_hash=None) | {"is_free": True}
                await tx.execute(sql.insert_account, added)
                await tx.execute(sql.insert_wallet, wallet | {"account_id": account.id, "linked_at": self._moment(now)})
            else:
                await tx.execute(sql.touch_account, {"account_id": account.id, "now": self._moment(now)})
            if visit is not None and visit.ends is not None:
                await tx.execute(sql.end_visit, {"digest": visit.ends})
            session_row = self._write.row(replace(session, user_id=account.id))
            secret = {"account_id": account.id, "secret_digest": None if visit is None else visit.digest}
            await tx.execute(sql.insert_session, session_row | secret)
            await self._record(tx, replace(audit, user_id=account.id))
        account = self._read.account(tuple(self._write.row(replace(account, last_login=now)).values()))
        return account, self._read.session(tuple(session_row.values()))

    async def claim_challenge_for_wallet(
        self, challenge_id: str, *, account_id: str, evrmore_address: str, audit: AuditEntry
    ) -> bool:
        """Implement `ChallengeStore`."""
        wallet = {
            "evrmore_address": evrmore_address,
            "account_id": account_id,
            "linked_at": self._moment(audit.at),
        }
        try:
            async with self._database.transaction() as tx:
                await self._lock_wallet(tx, evrmore_address)
                await self._lock_account(tx, account_id)
                if not await self._claim(tx, challenge_id, now=audit.at):
                    return False
                await tx.execute(self._statements.insert_wallet, wallet)
                await self._record(tx, audit)
        except DuplicateError:
            raise TakenError("This wallet already belongs to an account.", address=evrmore_address) from None
        return True

    async def spend_challenge(self, challenge_id: str, *, now: datetime) -> bool:
        """Implement `ChallengeStore`."""
        async with self._database.transaction() as tx:
            return await self._claim(tx, challenge_id, now=now)

    async def delete_expired_challenges(self, *, now: datetime, at_most: int) -> int:
        """Implement `ChallengeStore`."""
        return await self._delete(self._statements.delete_expired_challenges, now=self._moment(now), at_most=at_most)

    async def _claim(self, tx: Transaction, challenge_id: str, *, now: datetime) -> bool:
        """Use up a challenge inside a transaction; True for exactly one caller."""
        claim = {"challenge_id": challenge_id, "now": self._moment(now)}
        return await tx.change(self._statements.claim_challenge, claim) == 1

    def _window(self, now: datetime, *, since: datetime) -> dict[str, object]:
        """Return which challenges count: those created after ``since``, and at most as far in the future."""
        until = as_utc(now) + (as_utc(now) - as_utc(since))
        return {"since": self._moment(since), "until": self._moment(until)}

    async def _lock_wallet(self, tx: Transaction, evrmore_address: str | None) -> None:
        """Let one transaction at a time decide whose wallet it is, and lock the account that already has it."""
        await tx.lock_names(f"wallet {evrmore_address}")
        await tx.lock(self._statements.lock_account_of_wallet, {"evrmore_address": evrmore_address})


def _counters(evrmore_address: str, client: str | None) -> list[str]:
    """Return the names of a challenge's counters, to lock, so that two at once cannot both be the last one allowed."""
    counters = [f"challenges of address {evrmore_address}"]
    return counters if client is None else [*counters, f"challenges of client {client}"]
