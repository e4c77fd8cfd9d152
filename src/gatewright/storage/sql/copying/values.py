"""Converts values as SQLite stores them to what PostgreSQL takes."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from sqlalchemy import Column
from sqlalchemy.dialects import postgresql

from gatewright.storage.sql.dialect import SQLITE

Reader = Callable[[object], object]


def reader_of(column: Column[object]) -> Reader:
    """Return the reader of a column's values. It raises ValueError with a message that continues the column's name."""
    read = _READERS[column.type.dialect_impl(postgresql.dialect()).python_type]  # type: ignore[no-untyped-call]
    return lambda value: None if value is None else read(value)


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise ValueError("is not text")
    if "\0" in value:
        raise ValueError("holds a NUL character")
    try:
        value.encode()
    except UnicodeEncodeError:
        raise ValueError("is not valid UTF-8") from None
    return value


def _flag(value: object) -> bool:
    if value not in (0, 1):
        raise ValueError("is neither 0 nor 1")
    return bool(value)


def _moment(value: object) -> datetime:
    try:
        return SQLITE.read_aware(value)
    except (TypeError, ValueError):
        raise ValueError("is not a timestamp") from None


def _number(value: object) -> int:
    if not isinstance(value, int):
        raise ValueError("is not a number")
    return value


def _bytes(value: object) -> bytes:
    if not isinstance(value, bytes):
        raise ValueError("is not bytes")
    return value


_READERS: dict[type, Reader] = {str: _text, bool: _flag, datetime: _moment, int: _number, bytes: _bytes}
