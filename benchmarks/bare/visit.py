"""Recognise a visitor."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Self

from people import Visit

from bare.connection import connect
from gatewright.storage.sql.rows import text_of
from gatewright.storage.sql.statements import Statements
from gatewright.system import SystemClock


class BareVisits:
    """The reads that recognise a visitor, and nothing else: rows stay rows, and nothing is checked.

    Args:
        path: A migrated file.
    """

    def __init__(self, path: Path) -> None:
        self.connection = connect(path)
        sql, now = Statements(), SystemClock().now()
        self._find_session, self._find_credentials, self._rights_of = (
            sql.find_session,
            sql.find_credentials,
            sql.rights_of,
        )
        self._moments = {"now": text_of(now), "idle_since": text_of(now - timedelta(hours=2))}

    def load(self, visit: Visit) -> list[tuple[str, str]]:
        """Read the session, the account of the name in it, and what that account may do."""
        execute = self.connection.execute
        (*_, username, _seen, _is_full) = execute(
            self._find_session, self._moments | {"digest": visit.digest}
        ).fetchone()
        (account_id, *_) = execute(self._find_credentials, {"name": username}).fetchone()
        rights: list[tuple[str, str]] = execute(self._rights_of, {"account_id": account_id}).fetchall()
        return rights

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.connection.close()
