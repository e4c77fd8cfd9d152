"""Statements on queued emails."""

from __future__ import annotations

from functools import cached_property

from sqlalchemy import bindparam, delete, func, literal_column, select, update

from gatewright.storage.sql.statements.compile import StatementsBase, first, insert_if
from gatewright.storage.sql.tables import outbox

c = outbox.c


class OutboxStatements(StatementsBase):
    """The SQL statements on queued emails."""

    @cached_property
    def insert_queued_mail(self) -> str:
        """Parameters: the columns, ``is_due``: whether to insert anything."""
        return self._sql(insert_if("is_due", outbox))

    @cached_property
    def claim_queued_mail(self) -> str:
        """Parameters: ``now``, ``busy_until``, ``too_late``. Returns the email to exactly one caller."""
        overdue, put_off = (
            first(select(c.id).where(due).order_by(c.due_at), literal_column("1")).with_for_update(skip_locked=True)
            for due in (c.due_at <= bindparam("now"), c.due_at > bindparam("too_late"))
        )
        oldest = func.coalesce(overdue.scalar_subquery(), put_off.scalar_subquery())
        claimed = update(outbox).where(c.id == oldest).values(due_at=bindparam("busy_until"))
        return self._sql(claimed.returning(*c))

    @cached_property
    def remove_queued_mail(self) -> str:
        """Parameters: ``mail_id``."""
        return self._sql(delete(outbox).where(c.id == bindparam("mail_id")))

    @cached_property
    def remove_mails(self) -> str:
        """Parameters: ``account_id``, ``kind``."""
        return self._sql(delete(outbox).where(c.account_id == bindparam("account_id"), c.kind == bindparam("kind")))

    @cached_property
    def postpone_queued_mail(self) -> str:
        """Parameters: ``mail_id``, ``due_at``, ``error``. Counts the attempt."""
        tried = {"due_at": bindparam("due_at"), "error": bindparam("error"), "tries": c.tries + literal_column("1")}
        return self._sql(update(outbox).where(c.id == bindparam("mail_id")).values(tried))

    @cached_property
    def list_queued_mails(self) -> str:
        """No parameters."""
        return self._sql(select(outbox).order_by(c.created_at, c.id))

    @cached_property
    def count_queued_mails(self) -> str:
        """No parameters."""
        return self._sql(select(func.count()).select_from(outbox))
