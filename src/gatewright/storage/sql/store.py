"""The whole store in SQL. Every method is one transaction, or one statement that reads."""

from __future__ import annotations

from gatewright.errors import StoreUnavailableError
from gatewright.offload import quick
from gatewright.storage.sql.migrate import HEAD
from gatewright.storage.sql.stores.account_changes import SQLAccountChanges
from gatewright.storage.sql.stores.accounts import SQLAccounts
from gatewright.storage.sql.stores.attempts import SQLAttempts
from gatewright.storage.sql.stores.audit import SQLAudit
from gatewright.storage.sql.stores.authenticators import SQLAuthenticators
from gatewright.storage.sql.stores.challenges import SQLChallenges
from gatewright.storage.sql.stores.credentials import SQLCredentials
from gatewright.storage.sql.stores.links import SQLLinks
from gatewright.storage.sql.stores.outbox import SQLOutbox
from gatewright.storage.sql.stores.pending_steps import SQLPendingSteps
from gatewright.storage.sql.stores.profiles import SQLProfiles
from gatewright.storage.sql.stores.remembered import SQLRemembered
from gatewright.storage.sql.stores.rights import SQLRights
from gatewright.storage.sql.stores.sessions import SQLSessions


class SQLStore(
    SQLAccountChanges,
    SQLAccounts,
    SQLAttempts,
    SQLAudit,
    SQLAuthenticators,
    SQLChallenges,
    SQLCredentials,
    SQLOutbox,
    SQLLinks,
    SQLPendingSteps,
    SQLProfiles,
    SQLRemembered,
    SQLRights,
    SQLSessions,
):
    """Implements `Store` in one database, which must have been migrated.

    Args:
        database: The database to store everything in.
        naive_timestamps: Whether records are returned with naive UTC datetimes.
    """

    @quick
    async def check(self) -> None:
        """Implement `Store`."""
        await self._database.require_writable()
        row = await self._database.fetch_one("SELECT version_num FROM alembic_version", {})
        revision = None if row is None else str(row[0])
        if revision is None or revision < HEAD:
            raise StoreUnavailableError(
                f"The database is at revision {revision or 'none'}, but this release needs {HEAD}: gatewright migrate."
            )

    def close(self) -> None:
        """Implement `Store`."""
        self._database.close()
