"""Statements that lock rows where a database has many writers. On SQLite they are never run."""

from __future__ import annotations

from functools import cached_property

from sqlalchemy import bindparam, select

from gatewright.storage.sql.statements.compile import StatementsBase
from gatewright.storage.sql.tables import links, remembered, users, wallets


class LockStatements(StatementsBase):
    """The SQL statements that keep others from changing what a transaction has read.

    A row is locked so that whoever changes it has to wait, but not who only refers to it by a foreign key.
    """

    @cached_property
    def lock_account(self) -> str:
        """Parameters: ``account_id``."""
        theirs = select(users.c.id).where(users.c.id == bindparam("account_id"))
        return self._sql(theirs.with_for_update(key_share=True))

    @cached_property
    def lock_account_of_link(self) -> str:
        """Parameters: ``link_id``."""
        owner = select(links.c.account_id).where(links.c.id == bindparam("link_id")).scalar_subquery()
        return self._sql(select(users.c.id).where(users.c.id == owner).with_for_update(key_share=True))

    @cached_property
    def lock_account_of_wallet(self) -> str:
        """Parameters: ``evrmore_address``."""
        address = wallets.c.evrmore_address == bindparam("evrmore_address")
        owner = select(wallets.c.account_id).where(address).scalar_subquery()
        return self._sql(select(users.c.id).where(users.c.id == owner).with_for_update(key_share=True))

    @cached_property
    def lock_remembered(self) -> str:
        """Parameters: ``series_id``."""
        series = select(remembered.c.id).where(remembered.c.id == bindparam("series_id"))
        return self._sql(series.with_for_update())
