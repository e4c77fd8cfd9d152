"""Statements on remembered browsers."""

from __future__ import annotations

from functools import cached_property

from sqlalchemy import and_, bindparam, delete, insert, select, update

from gatewright.storage.sql.statements.compile import StatementsBase, delete_before
from gatewright.storage.sql.tables import remembered

r = remembered.c
RECORD = [column for column in r if column.name not in ("account_id", "digest", "previous_digest")]
"""The columns of a series' record."""
_ISSUE = (
    update(remembered)
    .where(r.id == bindparam("series_id"))
    .values({"digest": bindparam("new_digest"), "rotated_at": bindparam("now")})
)
_OF_USER = and_(r.user_id == bindparam("user_id"), r.provider == bindparam("provider"), r.account_id.is_(None))


class RememberedStatements(StatementsBase):
    """The SQL statements on remembered browsers."""

    @cached_property
    def insert_remembered(self) -> str:
        """Parameters: the columns."""
        return self._sql(insert(remembered))

    @cached_property
    def find_remembered(self) -> str:
        """Parameters: ``series_id``, ``now``. The account and both digests are the last columns."""
        found = select(*RECORD, r.account_id, r.digest, r.previous_digest)
        return self._sql(found.where(r.id == bindparam("series_id"), r.expires_at > bindparam("now")))

    @cached_property
    def rotate_remembered(self) -> str:
        """Parameters: ``series_id``, ``new_digest``, ``now``."""
        return self._sql(_ISSUE.values({"previous_digest": r.digest}))

    @cached_property
    def reissue_remembered(self) -> str:
        """Parameters: ``series_id``, ``new_digest``, ``now``. The previous digest stays."""
        return self._sql(_ISSUE)

    @cached_property
    def remove_remembered(self) -> str:
        """Parameters: ``series_id``."""
        return self._sql(delete(remembered).where(r.id == bindparam("series_id")))

    @cached_property
    def remove_remembered_of_account(self) -> str:
        """Parameters: ``user_id``."""
        return self._sql(delete(remembered).where(r.account_id == bindparam("user_id")))

    @cached_property
    def remove_remembered_of_user(self) -> str:
        """Parameters: ``user_id``, ``provider``."""
        return self._sql(delete(remembered).where(_OF_USER))

    @cached_property
    def delete_expired_remembered(self) -> str:
        """Parameters: ``now``, ``at_most``."""
        return self._sql(delete_before(remembered, "expires_at", moment="now"))
