"""Recognise a visitor."""

from __future__ import annotations

from pathlib import Path
from typing import Self

from people import Visit

from bare.connection import connect
from gatewright.model import Session
from gatewright.storage.sql.rows import columns_of
from gatewright.storage.sql.statements import statements_of

_ACCOUNT_ID = 2 + len(columns_of(Session))
"""Which column is the account's identifier: the first one after how long the session lives, and the session's."""


class BareVisits:
    """The reads that recognise a visitor, and nothing else: rows stay rows, and nothing is checked.

    Args:
        path: A migrated file.
    """

    def __init__(self, path: Path) -> None:
        self.connection = connect(path)
        sql = statements_of("sqlite")
        self._find_session, self._rights_of = sql.find_session, sql.rights_of

    def load(self, visit: Visit) -> list[tuple[str, str]]:
        """Read the session with its account, and what that account may do."""
        execute = self.connection.execute
        row = execute(self._find_session, {"digest": visit.digest}).fetchone()
        rights: list[tuple[str, str]] = execute(self._rights_of, {"account_id": row[_ACCOUNT_ID]}).fetchall()
        return rights

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.connection.close()
