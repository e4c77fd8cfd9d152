"""Proof that a store keeps the promises of `gatewright.ports.Store`: subclass `StoreConformance` in your tests.

Example:
    A store of your own is proved by one class in one of your test files::

        class TestMyStore(StoreConformance):
            @pytest.fixture
            def store(self, tmp_path):
                store = MyStore(tmp_path / "store")
                yield store
                store.close()
"""

from __future__ import annotations

from gatewright.testing.store_conformance.account_changes import AccountChangePromises
from gatewright.testing.store_conformance.account_ends import AccountEndPromises
from gatewright.testing.store_conformance.accounts import AccountPromises
from gatewright.testing.store_conformance.attempts import AttemptPromises
from gatewright.testing.store_conformance.audit import AuditPromises
from gatewright.testing.store_conformance.authenticator_ends import AuthenticatorEndPromises
from gatewright.testing.store_conformance.authenticators import AuthenticatorPromises
from gatewright.testing.store_conformance.challenges import ChallengePromises
from gatewright.testing.store_conformance.checks import CheckPromises
from gatewright.testing.store_conformance.claims import ClaimPromises
from gatewright.testing.store_conformance.credentials import CredentialPromises
from gatewright.testing.store_conformance.links import LinkPromises
from gatewright.testing.store_conformance.outbox import OutboxPromises
from gatewright.testing.store_conformance.pending_steps import PendingStepPromises
from gatewright.testing.store_conformance.profiles import ProfilePromises
from gatewright.testing.store_conformance.remembered import RememberedPromises
from gatewright.testing.store_conformance.rights import RightsPromises
from gatewright.testing.store_conformance.sessions import SessionPromises
from gatewright.testing.store_conformance.sign_ups import SignUpPromises
from gatewright.testing.store_conformance.visits import VisitPromises
from gatewright.testing.store_conformance.wallets import WalletPromises


class StoreConformance(
    AccountChangePromises,
    AccountEndPromises,
    AccountPromises,
    AttemptPromises,
    AuditPromises,
    AuthenticatorEndPromises,
    AuthenticatorPromises,
    ChallengePromises,
    CheckPromises,
    ClaimPromises,
    CredentialPromises,
    OutboxPromises,
    LinkPromises,
    PendingStepPromises,
    ProfilePromises,
    RememberedPromises,
    RightsPromises,
    SessionPromises,
    SignUpPromises,
    VisitPromises,
    WalletPromises,
):
    """Every promise of `gatewright.ports.Store`, as tests. Each test takes a new, empty store.

    A subclass gives the fixture ``store``. One whose store suspends says ``suspends = True``; one whose store forgets
    when it is closed says ``survives_close = False``; one whose challenges and attempts vanish when their time has
    passed says ``forgets_by_itself = True``.
    """
