"""Proof that a store keeps the promises of `gatewright.ports.Store`: subclass `StoreConformance` in your tests.

Example:
    A store of your own is proved by one class in one of your test files::

        class TestMyStore(StoreConformance):
            @pytest.fixture
            def store(self, tmp_path):
                store = MyStore(tmp_path / "store")
                yield store
                store.close()

            def deactivate_account(self, store, account_id):
                store.execute("UPDATE users SET is_active = false WHERE id = ?", account_id)
"""

from __future__ import annotations

from gatewright.testing.store_conformance.challenges import ChallengePromises
from gatewright.testing.store_conformance.claims import ClaimPromises
from gatewright.testing.store_conformance.sessions import SessionPromises


class StoreConformance(ChallengePromises, ClaimPromises, SessionPromises):
    """Every promise of `gatewright.ports.Store`, as tests. Each test takes a new, empty store.

    A subclass gives the fixture ``store`` and the method ``deactivate_account``. One whose store suspends says
    ``suspends = True``; one whose store forgets when it is closed says ``survives_close = False``.
    """
