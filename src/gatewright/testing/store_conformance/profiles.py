"""Promises of `gatewright.ports.ProfileStore`."""

from __future__ import annotations

import pytest

from gatewright.ports import Store
from gatewright.testing.store_conformance.fixtures import StoreFixtures
from gatewright.testing.store_conformance.samples import ODD_TEXTS, Run, add_account, an_entry, record_of


class ProfilePromises(StoreFixtures):
    """Promises of `gatewright.ports.ProfileStore`."""

    def test_a_profile_is_replaced_as_a_whole(self, store: Store, run: Run) -> None:
        """There is none at first; each one takes the place of the one before, with a line of the record."""
        add_account(store, run, "a")
        add_account(store, run, "b")
        assert run(store.find_profile("a")) == run(store.find_profile("nobody")) == {}

        for profile in ({"city": "Berne", "street": ""}, {}, {"city": "Basle"}):
            run(store.save_profile("a", profile, audit=an_entry("profile_changed")))
            assert profile == run(store.find_profile("a"))
        assert run(store.find_profile("b")) == {}
        assert [entry.event for entry in record_of(store, run)][2:] == ["profile_changed"] * 3

    @pytest.mark.parametrize("text", ODD_TEXTS)
    def test_profiles_are_kept_exactly(self, store: Store, run: Run, text: str) -> None:
        """Names and values of whatever characters."""
        add_account(store, run, "a")
        profile = {text: f"{text}{text}", "": text, "x": ""}
        run(store.save_profile("a", profile, audit=an_entry()))

        assert profile == run(store.find_profile("a"))
