"""Names as typed, and as the columns of a table hold them: text, numbers, UUIDs or bytes.

A database that compares a UUID with arbitrary text raises an error, or converts the text first: in MySQL "7x" equals
the number 7.
"""

from __future__ import annotations

import re
from binascii import unhexlify
from contextlib import suppress
from decimal import Decimal
from typing import Any
from uuid import UUID  # noqa: TID251 - to write them, not to make any

import sqlalchemy as sa

from gatewright.identifiers import id_text, text_in

_NUMBER = re.compile(r"(0|-?[1-9][0-9]{0,37})(\.[0-9]{1,37})?")
_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
_LARGEST_INTEGER = 2**63 - 1


def has_name(column: str, held: sa.types.TypeEngine[Any], name: str, *, is_strict: bool) -> Any:
    """Return the condition that a column holds a name, or None if it cannot hold such a name.

    Args:
        column: The column.
        held: Its type.
        name: The name as typed.
        is_strict: Whether the database enforces column types. In SQLite any column may hold anything, and in a numeric
            column, text that looks like a number equals that number.
    """
    kind = _python_type(held)
    is_text = sa.column(column) == sa.literal(name, sa.String())
    if kind is str:
        return is_text
    if kind is bytes or not is_strict:
        is_bytes = sa.column(column).in_([sa.literal(value, sa.LargeBinary()) for value in _as_bytes(name)])
        return is_bytes if is_strict else sa.or_(is_text, is_bytes)
    if kind is UUID:
        return sa.column(column) == sa.literal(UUID(name), sa.Uuid()) if _UUID.fullmatch(name) else None
    if kind in {int, float, Decimal}:
        return _is_number(column, name, is_whole=kind is int)
    return sa.cast(sa.column(column), sa.Text()) == sa.literal(name, sa.Text())  # no index helps, but any type will do


def name_in(value: Any) -> str | None:
    """Return the name that a column holds, as text that finds it again."""
    if isinstance(value, bytes | bytearray | memoryview):
        return text_in(bytes(value)) or id_text(value)
    return id_text(value)


def _python_type(held: sa.types.TypeEngine[Any]) -> type | None:
    if isinstance(held, sa.Enum):
        return None  # comparing an enum with text that is not one of its values is an error
    try:
        return held.python_type
    except NotImplementedError:
        return None


def _is_number(column: str, name: str, *, is_whole: bool) -> Any:
    if not _NUMBER.fullmatch(name) or (is_whole and "." in name):
        return None
    if not is_whole:
        return sa.column(column) == sa.literal(Decimal(name), sa.Numeric())
    is_held = abs(int(name)) <= _LARGEST_INTEGER
    return sa.column(column) == sa.literal(int(name), sa.BigInteger()) if is_held else None


def _as_bytes(name: str) -> list[bytes]:
    """Return the byte values that `name_in` would show as this name."""
    values = [name.encode()]
    with suppress(ValueError):
        values.append(UUID(name).bytes if _UUID.fullmatch(name) else unhexlify(name))
    return [value for value in values if name_in(value) in {name, name.lower()}]
