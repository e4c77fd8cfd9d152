"""Statements on the mails that wait to be sent."""

from __future__ import annotations

from functools import cached_property

from sqlalchemy import bindparam, delete, insert, literal_column, select, update

from gatewright.storage.sql.statements.compile import first, sql
from gatewright.storage.sql.tables import letters

c = letters.c


class LetterStatements:
    """The SQL texts on the mails that wait to be sent."""

    @cached_property
    def insert_letter(self) -> str:
        """Parameters: the columns."""
        return sql(insert(letters))

    @cached_property
    def claim_letter(self) -> str:
        """Parameters: ``now``, ``busy_until``. Returns the letter to exactly one caller."""
        due = select(c.id).where(c.due_at <= bindparam("now")).order_by(c.due_at)
        oldest = first(due, literal_column("1")).scalar_subquery()
        claimed = update(letters).where(c.id == oldest).values(due_at=bindparam("busy_until"))
        return sql(claimed.returning(*c))

    @cached_property
    def remove_letter(self) -> str:
        """Parameters: ``letter_id``."""
        return sql(delete(letters).where(c.id == bindparam("letter_id")))

    @cached_property
    def remove_letters(self) -> str:
        """Parameters: ``account_id``, ``kind``."""
        return sql(delete(letters).where(c.account_id == bindparam("account_id"), c.kind == bindparam("kind")))

    @cached_property
    def postpone_letter(self) -> str:
        """Parameters: ``letter_id``, ``due_at``, ``error``. Counts the try."""
        tried = {"due_at": bindparam("due_at"), "error": bindparam("error"), "tries": c.tries + literal_column("1")}
        return sql(update(letters).where(c.id == bindparam("letter_id")).values(tried))

    @cached_property
    def list_letters(self) -> str:
        """No parameters."""
        return sql(select(letters).order_by(c.created_at, c.id))
