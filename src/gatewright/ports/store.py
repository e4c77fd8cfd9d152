"""All that is kept."""

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
    """All that gatewright keeps."""

    async def check(self) -> None:
        """Make sure that the store can be reached and written, and has the tables of this release, or of a newer one.

        One that is full passes for one that can be written: to find out, it would have to be written.

        A newer one is good enough while releases are rolled out: the processes of the old one go on meanwhile.

        Raises:
            StoreUnavailableError: If it cannot be reached, can only be read, or has not been migrated.
        """
        ...

    def close(self) -> None:
        """Close every connection. The store opens new ones when it is used again."""
        ...
