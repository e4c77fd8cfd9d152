"""Every statement of the store, built in Core and compiled once, on first use."""

from __future__ import annotations

from functools import cached_property
from typing import Any

from sqlalchemy import (
    Delete,
    Select,
    Table,
    and_,
    bindparam,
    delete,
    false,
    func,
    insert,
    literal_column,
    select,
    true,
    update,
)
from sqlalchemy.dialects import sqlite
from sqlalchemy.sql import ClauseElement

from gatewright.storage.sql.tables import challenges, sessions, users


def _sql(statement: ClauseElement) -> str:
    """Compile a statement for the driver, with named parameters."""
    return str(statement.compile(dialect=sqlite.dialect(paramstyle="named")))


def _delete_expired(table: Table) -> Delete:
    expired = select(table.c.id).where(table.c.expires_at <= bindparam("now"))
    # Spelled out, since the dialect would otherwise bind an offset of its own.
    some = expired.limit(bindparam("at_most")).offset(literal_column("0"))
    return delete(table).where(table.c.id.in_(some))


class Statements:
    """The SQL texts. Each is an attribute, and says in its name what it does."""

    @cached_property
    def count_challenges_of_address(self) -> str:
        """Parameters: ``evrmore_address``, ``since``."""
        c = challenges.c
        newer = and_(c.evrmore_address == bindparam("evrmore_address"), c.created_at > bindparam("since"))
        return _sql(select(func.count()).select_from(challenges).where(newer))

    @cached_property
    def count_challenges_of_client(self) -> str:
        """Parameters: ``client``, ``since``."""
        c = challenges.c
        newer = and_(c.client == bindparam("client"), c.created_at > bindparam("since"))
        return _sql(select(func.count()).select_from(challenges).where(newer))

    @cached_property
    def insert_challenge(self) -> str:
        """Parameters: the columns."""
        return _sql(insert(challenges))

    @cached_property
    def find_challenge(self) -> str:
        """Parameters: ``challenge_text``."""
        columns = [column for column in challenges.c if column.name != "client"]
        return _sql(select(*columns).where(challenges.c.challenge_text == bindparam("challenge_text")))

    @cached_property
    def claim_challenge(self) -> str:
        """Parameters: ``challenge_id``, ``now``. Changes one row for exactly one caller."""
        c = challenges.c
        usable = and_(c.id == bindparam("challenge_id"), c.used.is_(false()), c.expires_at > bindparam("now"))
        return _sql(update(challenges).where(usable).values(used=true()))

    @cached_property
    def delete_expired_challenges(self) -> str:
        """Parameters: ``now``, ``at_most``."""
        expired = select(challenges.c.id).where(challenges.c.expires_at <= bindparam("now"))
        return _sql(
            delete(challenges).where(
                challenges.c.id.in_(expired.limit(bindparam("at_most")).offset(literal_column("0")))
            )
        )

    @cached_property
    def find_account(self) -> str:
        """Parameters: ``account_id``."""
        return _sql(select(users).where(users.c.id == bindparam("account_id")))

    @cached_property
    def find_account_by_address(self) -> str:
        """Parameters: ``evrmore_address``."""
        return _sql(select(users).where(users.c.evrmore_address == bindparam("evrmore_address")))

    @cached_property
    def insert_account(self) -> str:
        """Parameters: the columns."""
        return _sql(insert(users))

    @cached_property
    def touch_account(self) -> str:
        """Parameters: ``account_id``, ``now``."""
        return _sql(update(users).where(users.c.id == bindparam("account_id")).values(last_login=bindparam("now")))

    @cached_property
    def insert_session(self) -> str:
        """Parameters: the columns."""
        return _sql(insert(sessions))

    @cached_property
    def is_session_alive(self) -> str:
        """Parameters: ``session_id``, ``user_id``, ``now``."""
        s = sessions.c
        alive = and_(s.id == bindparam("session_id"), s.is_active.is_(true()), s.expires_at > bindparam("now"))
        owned = and_(s.user_id == bindparam("user_id"), users.c.is_active.is_(true()))
        return _sql(select(s.id).join_from(sessions, users).where(alive, owned))

    @cached_property
    def list_sessions(self) -> str:
        """Parameters: ``now``."""
        return _sql(self._sessions_alive())

    @cached_property
    def list_sessions_of(self) -> str:
        """Parameters: ``now``, ``user_id``."""
        return _sql(self._sessions_alive().where(sessions.c.user_id == bindparam("user_id")))

    @cached_property
    def end_session(self) -> str:
        """Parameters: ``session_id``. Returns the session to the one caller who ended it."""
        s = sessions.c
        alive = and_(s.id == bindparam("session_id"), s.is_active.is_(true()))
        return _sql(update(sessions).where(alive).values(is_active=false()).returning(*sessions.c))

    @cached_property
    def end_sessions_of(self) -> str:
        """Parameters: ``user_id``."""
        s = sessions.c
        alive = and_(s.user_id == bindparam("user_id"), s.is_active.is_(true()))
        return _sql(update(sessions).where(alive).values(is_active=false()))

    @cached_property
    def delete_expired_sessions(self) -> str:
        """Parameters: ``now``, ``at_most``."""
        expired = select(sessions.c.id).where(sessions.c.expires_at <= bindparam("now"))
        return _sql(
            delete(sessions).where(sessions.c.id.in_(expired.limit(bindparam("at_most")).offset(literal_column("0"))))
        )

    def _sessions_alive(self) -> Select[Any]:
        s = sessions.c
        alive = and_(s.is_active.is_(true()), s.expires_at > bindparam("now"))
        return select(sessions).where(alive).order_by(s.created_at.desc())
