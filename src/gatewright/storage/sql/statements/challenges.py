"""Statements on challenges."""

from __future__ import annotations

from functools import cached_property

from sqlalchemy import ColumnElement, and_, bindparam, false, func, insert, select, true, update

from gatewright.storage.sql.statements.compile import delete_before, sql
from gatewright.storage.sql.tables import challenges


class ChallengeStatements:
    """The SQL statements on challenges."""

    @cached_property
    def count_challenges_of_address(self) -> str:
        """Parameters: ``evrmore_address``, ``since``, ``until``."""
        return _count(challenges.c.evrmore_address == bindparam("evrmore_address"))

    @cached_property
    def count_challenges_of_client(self) -> str:
        """Parameters: ``client``, ``since``, ``until``."""
        return _count(challenges.c.client == bindparam("client"))

    @cached_property
    def insert_challenge(self) -> str:
        """Parameters: the columns."""
        return sql(insert(challenges))

    @cached_property
    def find_challenge(self) -> str:
        """Parameters: ``challenge_text``."""
        columns = [column for column in challenges.c if column.name != "client"]
        return sql(select(*columns).where(challenges.c.challenge_text == bindparam("challenge_text")))

    @cached_property
    def claim_challenge(self) -> str:
        """Parameters: ``challenge_id``, ``now``. Changes one row for exactly one caller."""
        c = challenges.c
        usable = and_(c.id == bindparam("challenge_id"), c.used.is_(false()), c.expires_at > bindparam("now"))
        return sql(update(challenges).where(usable).values(used=true()))

    @cached_property
    def delete_expired_challenges(self) -> str:
        """Parameters: ``now``, ``at_most``."""
        return sql(delete_before(challenges, "expires_at", moment="now"))


def _count(which: ColumnElement[bool]) -> str:
    """Build the count of challenges made after ``:since`` and not after ``:until``."""
    made = challenges.c.created_at
    counted = and_(which, made > bindparam("since"), made <= bindparam("until"))
    return sql(select(func.count()).select_from(challenges).where(counted))
