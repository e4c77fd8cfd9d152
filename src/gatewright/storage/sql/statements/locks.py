"""Statements that lock rows where a database has many writers. On SQLite they are never run."""

from __future__ import annotations

from functools import cached_property

from sqlalchemy import bindparam, select, text

from gatewright.storage.sql.statements.compile import StatementsBase
from gatewright.storage.sql.tables import authenticators, links, remembered, users, wallets

_LOCK_AUDIT_NUMBER = """
    SELECT pg_advisory_xact_lock_shared((26487::bigint << 48) + coalesce(pg_sequence_last_value('audit_id_seq'), 0))
"""
"""The number stands in the lower 48 bits of the lock's key, and a mark in the upper 16."""

_FIND_LAST_SETTLED_AUDIT = """
    SELECT coalesce(least(last, (
        SELECT min(number) FROM (
            SELECT ((classid::bigint & 65535) << 32) + objid::bigint AS number FROM pg_locks
            WHERE locktype = 'advisory' AND mode = 'ShareLock' AND objsubid = 1 AND classid::bigint >> 16 = 26487
            AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
        ) AS announced WHERE number <= last
    )), 0) FROM (SELECT pg_sequence_last_value('audit_id_seq') AS last OFFSET 0) AS sequence
"""
"""The last number must be read before the locks. So they are looked up in a subquery that depends on it."""


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
        """Tell readers, to the end of the transaction, that it will insert a line with a higher number than the last.

        It never waits: such locks are shared, and nobody asks for another kind.
        """
        return self._sql(text(_LOCK_AUDIT_NUMBER))

    @cached_property
    def find_last_settled_audit(self) -> str:
        """Return the number up to which no line can appear any more: each is there, or never will be."""
        return self._sql(text(_FIND_LAST_SETTLED_AUDIT))
