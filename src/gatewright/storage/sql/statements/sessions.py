"""Statements on sessions."""

from __future__ import annotations

from functools import cached_property
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, bindparam, false, insert, literal_column, or_, select, true, update

from gatewright.storage.sql.statements.accounts import account_columns
from gatewright.storage.sql.statements.compile import StatementsBase, delete_before
from gatewright.storage.sql.statements.rights import rights_in_one_value
from gatewright.storage.sql.tables import sessions, users

s = sessions.c
RECORD = [column for column in s if column.name not in ("account_id", "secret_digest")]
"""The columns of a session's record."""
LIFE = [s.expires_at, s.last_seen_at]
"""The columns that decide, together with the current time, whether a session is alive."""
OF_ACCOUNT = s.account_id == bindparam("user_id")
OF_USER = and_(s.user_id == bindparam("user_id"), s.provider == bindparam("provider"), s.account_id.is_(None))


class SessionStatements(StatementsBase):
    """The SQL statements on sessions."""

    @cached_property
    def insert_session(self) -> str:
        """Parameters: the columns."""
        return self._sql(insert(sessions))

    @cached_property
    def find_session(self) -> str:
        """Parameters: ``digest``. The account's columns follow the session's, as below."""
        return self._sql(_not_ended(*LIFE, *RECORD, *self._account()).where(s.secret_digest == bindparam("digest")))

    @cached_property
    def touch_session(self) -> str:
        """Parameters: ``session_id``, ``now``."""
        return self._sql(update(sessions).where(s.id == bindparam("session_id")).values(last_seen_at=bindparam("now")))

    @cached_property
    def is_session_alive(self) -> str:
        """Parameters: ``session_id``, ``user_id``."""
        return self._sql(_of_token())

    @cached_property
    def find_account_of_session(self) -> str:
        """Parameters: ``session_id``, ``user_id``. On PostgreSQL its rights are the last column."""
        return self._sql(_of_token(*self._account()).where(s.account_id == s.user_id))

    @cached_property
    def list_sessions(self) -> str:
        """Parameters: ``now``, ``idle_since``."""
        return self._sql(_listed())

    @cached_property
    def list_sessions_of_account(self) -> str:
        """Parameters: ``now``, ``idle_since``, ``user_id``."""
        return self._sql(_listed().where(OF_ACCOUNT))

    @cached_property
    def list_sessions_of_user(self) -> str:
        """Parameters: ``now``, ``idle_since``, ``user_id``, ``provider``."""
        return self._sql(_listed().where(OF_USER))

    @cached_property
    def list_user_agents_of_account(self) -> str:
        """Parameters: ``account_id``, ``but`` (a session to exclude)."""
        others = and_(s.account_id == bindparam("account_id"), s.id != bindparam("but"))
        return self._sql(select(s.user_agent).distinct().where(others))

    @cached_property
    def end_session(self) -> str:
        """Parameters: ``session_id``. Returns the session, with its account, to the one caller who ended it."""
        return self._sql(_end(s.id == bindparam("session_id")).returning(*RECORD, s.account_id))

    @cached_property
    def end_visit(self) -> str:
        """Parameters: ``digest``. Returns the session, with its account, to the one caller who ended it."""
        return self._sql(_end(s.secret_digest == bindparam("digest")).returning(*RECORD, s.account_id))

    @cached_property
    def end_sessions_of_account(self) -> str:
        """Parameters: ``user_id``, ``keep``."""
        return self._sql(_end(and_(OF_ACCOUNT, s.id != bindparam("keep"))))

    @cached_property
    def end_sessions_of_user(self) -> str:
        """Parameters: ``user_id``, ``provider``, ``keep``."""
        return self._sql(_end(and_(OF_USER, s.id != bindparam("keep"))))

    @cached_property
    def end_sessions_of_wallet(self) -> str:
        """Parameters: ``account_id``, ``evrmore_address``."""
        by_wallet = s.evrmore_address == bindparam("evrmore_address")
        return self._sql(_end(and_(s.account_id == bindparam("account_id"), by_wallet)))

    @cached_property
    def end_remembered_sessions_of_account(self) -> str:
        """Parameters: ``user_id``."""
        return self._sql(_end(and_(OF_ACCOUNT, s.is_fully_authenticated.is_(false()))))

    @cached_property
    def end_remembered_sessions_of_user(self) -> str:
        """Parameters: ``user_id``, ``provider``."""
        return self._sql(_end(and_(OF_USER, s.is_fully_authenticated.is_(false()))))

    @cached_property
    def delete_expired_sessions(self) -> str:
        """Parameters: ``now``, ``at_most``."""
        return self._sql(delete_before(sessions, "expires_at", moment="now"))

    def _account(self) -> list[ColumnElement[Any]]:
        """Select an account's record, with its rights where a separate query would cost another round trip."""
        rights = rights_in_one_value(literal_column("users.id"))
        return [*account_columns(), *([rights.label("rights")] if self._dialect.name == "postgresql" else [])]


def _not_ended(*columns: ColumnElement[Any]) -> Select[Any]:
    """Select sessions that have not been ended, and whose account, if they have one, is active."""
    is_usable = or_(s.account_id.is_(None), users.c.is_active.is_(true()))
    joined = sessions.outerjoin(users, users.c.id == s.account_id)
    return select(*columns).select_from(joined).where(s.is_active.is_(true()), is_usable)


def _of_token(*columns: ColumnElement[Any]) -> Select[Any]:
    """Select from the session that a token names."""
    named = and_(s.id == bindparam("session_id"), s.user_id == bindparam("user_id"))
    return _not_ended(*LIFE, *columns).where(named)


def _listed() -> Select[Any]:
    """Select live sessions, newest first; a session in a cookie also ends when idle for too long."""
    is_recent = or_(s.secret_digest.is_(None), s.last_seen_at > bindparam("idle_since"))
    return _not_ended(*RECORD).where(s.expires_at > bindparam("now"), is_recent).order_by(s.created_at.desc())


def _end(which: ColumnElement[bool]) -> Any:
    return update(sessions).where(which, s.is_active.is_(true())).values(is_active=false())
