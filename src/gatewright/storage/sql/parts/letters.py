"""The mails that wait to be sent, in SQL."""

from __future__ import annotations

from datetime import datetime

from gatewright.model import AuditEntry, Letter
from gatewright.storage.sql.parts.account_part import AccountPart
from gatewright.storage.sql.rows import text_of


class SQLLetters(AccountPart):
    """Implements `LetterStore`."""

    async def add_letter(self, letter: Letter, *, audit: AuditEntry) -> None:
        """Implement `LetterStore`."""
        with self._database.transaction() as connection:
            self._post(connection, letter)
            self._record(connection, audit)

    async def claim_letter(self, *, now: datetime, busy_until: datetime) -> Letter | None:
        """Implement `LetterStore`."""
        lease = {"now": text_of(now), "busy_until": text_of(busy_until)}
        with self._database.transaction() as connection:
            row = connection.execute(self._statements.claim_letter, lease).fetchone()
        return None if row is None else self._read.letter(row)

    async def remove_letter(self, letter_id: str, *, audit: AuditEntry) -> None:
        """Implement `LetterStore`."""
        with self._database.transaction() as connection:
            connection.execute(self._statements.remove_letter, {"letter_id": letter_id})
            self._record(connection, audit)

    async def postpone_letter(self, letter_id: str, *, due_at: datetime, error: str) -> None:
        """Implement `LetterStore`."""
        later = {"letter_id": letter_id, "due_at": text_of(due_at), "error": error}
        with self._database.transaction() as connection:
            connection.execute(self._statements.postpone_letter, later)

    async def list_letters(self) -> list[Letter]:
        """Implement `LetterStore`."""
        return [self._read.letter(row) for row in self._database.fetch_all(self._statements.list_letters, {})]
