"""Promises of `gatewright.ports.Store` itself: it says whether it can be used, and can be used again once closed."""

from __future__ import annotations

from gatewright.ports import Store
from gatewright.testing.store_conformance.fixtures import StoreFixtures
from gatewright.testing.store_conformance.samples import Run


class CheckPromises(StoreFixtures):
    """Tests of a whole store."""

    def test_a_store_in_order_can_be_used(self, store: Store, run: Run) -> None:
        """As often as it is asked, and after it was closed, unless it forgets what it is then."""
        run(store.check())
        if self.survives_close:
            store.close()
        run(store.check())
