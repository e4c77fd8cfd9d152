"""Statements that rename, move, export and delete accounts."""

from __future__ import annotations

from functools import cached_property
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Select,
    Table,
    Update,
    and_,
    bindparam,
    case,
    delete,
    func,
    literal_column,
    null,
    or_,
    select,
    true,
    union,
    update,
)

from gatewright.storage.sql.statements.compile import StatementsBase
from gatewright.storage.sql.statements.remembered import RECORD as REMEMBERED
from gatewright.storage.sql.statements.sessions import RECORD as SESSIONS
from gatewright.storage.sql.tables import (
    attempts,
    audit,
    authenticators,
    challenges,
    links,
    outbox,
    pending_steps,
    remembered,
    sessions,
    user_permissions,
    user_roles,
    users,
    wallets,
)

u, a, w = users.c, audit.c, wallets.c
_ID: ColumnElement[str] = bindparam("account_id")
_NAME: ColumnElement[str] = bindparam("name")
_THEIRS = a.user_id == _ID


def _text(value: str) -> ColumnElement[str]:
    return literal_column(f"'{value}'")


_OF_WALLETS = [_text(event) for event in ("wallet_linked", "wallet_unlinked")]
"""The events whose reason is the address of a wallet."""
_NAMING = [_text("username_changed"), _text("email_changed"), *_OF_WALLETS]
"""The events whose reason is a name or an address of the account."""
_TELLING = [*_NAMING, _text("bypassed")]
"""The events whose reason may identify the account's owner."""
_OURS = [_text(provider) for provider in ("SQLUserProvider", "WalletUserProvider")]


