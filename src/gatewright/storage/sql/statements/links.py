"""Statements on emailed links."""

from __future__ import annotations

from functools import cached_property

from sqlalchemy import and_, bindparam, delete, exists, insert, literal_column, or_, true

from gatewright.storage.sql.statements.accounts import account_records
from gatewright.storage.sql.statements.compile import StatementsBase, delete_before
from gatewright.storage.sql.tables import links, users

k = links.c
RECORD = [column for column in k if column.name != "digest"]
"""The columns of a link's record."""
IS_USABLE = and_(k.purpose == bindparam("purpose"), k.expires_at > bindparam("now"))
_IS_FOR_ADDRESS = or_(users.c.email == k.email, k.purpose == literal_column("'email_change'"))
IS_THEIRS = and_(users.c.id == k.account_id, _IS_FOR_ADDRESS, users.c.is_active.is_(true()))
"""The link's account is active, and still has the address that the link was sent to, or is about to change to it."""


class LinkStatements(StatementsBase):
    """The SQL statements on emailed links."""

    @cached_property
    def insert_link(self) -> str:
        """Parameters: the columns."""
        return self._sql(insert(links))

    @cached_property
    def delete_links(self) -> str:
        """Parameters: ``account_id``, ``purpose``. Returns their ``next_path``."""
        mine = and_(k.account_id == bindparam("account_id"), k.purpose == bindparam("purpose"))
        return self._sql(delete(links).where(mine).returning(k.next_path))

    @cached_property
    def find_link(self) -> str:
        """Parameters: ``digest``, ``purpose``, ``now``. The account's columns, then the link's."""
        found = account_records().add_columns(*RECORD).join_from(users, links, IS_THEIRS)
        return self._sql(found.where(k.digest == bindparam("digest"), IS_USABLE))

    @cached_property
    def spend_link(self) -> str:
        """Parameters: ``link_id``, ``purpose``, ``now``. Returns its account and address, to exactly one caller."""
        spent = delete(links).where(k.id == bindparam("link_id"), IS_USABLE, exists().where(IS_THEIRS))
        return self._sql(spent.returning(k.account_id, k.email))

    @cached_property
    def delete_expired_links(self) -> str:
        """Parameters: ``now``, ``at_most``."""
        return self._sql(delete_before(links, "expires_at", moment="now"))
