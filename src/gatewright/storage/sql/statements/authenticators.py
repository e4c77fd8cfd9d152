"""Statements on authenticators."""

from __future__ import annotations

from functools import cached_property
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Select,
    Update,
    and_,
    bindparam,
    delete,
    func,
    insert,
    select,
    update,
)

from gatewright.storage.sql.statements.accounts import account_columns
from gatewright.storage.sql.statements.compile import StatementsBase, first
from gatewright.storage.sql.tables import authenticators, users

k = authenticators.c
RECORD = [column for column in k if column.name != "account_id"]
"""The columns of an authenticator's record."""
_THIS = k.id == bindparam("authenticator_id")
_OF_ACCOUNT = k.account_id == bindparam("user_id")
_OF_USER = and_(k.user_id == bindparam("user_id"), k.provider == bindparam("provider"), k.account_id.is_(None))


class AuthenticatorStatements(StatementsBase):
    """The SQL statements on authenticators."""

    @cached_property
    def insert_authenticator(self) -> str:
        """Parameters: the columns."""
        return self._sql(insert(authenticators))

    @cached_property
    def find_authenticator(self) -> str:
        """Parameters: ``method``, ``key``. The account's columns follow the authenticator's."""
        joined = authenticators.outerjoin(users, users.c.id == k.account_id)
        found = select(*RECORD, *account_columns()).select_from(joined)
        return self._sql(found.where(k.method == bindparam("method"), k.key == bindparam("key")))

    @cached_property
    def list_authenticators_of_account(self) -> str:
        """Parameters: ``user_id``."""
        return self._sql(_listed(_OF_ACCOUNT))

    @cached_property
    def list_authenticators_of_user(self) -> str:
        """Parameters: ``user_id``, ``provider``."""
        return self._sql(_listed(_OF_USER))

    @cached_property
    def list_all_authenticators(self) -> str:
        """Parameters: ``after``, an identifier, ``at_most``. The account's identifier is the last column."""
        rows = select(*RECORD, k.account_id).where(k.id > bindparam("after"))
        return self._sql(first(rows.order_by(k.id), bindparam("at_most")))

    @cached_property
    def replace_authenticator_data(self) -> str:
        """Parameters: ``authenticator_id``, ``old``, ``new``."""
        return self._sql(update(authenticators).where(_THIS, k.data == bindparam("old")).values(data=bindparam("new")))

    @cached_property
    def count_authenticators_of_account(self) -> str:
        """Parameters: ``user_id``, ``method``."""
        return self._sql(_count(_OF_ACCOUNT))

    @cached_property
    def count_authenticators_of_user(self) -> str:
        """Parameters: ``user_id``, ``provider``, ``method``."""
        return self._sql(_count(_OF_USER))

    @cached_property
    def use_authenticator(self) -> str:
        """Parameters: ``authenticator_id``, ``counter``, ``now``, ``data`` (None leaves it unchanged)."""
        used = {"counter": bindparam("counter"), **_used()}
        return self._sql(update(authenticators).where(_THIS, k.counter < bindparam("counter")).values(used))

    @cached_property
    def touch_authenticator(self) -> str:
        """Parameters: ``authenticator_id``, ``now``, ``data`` (None leaves it unchanged)."""
        return self._sql(update(authenticators).where(_THIS).values(_used()))

    @cached_property
    def spend_authenticator(self) -> str:
        """Parameters: ``authenticator_id``. Changes one row for exactly one caller."""
        return self._sql(delete(authenticators).where(_THIS))

    @cached_property
    def rename_authenticator_of_account(self) -> str:
        """Parameters: ``user_id``, ``authenticator_id``, ``name``."""
        return self._sql(_rename(_OF_ACCOUNT))

    @cached_property
    def rename_authenticator_of_user(self) -> str:
        """Parameters: ``user_id``, ``provider``, ``authenticator_id``, ``name``."""
        return self._sql(_rename(_OF_USER))

    @cached_property
    def note_username(self) -> str:
        """Parameters: ``user_id``, ``provider``, ``username``."""
        return self._sql(update(authenticators).where(_OF_USER).values(username=bindparam("username")))

    @cached_property
    def remove_authenticators_of_account(self) -> str:
        """Parameters: ``user_id``, ``method``, ``authenticator_id``, ``until``; None matches everything.

        Returns what was removed.
        """
        return self._sql(_remove(_OF_ACCOUNT))

    @cached_property
    def remove_authenticators_of_user(self) -> str:
        """Parameters: as for `remove_authenticators_of_account`, and ``provider``."""
        return self._sql(_remove(_OF_USER))


def _used() -> dict[str, Any]:
    return {"last_used_at": bindparam("now"), "data": func.coalesce(bindparam("data"), k.data)}


def _listed(which: ColumnElement[bool]) -> Select[Any]:
    return select(*RECORD).where(which).order_by(k.created_at, k.id)


def _count(which: ColumnElement[bool]) -> Select[Any]:
    counted = select(func.count()).select_from(authenticators)
    return counted.where(which, k.method == bindparam("method"))


def _rename(which: ColumnElement[bool]) -> Update:
    return update(authenticators).where(_THIS, which).values(name=bindparam("name"))


def _remove(which: ColumnElement[bool]) -> Any:
    method: ColumnElement[str] = func.coalesce(bindparam("method"), k.method)
    id_: ColumnElement[str] = func.coalesce(bindparam("authenticator_id"), k.id)
    until: ColumnElement[Any] = func.coalesce(bindparam("until", type_=k.created_at.type), k.created_at)
    is_chosen = and_(which, k.method == method, k.id == id_, k.created_at <= until)
    return delete(authenticators).where(is_chosen).returning(*RECORD)