class AccountChangeStatements(StatementsBase):
    """The SQL statements that rename, move, export and delete accounts."""

    @cached_property
    def change_username(self) -> str:
        """Parameters: ``account_id``, ``username``."""
        return self._sql(update(users).where(u.id == _ID).values(username=bindparam("username")))

    @cached_property
    def change_email(self) -> str:
        """Parameters: ``account_id``, ``email``. A username that was the email address changes with it."""
        email: ColumnElement[str] = bindparam("email")
        username = case((u.username == u.email, email), else_=u.username)
        return self._sql(update(users).where(u.id == _ID).values(username=username, email=email, is_verified=true()))

    @cached_property
    def rename_sessions(self) -> str:
        """Parameters: ``account_id``, ``name``, ``new_name``."""
        return self._sql(_rename(sessions))

    @cached_property
    def rename_remembered(self) -> str:
        """Parameters: ``account_id``, ``name``, ``new_name``."""
        return self._sql(_rename(remembered))

    @cached_property
    def rename_authenticators(self) -> str:
        """Parameters: ``account_id``, ``name``, ``new_name``."""
        return self._sql(_rename(authenticators))

    @cached_property
    def rename_pending_steps(self) -> str:
        """Parameters: ``account_id``, ``name``, ``new_name``."""
        return self._sql(_rename(pending_steps))

    @cached_property
    def delete_links_of_account(self) -> str:
        """Parameters: ``account_id``."""
        return self._sql(delete(links).where(links.c.account_id == _ID))

    @cached_property
    def delete_account(self) -> str:
        """Parameters: ``account_id``. Deletes all rows that refer to the account, too."""
        return self._sql(delete(users).where(u.id == _ID))

    @cached_property
    def delete_challenges_of_account(self) -> str:
        """Parameters: ``account_id``. Includes former wallets, except those that now belong to another account."""
        theirs = select(w.evrmore_address).where(w.account_id == _ID)
        former = select(a.reason).where(_THEIRS, a.event.in_(_OF_WALLETS))
        address, others = challenges.c.evrmore_address, wallets.alias("others").c
        is_others = (
            select(others.account_id).where(others.evrmore_address == address, others.account_id != _ID).exists()
        )
        return self._sql(delete(challenges).where(address.in_(union(theirs, former)), ~is_others))

    @cached_property
    def delete_attempts_on(self) -> str:
        """Parameters: ``action``, ``name``."""
        which = and_(attempts.c.action == bindparam("action"), attempts.c.name == _NAME)
        return self._sql(delete(attempts).where(which))

    @cached_property
    def names_of_account(self) -> str:
        """Parameters: ``account_id``. Its names in the audit record, except those that another account has now."""
        told = select(a.username.label("name")).where(_THEIRS)
        former = select(a.reason).where(_THEIRS, a.event.in_(_NAMING))
        own = (select(column).where(u.id == _ID) for column in (u.username, u.email))
        address = w.evrmore_address
        theirs = (select(column).where(w.account_id == _ID) for column in (address, func.lower(address)))
        name = union(told, former, *own, *theirs).subquery("names").c.name
        others = users.alias("others").c
        is_others = (
            select(others.id).where(column == name, others.id != _ID).exists()
            for column in (others.username, others.email)
        )
        return self._sql(select(name).where(name.is_not(None), *(~each for each in is_others)))

    @cached_property
    def forget_person_in_audit(self) -> str:
        """Parameters: ``account_id``. The lines about an account."""
        reason = case((a.event.in_(_TELLING), null()), else_=a.reason)
        return self._sql(update(audit).where(_THEIRS).values(username=null(), client=null(), reason=reason))

    @cached_property
    def forget_name_in_audit(self) -> str:
        """Parameters: ``account_id``, ``name``, ``since``. The lines that only name an account, such as failures."""
        return self._sql(update(audit).where(_is_named(_ID)).values(username=null(), client=null()))

    @cached_property
    def forget_actor_in_audit(self) -> str:
        """Parameters: ``account_id``, ``name``, ``since``. Its actions are attributed to its identifier instead."""
        acted = and_(a.actor == _NAME, a.at >= bindparam("since"))
        return self._sql(update(audit).where(acted).values(actor=_ID))

    @cached_property
    def audit_of_account(self) -> str:
        """Parameters: ``account_id``."""
        return self._sql(select(audit).where(_THEIRS).order_by(a.id))

    @cached_property
    def audit_of_name(self) -> str:
        """Parameters: ``account_id``, ``name``, ``since``. As for `forget_name_in_audit`."""
        return self._sql(select(audit).where(_is_named(_ID)).order_by(a.id))

    @cached_property
    def has_password(self) -> str:
        """Parameters: ``account_id``."""
        return self._sql(select(u.password_hash.is_not(None)).where(u.id == _ID))

    @cached_property
    def all_sessions_of_account(self) -> str:
        """Parameters: ``account_id``."""
        return self._sql(_of_account(sessions, *SESSIONS).order_by(sessions.c.created_at))

    @cached_property
    def all_remembered_of_account(self) -> str:
        """Parameters: ``account_id``."""
        return self._sql(_of_account(remembered, *REMEMBERED).order_by(remembered.c.created_at))

    @cached_property
    def all_authenticators_of_account(self) -> str:
        """Parameters: ``account_id``. Without secrets."""
        k = authenticators.c
        told = _of_account(authenticators, k.method, k.name, k.created_at, k.last_used_at)
        return self._sql(told.order_by(k.created_at, k.id))

    @cached_property
    def all_links_of_account(self) -> str:
        """Parameters: ``account_id``."""
        columns = [column for column in links.c if column.name != "digest"]
        return self._sql(_of_account(links, *columns).order_by(links.c.created_at))

    @cached_property
    def all_mails_of_account(self) -> str:
        """Parameters: ``account_id``."""
        return self._sql(_of_account(outbox, *outbox.c).order_by(outbox.c.created_at))

    @cached_property
    def own_roles_of_account(self) -> str:
        """Parameters: ``account_id``."""
        return self._sql(_of_account(user_roles, user_roles.c.role).order_by(user_roles.c.role))

    @cached_property
    def own_permissions_of_account(self) -> str:
        """Parameters: ``account_id``."""
        name = user_permissions.c.permission
        return self._sql(_of_account(user_permissions, name).order_by(name))

    @cached_property
    def sole_roles_of_account(self) -> str:
        """Parameters: ``account_id``."""
        others = user_roles.alias("others").c
        is_others = select(others.role).where(others.role == user_roles.c.role, others.account_id != _ID)
        sole = _of_account(user_roles, user_roles.c.role).where(~is_others.exists())
        return self._sql(sole.order_by(user_roles.c.role))


def _of_account(table: Table, *columns: ColumnElement[Any]) -> Select[Any]:
    return select(*columns).where(table.c.account_id == _ID)


def _rename(table: Table) -> Update:
    """Build the statement that moves rows of an account from its former name to the new one."""
    theirs = and_(table.c.account_id == _ID, table.c.username == _NAME)
    return update(table).where(theirs).values(username=bindparam("new_name"))


def _is_named(account_id: ColumnElement[str]) -> ColumnElement[bool]:
    """Match lines with ``:name`` but no ``user_id``, since ``:since``, of providers where the name is this account's.

    Lines about another provider's user of the same name stay: otherwise, somebody could take that name here and delete
    the account to erase the record of what they tried there.
    """
    own = audit.alias("own").c
    providers = select(own.provider).where(own.user_id == account_id, own.provider.is_not(None))
    is_ours = or_(a.provider.is_(None), a.provider.in_(_OURS), a.provider.in_(providers))
    return and_(a.username == _NAME, a.user_id.is_(None), a.at >= bindparam("since"), is_ours)
