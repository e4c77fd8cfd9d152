"""Statements on accounts and their wallets."""

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
    literal_column,
    or_,
    select,
    true,
    update,
)

from gatewright.storage.sql.statements.compile import StatementsBase, first, insert_if
from gatewright.storage.sql.tables import users, wallets

u, w = users.c, wallets.c


class AccountStatements(StatementsBase):
    """The SQL statements on accounts and their wallets."""

    @cached_property
    def insert_account(self) -> str:
        """Parameters: the columns, ``is_free``: whether to insert anything."""
        return self._sql(insert_if("is_free", users))

    @cached_property
    def find_account(self) -> str:
        """Parameters: ``account_id``."""
        return self._sql(account_records().where(u.id == bindparam("account_id")))

    @cached_property
    def find_credentials(self) -> str:
        """Parameters: ``name``, a username or else an email address. The password hash is the last column."""
        named = users.alias("named")
        by_username, by_email = (
            select(named.c.id).where(column == bindparam("name")).scalar_subquery()
            for column in (named.c.username, named.c.email)
        )
        found = account_records().add_columns(u.password_hash)
        return self._sql(found.where(u.id == func.coalesce(by_username, by_email)))

    @cached_property
    def find_account_by_wallet(self) -> str:
        """Parameters: ``evrmore_address``."""
        owner = select(w.account_id).where(w.evrmore_address == bindparam("evrmore_address")).scalar_subquery()
        return self._sql(account_records().where(u.id == owner))

    @cached_property
    def list_accounts(self) -> str:
        """Parameters: ``after``, ``at_most``."""
        behind = account_records().where(u.id > bindparam("after")).order_by(u.id)
        return self._sql(first(behind, bindparam("at_most")))

    @cached_property
    def touch_account(self) -> str:
        """Parameters: ``account_id``, ``now``. Changes nothing if the account is not active."""
        active = and_(u.id == bindparam("account_id"), u.is_active.is_(true()))
        return self._sql(update(users).where(active).values(last_login=bindparam("now")))

    @cached_property
    def change_account(self) -> str:
        """Parameters: ``account_id``, ``is_active``, ``is_verified``; None leaves a column as it is."""
        is_active: Any = func.coalesce(bindparam("is_active"), u.is_active)
        is_verified: Any = func.coalesce(bindparam("is_verified"), u.is_verified)
        changed = update(users).values(is_active=is_active, is_verified=is_verified)
        return self._sql(changed.where(u.id == bindparam("account_id")))

    @cached_property
    def set_password_hash(self) -> str:
        """Parameters: ``account_id``, ``new_hash``, ``by_mail``."""
        return self._sql(_set_hash().values(password_by_mail=bindparam("by_mail")))

    @cached_property
    def is_password_by_mail(self) -> str:
        """Parameters: ``account_id``."""
        return self._sql(select(u.password_by_mail).where(u.id == bindparam("account_id")))

    @cached_property
    def renew_password_hash(self) -> str:
        """Parameters: ``account_id``, ``old_hash``, ``new_hash``."""
        return self._sql(_set_hash().where(u.password_hash == bindparam("old_hash")))

    @cached_property
    def insert_wallet(self) -> str:
        """Parameters: the columns."""
        return self._sql(insert(wallets))

    @cached_property
    def list_wallets(self) -> str:
        """Parameters: ``account_id``."""
        mine = select(w.evrmore_address).where(w.account_id == bindparam("account_id"))
        return self._sql(mine.order_by(w.linked_at, w.evrmore_address))

    @cached_property
    def remove_wallet(self) -> str:
        """Parameters: ``evrmore_address``, ``account_id``. Does not remove an account's only way to sign in.

        A password is a way to sign in only if the account has a username or email address to type.
        """
        mine = and_(w.evrmore_address == bindparam("evrmore_address"), w.account_id == bindparam("account_id"))
        others = wallets.alias()
        is_other = and_(others.c.account_id == w.account_id, others.c.evrmore_address != w.evrmore_address)
        is_named = or_(u.username.is_not(None), u.email.is_not(None))
        has_password = and_(u.id == w.account_id, u.password_hash.is_not(None), is_named)
        is_spare = or_(select(others).where(is_other).exists(), select(users).where(has_password).exists())
        return self._sql(delete(wallets).where(mine, is_spare))


def _set_hash() -> Update:
    return update(users).where(u.id == bindparam("account_id")).values(password_hash=bindparam("new_hash"))


def account_records() -> Select[Any]:
    """Select accounts' records."""
    return select(*account_columns())


def account_columns() -> list[ColumnElement[Any]]:
    """Return the columns of an account's record; its wallet address is that of the wallet linked first."""
    linked = select(w.evrmore_address).where(w.account_id == u.id).order_by(w.linked_at, w.evrmore_address)
    address = first(linked, literal_column("1")).correlate(users).scalar_subquery().label("evrmore_address")
    return [u.id, u.username, u.email, address, u.is_active, u.is_verified, u.created_at, u.last_login]
