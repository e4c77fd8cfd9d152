"""What a table holds, in a form that does not depend on how a database spells it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256

from gatewright.storage.sql.rows import Row


@dataclass(frozen=True, slots=True)
class Contents:
    """What a table holds.

    Args:
        rows: How many there are.
        digest: SHA-256 of their values in the order of their keys, as hexadecimal digits.
    """

    rows: int
    digest: str


def contents_of(rows: Iterable[Row]) -> Contents:
    """Read all rows.

    Args:
        rows: In the order of their keys, of Python's own types: timestamps are aware and in UTC. ``repr`` writes such
            values so that no two are the same.
    """
    digest, count = sha256(), 0
    for row in rows:
        digest.update(repr(row).encode())
        count += 1
    return Contents(count, digest.hexdigest())
