"""Sessions in SQL."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, replace
from datetime import datetime
from typing import TypeVar

from gatewright.model import Account, AuditEntry, Session
from gatewright.offload import quick
from gatewright.ports import Owner, SignedIn
from gatewright.storage.sql.database import Parameters
from gatewright.storage.sql.rows import Row, columns_of
from gatewright.storage.sql.stores.base import StoreBase
from gatewright.storage.sql.stores.rights import rights_from

T = TypeVar("T")

_OF_SESSION, _OF_ACCOUNT = len(columns_of(Session)), len(columns_of(Account))
"""How many columns of a row are the session's, and how many of the following ones are its account's."""


class SQLSessions(StoreBase):
    """Implements `SessionStore`."""

    async def open_session(
        self, session: Session, *, account_id: str | None, digest: bytes, ends: bytes | None, audit: AuditEntry
    ) -> Session | None:
        """Implement `SessionStore`."""
        sql, row = self._statements, self._write.row(session)
        async with self._database.transaction() as tx:
            if account_id is not None:
                account = {"account_id": account_id, "now": self._moment(session.created_at)}
                if await tx.change(sql.touch_account, account) == 0:
                    return None
            if ends is not None:
                await tx.execute(sql.end_visit, {"digest": ends})
            await tx.execute(sql.insert_session, row | {"account_id": account_id, "secret_digest": digest})
            await self._record(tx, audit)
        return self._read.session(tuple(row.values()))

    @quick
    async def find_session(
        self, digest: bytes, *, now: datetime, idle_since: datetime
    ) -> tuple[Session, SignedIn | None] | None:
        """Implement `SessionStore`."""
        sql = self._statements.find_session
        return await self._living(sql, {"digest": digest}, self._visit, now=now, idle_since=idle_since)

    async def touch_session(self, session_id: str, *, now: datetime) -> None:
        """Implement `SessionStore`."""
        async with self._database.transaction() as tx:
            await tx.execute(self._statements.touch_session, {"session_id": session_id, "now": self._moment(now)})

    @quick
    async def is_session_alive(self, session_id: str, *, user_id: str, now: datetime) -> bool:
        """Implement `SessionStore`."""
        which = {"session_id": session_id, "user_id": user_id}
        return await self._living(self._statements.is_session_alive, which, lambda _: True, now=now) is not None

    @quick
    async def find_account_of_session(self, session_id: str, *, user_id: str, now: datetime) -> SignedIn | None:
        """Implement `SessionStore`."""
        which = {"session_id": session_id, "user_id": user_id}
        return await self._living(self._statements.find_account_of_session, which, self._signed_in, now=now)

    async def list_sessions(self, *, now: datetime, idle_since: datetime, owner: Owner | None = None) -> list[Session]:
        """Implement `SessionStore`."""
        sql, parameters = (
            self._statements,
            {"now": self._moment(now), "idle_since": self._moment(idle_since)},
        )
        if owner is None:
            statement = sql.list_sessions
        else:
            statement = sql.list_sessions_of_user if owner.provider else sql.list_sessions_of_account
            parameters |= asdict(owner)
        return [self._read.session(row) for row in await self._database.fetch_all(statement, parameters)]

    async def list_user_agents(self, account_id: str, *, but: str) -> list[str | None]:
        """Implement `SessionStore`."""
        which = {"account_id": account_id, "but": but}
        rows = await self._database.fetch_all(self._statements.list_user_agents_of_account, which)
        return [user_agent for (user_agent,) in rows]

    async def end_session(
        self, session_id: str, *, forget_browsers: bool = False, audit: AuditEntry | None = None
    ) -> Session | None:
        """Implement `SessionStore`."""
        return await self._end_one(
            self._statements.end_session, {"session_id": session_id}, audit, forget_browsers=forget_browsers
        )

    async def end_visit(self, digest: bytes, *, audit: AuditEntry) -> Session | None:
        """Implement `SessionStore`."""
        return await self._end_one(self._statements.end_visit, {"digest": digest}, audit)

    async def end_sessions_of(self, owner: Owner, *, keep: str | None = None, audit: AuditEntry | None = None) -> int:
        """Implement `SessionStore`."""
        async with self._database.transaction() as tx:
            return await self._end_sessions_of(tx, owner, keep=keep, audit=audit)

    async def _living(
        self,
        sql: str,
        which: Parameters,
        read: Callable[[Row], T],
        *,
        now: datetime,
        idle_since: datetime | None = None,
    ) -> T | None:
        """Return what ``read`` makes of a session's row, if the session is alive.

        Every request of a visitor needs this, and usually nothing has been written since the last one.
        """
        kept, name = self._database.unchanged_reads(), (sql, *which.values())
        found = None if kept is None else kept.get(name)
        if found is None:
            row = await self._database.fetch_one(sql, which)
            if row is None:
                return None
            moment = self._database.dialect.read_aware
            found = (moment(row[0]), moment(row[1]), read(row[2:]))
            if kept is not None:
                kept[name] = found
        expires_at, last_seen_at, what = found
        is_idle = idle_since is not None and last_seen_at <= idle_since
        return None if is_idle or expires_at <= now else what

    def _visit(self, row: Row) -> tuple[Session, SignedIn | None]:
        """Read a session and its account, if it has one."""
        account = row[_OF_SESSION:]
        return self._read.session(row[:_OF_SESSION]), None if account[0] is None else self._signed_in(account)

    def _signed_in(self, row: Row) -> SignedIn:
        """Read an account, and its rights if the statement selects them."""
        rights = row[_OF_ACCOUNT:]
        account = self._read.account(row[:_OF_ACCOUNT])
        return SignedIn(account, rights_from(name.split(":", 1) for name in rights[0]) if rights else None)

    async def _end_one(
        self, sql: str, which: dict[str, object], audit: AuditEntry | None, *, forget_browsers: bool = False
    ) -> Session | None:
        """End a session, and record that with its owner."""
        async with self._database.transaction() as tx:
            row = await tx.fetch_one(sql, which)
            if row is None:
                return None
            *record, account_id = row
            session = self._read.session(tuple(record))
            if forget_browsers:
                await self._forget_browsers(
                    tx, user_id=session.user_id, provider=session.provider, account_id=account_id
                )
            if audit is not None:
                about = replace(audit, user_id=session.user_id, username=session.username, provider=session.provider)
                await self._record(tx, replace(about, client=session.ip_address))
        return session

    async def delete_expired_sessions(self, *, now: datetime, at_most: int) -> int:
        """Implement `SessionStore`."""
        return await self._delete(self._statements.delete_expired_sessions, now=self._moment(now), at_most=at_most)
