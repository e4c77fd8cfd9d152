"""Statements on challenges."""

from __future__ import annotations

from functools import cached_property
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, bindparam, false, func, insert, select, true, update

from gatewright.storage.sql.statements.compile import StatementsBase, delete_before
from gatewright.storage.sql.tables import challenges


class ChallengeStatements(StatementsBase):
    """The SQL statements on challenges."""

    @cached_property
    def count_challenges_of_address(self) -> str:
        """Parameters: ``evrmore_address``, ``since``, ``until``."""
        return self._sql(_count(challenges.c.evrmore_address == bindparam("evrmore_address")))

    @cached_property
    def count_challenges_of_client(self) -> str:
        """Parameters: ``client``, ``since``, ``until``."""
        return self._sql(_count(challenges.c.client == bindparam("client")))

    @cached_property
    def insert_challenge(self) -> str:
        """Parameters: the columns."""
        return self._sql(insert(challenges))

    @cached_property
    def find_challenge(self) -> str:
        """Parameters: ``challenge_text``."""
        columns = [column for column in challenges.c if column.name != "client"]
        return self._sql(select(*columns).where(challenges.c.challenge_text == bindparam("challenge_text")))

    @cached_property
    def claim_challenge(self) -> str:
        """Parameters: ``challenge_id``, ``now``. Changes one row for exactly one caller."""
        c = challenges.c
        usable = and_(c.id == bindparam("challenge_id"), c.used.is_(false()), c.expires_at > bindparam("now"))
        return self._sql(update(challenges).where(usable).values(used=true()))

    @cached_property
    def delete_expired_challenges(self) -> str:
        """Parameters: ``now``, ``at_most``."""
        return self._sql(delete_before(challenges, "expires_at", moment="now"))


def _count(which: ColumnElement[bool]) -> Select[Any]:
    """Build the count of challenges created after ``:since`` and not after ``:until``."""
    made = challenges.c.created_at
    counted = and_(which, made > bindparam("since"), made <= bindparam("until"))
    return select(func.count()).select_from(challenges).where(counted)
