"""Statements on what browsers have begun and must finish in another request."""

from __future__ import annotations

from functools import cached_property

from sqlalchemy import and_, bindparam, delete, literal_column, select, update

from gatewright.storage.sql.statements.compile import StatementsBase, delete_before
from gatewright.storage.sql.tables import pending_steps

p = pending_steps.c
RECORD = [column for column in p if column.name not in ("account_id", "digest")]
"""The columns of a step's record."""
_THIS = p.id == bindparam("step_id")
_IS_ALIVE = p.expires_at > bindparam("now")


class PendingStepStatements(StatementsBase):
    """The SQL statements on pending steps."""

    @cached_property
    def keep_pending_step(self) -> str:
        """Parameters: the columns."""
        kept = self._insert_or(pending_steps)
        new = {column.name: kept.excluded[column.name] for column in p if column.name not in ("digest", "kind")}
        return self._sql(kept.on_conflict_do_update(index_elements=["digest", "kind"], set_=new))

    @cached_property
    def find_pending_step(self) -> str:
        """Parameters: ``digest``, ``kind``, ``now``."""
        this = and_(p.digest == bindparam("digest"), p.kind == bindparam("kind"))
        return self._sql(select(*RECORD).where(this, _IS_ALIVE))

    @cached_property
    def count_try(self) -> str:
        """Parameters: ``step_id``, ``at_most``."""
        counted = update(pending_steps).where(_THIS, p.tries < bindparam("at_most"))
        return self._sql(counted.values({"tries": p.tries + literal_column("1")}))

    @cached_property
    def claim_pending_step(self) -> str:
        """Parameters: ``step_id``, ``now``. Changes one row for exactly one caller."""
        return self._sql(delete(pending_steps).where(_THIS, _IS_ALIVE))

    @cached_property
    def delete_pending_steps_of_account(self) -> str:
        """Parameters: ``account_id``."""
        return self._sql(delete(pending_steps).where(p.account_id == bindparam("account_id")))

    @cached_property
    def delete_expired_pending_steps(self) -> str:
        """Parameters: ``now``, ``at_most``."""
        return self._sql(delete_before(pending_steps, "expires_at", moment="now"))
