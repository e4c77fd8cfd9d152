"""The whole store on SQLite. Every method is one transaction, and none ever suspends."""

from __future__ import annotations

from gatewright.storage.sql.parts.account_changes import SQLAccountChanges
from gatewright.storage.sql.parts.accounts import SQLAccounts
from gatewright.storage.sql.parts.attempts import SQLAttempts
from gatewright.storage.sql.parts.audit import SQLAudit
from gatewright.storage.sql.parts.challenges import SQLChallenges
from gatewright.storage.sql.parts.credentials import SQLCredentials
from gatewright.storage.sql.parts.letters import SQLLetters
from gatewright.storage.sql.parts.links import SQLLinks
from gatewright.storage.sql.parts.profiles import SQLProfiles
from gatewright.storage.sql.parts.remembered import SQLRemembered
from gatewright.storage.sql.parts.rights import SQLRights
from gatewright.storage.sql.parts.sessions import SQLSessions


class SQLStore(
    SQLAccountChanges,
    SQLAccounts,
    SQLAttempts,
    SQLAudit,
    SQLChallenges,
    SQLCredentials,
    SQLLetters,
    SQLLinks,
    SQLProfiles,
    SQLRemembered,
    SQLRights,
    SQLSessions,
):
    """Implements `Store` in one database, which must have been migrated.

    Args:
        database: Where everything is kept.
        naive_timestamps: Whether the records that come out carry naive UTC datetimes.
    """

    def close(self) -> None:
        """Implement `Store`."""
        self._database.close()
