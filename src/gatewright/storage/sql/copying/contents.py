"""The contents of a table, in a form that does not depend on the database."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256

from gatewright.storage.sql.rows import Row


@dataclass(frozen=True, slots=True)
class Contents:
    """A summary of a table's contents.

    Args:
        rows: The number of rows.
        digest: SHA-256 of their values in the order of their keys, as hexadecimal digits.
    """

    rows: int
    digest: str


def contents_of(rows: Iterable[Row]) -> Contents:
    """Read all rows and return their summary.

    Args:
        rows: Rows in the order of their keys, with values of built-in types: timestamps are aware and in UTC. ``repr``
            distinguishes any two such values.
    """
    digest, count = sha256(), 0
    for row in rows:
        digest.update(repr(row).encode())
        count += 1
    return Contents(count, digest.hexdigest())
