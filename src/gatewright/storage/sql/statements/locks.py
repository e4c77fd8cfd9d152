"""Statements that lock rows on databases with many writers. They are never run on SQLite."""

from __future__ import annotations

from functools import cached_property

from sqlalchemy import bindparam, select, text

from gatewright.storage.sql.statements.compile import StatementsBase
from gatewright.storage.sql.tables import authenticators, links, remembered, users, wallets

_LOCK_AUDIT_NUMBER = """
    SELECT pg_advisory_xact_lock_shared((26487::bigint << 48) + coalesce(pg_sequence_last_value('audit_id_seq'), 0))
"""
"""The lower 48 bits of the lock's key are the number, and the upper 16 are a marker."""

_FIND_LAST_SETTLED_AUDIT = """
    SELECT coalesce(least(last, (
        SELECT min(number) FROM (
            SELECT ((classid::bigint & 65535) << 32) + objid::bigint AS number FROM pg_locks
            WHERE locktype = 'advisory' AND mode = 'ShareLock' AND objsubid = 1 AND classid::bigint >> 16 = 26487
            AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
        ) AS announced WHERE number <= last
    )), 0) FROM (SELECT pg_sequence_last_value('audit_id_seq') AS last OFFSET 0) AS sequence
"""
"""The last number must be read before the locks, so the locks are read in a subquery that depends on it."""


class LockStatements(StatementsBase):
    """The SQL statements that keep others from changing what a transaction has read.

    Transactions that change a locked row have to wait, but not those that only refer to it by a foreign key.
    """

    @cached_property
    def lock_account(self) -> str:
        """Parameters: ``account_id``."""
        theirs = select(users.c.id).where(users.c.id == bindparam("account_id"))
        return self._sql(theirs.with_for_update(key_share=True))

    @cached_property
    def lock_account_of_authenticator(self) -> str:
        """Parameters: ``authenticator_id``."""
        this = authenticators.c.id == bindparam("authenticator_id")
        owner = select(authenticators.c.account_id).where(this).scalar_subquery()
        return self._sql(select(users.c.id).where(users.c.id == owner).with_for_update(key_share=True))

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

    @cached_property
    def lock_audit_number(self) -> str:
        """Announce to readers that this transaction will insert a line with a higher number than the current last.

        It never waits: these locks are shared, and nobody takes an exclusive one. It lasts until the transaction ends.
        """
        return self._sql(text(_LOCK_AUDIT_NUMBER))

    @cached_property
    def find_last_settled_audit(self) -> str:
        """Return the number up to which no new line can appear: each one exists, or never will."""
        return self._sql(text(_FIND_LAST_SETTLED_AUDIT))
