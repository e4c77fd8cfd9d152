"""Statements on rate-limited attempts."""

from __future__ import annotations

from functools import cached_property
from typing import Any

from sqlalchemy import ColumnElement, Select, bindparam, delete, literal_column, select

from gatewright.storage.sql.statements.compile import StatementsBase, delete_before, insert_if
from gatewright.storage.sql.tables import attempts

a = attempts.c
_OF_CLIENT = a.client == bindparam("client")
_ON_NAME = a.name == bindparam("name")


class AttemptStatements(StatementsBase):
    """The SQL statements on attempts. Searches skip a number of newer attempts and return the next one, if any."""

    @cached_property
    def insert_attempt(self) -> str:
        """Parameters: the columns, ``is_let_through``: whether to insert anything."""
        return self._sql(insert_if("is_let_through", attempts))

    @cached_property
    def nth_attempt_of_client_on_name(self) -> str:
        """Parameters: ``action``, ``name``, ``client``, ``since``, ``until``, ``newer``."""
        return self._sql(_nth(_OF_CLIENT, _ON_NAME))

    @cached_property
    def nth_attempt_of_client(self) -> str:
        """Parameters: ``action``, ``client``, ``since``, ``until``, ``newer``."""
        return self._sql(_nth(_OF_CLIENT))

    @cached_property
    def nth_attempt_on_name(self) -> str:
        """Parameters: ``action``, ``name``, ``since``, ``until``, ``newer``."""
        return self._sql(_nth(_ON_NAME))

    @cached_property
    def remove_attempt(self) -> str:
        """Parameters: ``attempt_id``."""
        return self._sql(delete(attempts).where(a.id == bindparam("attempt_id")))

    @cached_property
    def delete_expired_attempts(self) -> str:
        """Parameters: ``before``, ``at_most``."""
        return self._sql(delete_before(attempts, "at", moment="before"))


def _nth(*which: ColumnElement[bool]) -> Select[Any]:
    """Build the search for the time of the attempt after ``:since`` that has exactly ``:newer`` newer ones.

    Attempts after ``:until`` are ignored: they were recorded by a wrong clock, and must not block anybody until then.
    """
    counted = select(a.at).where(
        a.action == bindparam("action"), *which, a.at > bindparam("since"), a.at <= bindparam("until")
    )
    return counted.order_by(a.at.desc()).limit(literal_column("1")).offset(bindparam("newer"))
