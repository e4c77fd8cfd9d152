"""Statements on profiles."""

from __future__ import annotations

from functools import cached_property

from sqlalchemy import bindparam, select

from gatewright.storage.sql.statements.compile import StatementsBase, insert_if
from gatewright.storage.sql.tables import profiles


class ProfileStatements(StatementsBase):
    """The SQL statements on profiles."""

    @cached_property
    def find_profile(self) -> str:
        """Parameters: ``account_id``."""
        return self._sql(select(profiles.c.fields).where(profiles.c.account_id == bindparam("account_id")))

    @cached_property
    def insert_profile(self) -> str:
        """Parameters: the columns, ``is_free``: whether to insert anything."""
        return self._sql(insert_if("is_free", profiles))

    @cached_property
    def save_profile(self) -> str:
        """Parameters: the columns."""
        kept = self._insert_or(profiles)
        return self._sql(
            kept.on_conflict_do_update(index_elements=["account_id"], set_={"fields": kept.excluded.fields})
        )
