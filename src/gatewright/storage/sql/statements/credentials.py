"""Statements on the password hashes that other providers' users were last seen with."""

from __future__ import annotations

from functools import cached_property
from typing import Any

from sqlalchemy import and_, bindparam, delete, select, tuple_, update

from gatewright.storage.sql.statements.compile import StatementsBase, first
from gatewright.storage.sql.tables import credentials

c = credentials.c
_OF_USER = and_(c.provider == bindparam("provider"), c.user_id == bindparam("user_id"))


class CredentialStatements(StatementsBase):
    """The SQL statements on the password hashes that other providers' users were last seen with."""

    @cached_property
    def find_credential(self) -> str:
        """Parameters: ``provider``, ``user_id``."""
        return self._sql(select(c.digest, c.previous_digest).where(_OF_USER))

    @cached_property
    def keep_credential(self) -> str:
        """Parameters: the columns."""
        kept = self._insert_or(credentials)
        new = {name: kept.excluded[name] for name in ("digest", "previous_digest", "expires_at")}
        return self._sql(kept.on_conflict_do_update(index_elements=["provider", "user_id"], set_=new))

    @cached_property
    def prolong_credential(self) -> str:
        """Parameters: ``provider``, ``user_id``, ``expires_at``."""
        return self._sql(update(credentials).where(_OF_USER).values(expires_at=bindparam("expires_at")))

    @cached_property
    def renew_credential(self) -> str:
        """Parameters: ``provider``, ``user_id``, ``new``, ``others``."""
        renewed: dict[str, Any] = {"digest": bindparam("new"), "previous_digest": bindparam("others")}
        return self._sql(update(credentials).where(_OF_USER).values(renewed))

    @cached_property
    def delete_expired_credentials(self) -> str:
        """Parameters: ``now``, ``at_most``."""
        over = select(c.provider, c.user_id).where(c.expires_at <= bindparam("now"))
        which = tuple_(c.provider, c.user_id).in_(first(over, bindparam("at_most")))
        return self._sql(delete(credentials).where(which))
