"""From Core to the text that the driver takes."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, Delete, Select, Table, bindparam, delete, literal_column, select
from sqlalchemy.dialects import sqlite
from sqlalchemy.sql import ClauseElement


def sql(statement: ClauseElement) -> str:
    """Compile a statement for the driver, with named parameters."""
    return str(statement.compile(dialect=sqlite.dialect(paramstyle="named")))


def delete_before(table: Table, column: str, *, moment: str) -> Delete:
    """Build the deletion of at most ``:at_most`` rows whose ``column`` is not after the parameter ``moment``."""
    over = select(table.c.id).where(table.c[column] <= bindparam(moment))
    return delete(table).where(table.c.id.in_(first(over, bindparam("at_most"))))


def first(rows: Select[Any], count: ColumnElement[int]) -> Select[Any]:
    """Limit a selection to its first rows. Left to itself, the dialect would bind an offset of its own."""
    return rows.limit(count).offset(literal_column("0"))
