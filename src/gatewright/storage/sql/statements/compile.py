"""Compiles SQLAlchemy Core to the text that a driver takes."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from sqlalchemy import (
    Boolean,
    ColumnElement,
    Delete,
    Dialect,
    Insert,
    Select,
    Table,
    bindparam,
    delete,
    insert,
    literal_column,
    select,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.dialects.postgresql import psycopg
from sqlalchemy.sql import ClauseElement

_DIALECTS: dict[str, Callable[[], Dialect]] = {
    "sqlite": partial(sqlite.dialect, paramstyle="named"),
    "postgresql": psycopg.dialect,
}
_INSERTS: dict[str, Callable[[Table], Any]] = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}
"""Inserts with ON CONFLICT, which Core's own insert lacks. Both dialects have the same syntax."""


class StatementsBase:
    """Statements as texts with named parameters.

    Args:
        dialect: The name of the kind of database.
    """

    def __init__(self, dialect: str) -> None:
        self._dialect = _DIALECTS[dialect]()
        self._insert_or = _INSERTS[dialect]

    def _sql(self, statement: ClauseElement) -> str:
        return str(statement.compile(dialect=self._dialect))


def delete_before(table: Table, column: str, *, moment: str) -> Delete:
    """Build the deletion of at most ``:at_most`` rows whose ``column`` is not after the parameter ``moment``."""
    over = select(table.c.id).where(table.c[column] <= bindparam(moment))
    return delete(table).where(table.c.id.in_(first(over, bindparam("at_most"))))


def insert_if(flag: str, table: Table) -> Insert:
    """Build the insertion of a row, or of none if the parameter ``flag`` is false; timing does not reveal which."""
    values = select(*(bindparam(column.name, type_=column.type) for column in table.c))
    return insert(table).from_select(list(table.c), values.where(bindparam(flag, type_=Boolean())))


def first(rows: Select[Any], count: ColumnElement[int]) -> Select[Any]:
    """Limit a selection to its first rows. By default, the dialect would bind an offset parameter of its own."""
    return rows.limit(count).offset(literal_column("0"))
