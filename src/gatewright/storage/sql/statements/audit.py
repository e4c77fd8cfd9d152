"""Statements on the audit record."""

from __future__ import annotations

import operator
from collections.abc import Callable
from functools import cached_property
from typing import Any

from sqlalchemy import Column, Select, bindparam, insert, or_, select

from gatewright.storage.sql.statements.compile import StatementsBase, delete_before, first
from gatewright.storage.sql.tables import audit

a = audit.c
_ABOUT = a.username.in_([bindparam("username"), bindparam("folded")])
_OF_USER = a.user_id == bindparam("user_id")


class AuditStatements(StatementsBase):
    """The SQL statements on the audit record."""

    @cached_property
    def insert_audit(self) -> str:
        """Parameters: the columns except ``id``."""
        return self._sql(insert(audit).values({column: bindparam(column.name) for column in a if column.name != "id"}))

    @cached_property
    def list_audit(self) -> str:
        """Parameters: ``after_id``, ``up_to``, ``since``, ``event`` (None matches everything), ``at_most``."""
        return self._sql(_first(_wanted()))

    @cached_property
    def list_newest_audit(self) -> str:
        """Parameters: as for `list_audit`."""
        return self._sql(_newest(_wanted()))

    @cached_property
    def list_audit_of(self) -> str:
        """Parameters: as for `list_audit`, and ``username`` and ``folded``, the two spellings of a name."""
        return self._sql(_first(_wanted().where(_ABOUT)))

    @cached_property
    def list_newest_audit_of(self) -> str:
        """Parameters: as for `list_audit_of`."""
        return self._sql(_newest(_wanted().where(_ABOUT)))

    @cached_property
    def list_audit_of_user(self) -> str:
        """Parameters: as for `list_audit`, and ``user_id``."""
        return self._sql(_first(_wanted().where(_OF_USER)))

    @cached_property
    def list_newest_audit_of_user(self) -> str:
        """Parameters: as for `list_audit_of_user`."""
        return self._sql(_newest(_wanted().where(_OF_USER)))

    @cached_property
    def delete_audit(self) -> str:
        """Parameters: ``before``, ``at_most``."""
        return self._sql(delete_before(audit, "at", moment="before"))


def _wanted() -> Select[Any]:
    return (
        select(audit)
        .where(a.id > bindparam("after_id"), a.id <= bindparam("up_to"))
        .where(_unless_none(operator.ge, a.at, "since"))
        .where(_unless_none(operator.eq, a.event, "event"))
    )


def _first(wanted: Select[Any]) -> Select[Any]:
    return first(wanted.order_by(a.id), bindparam("at_most"))


def _newest(wanted: Select[Any]) -> Select[Any]:
    """Build the search from the end, with the result still ordered oldest first."""
    newest = first(wanted.order_by(a.id.desc()), bindparam("at_most")).subquery("newest")
    return select(newest).order_by(newest.c.id)


def _unless_none(compare: Callable[[Any, Any], Any], column: Column[Any], parameter: str) -> Any:
    wanted = bindparam(parameter, type_=column.type)
    return or_(wanted.is_(None), compare(column, wanted))
