"""Recognise a visitor."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Self

from people import Visit

from bare.connection import connect
from gatewright.model import Session
from gatewright.storage.sql.dialect import text_of
from gatewright.storage.sql.rows import columns_of
from gatewright.storage.sql.statements import statements_of
from gatewright.system import SystemClock

_ACCOUNT_ID = len(columns_of(Session))
"""Which column is the account's identifier: the first one after the session's."""


class BareVisits:
    """The reads that recognise a visitor, and nothing else: rows stay rows, and nothing is checked.

    Args:
        path: A migrated file.
    """

    def __init__(self, path: Path) -> None:
        self.connection = connect(path)
        sql, now = statements_of("sqlite"), SystemClock().now()
        self._find_session, self._rights_of = sql.find_session, sql.rights_of
        self._moments = {"now": text_of(now), "idle_since": text_of(now - timedelta(hours=2))}

    def load(self, visit: Visit) -> list[tuple[str, str]]:
        """Read the session with its account, and what that account may do."""
        execute = self.connection.execute
        row = execute(self._find_session, self._moments | {"digest": visit.digest}).fetchone()
        rights: list[tuple[str, str]] = execute(self._rights_of, {"account_id": row[_ACCOUNT_ID]}).fetchall()
        return rights

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.connection.close()
