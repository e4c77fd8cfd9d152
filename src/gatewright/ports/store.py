"""The whole store."""

from __future__ import annotations

from typing import Protocol

from gatewright.ports.account_changes import AccountChangeStore
from gatewright.ports.accounts import AccountStore
from gatewright.ports.attempts import AttemptStore
from gatewright.ports.audit import AuditStore
from gatewright.ports.authenticators import AuthenticatorStore
from gatewright.ports.challenges import ChallengeStore
from gatewright.ports.credentials import CredentialStore
from gatewright.ports.links import LinkStore
from gatewright.ports.outbox import OutboxStore
from gatewright.ports.pending_steps import PendingStepStore
from gatewright.ports.profiles import ProfileStore
from gatewright.ports.remembered import RememberStore
from gatewright.ports.rights import RightsStore
from gatewright.ports.sessions import SessionStore


class Store(
    ChallengeStore,
    CredentialStore,
    SessionStore,
    AccountStore,
    AccountChangeStore,
    RightsStore,
    AuditStore,
    AuthenticatorStore,
    PendingStepStore,
    AttemptStore,
    RememberStore,
    LinkStore,
    OutboxStore,
    ProfileStore,
    Protocol,
):
    """Everything that gatewright stores."""

    async def check(self) -> None:
        """Check that the store is reachable and writable, and has the tables of this release or a newer one.

        A full store counts as writable: only writing would tell.

        Newer tables are accepted because processes of the old release keep running during a rollout.

        Raises:
            StoreUnavailableError: If it is unreachable, read-only or not migrated.
        """
        ...

    def close(self) -> None:
        """Close every connection. The store opens new ones when it is used again."""
        ...
