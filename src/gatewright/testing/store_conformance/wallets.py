"""Promises of `gatewright.ports` on wallets: one challenge links one wallet to one account, and unlinking is safe."""

from __future__ import annotations

from dataclasses import replace

import pytest

from gatewright.errors import TakenError
from gatewright.ports import Store
from gatewright.testing.store_conformance.fixtures import StoreFixtures
from gatewright.testing.store_conformance.samples import (
    ADDRESS,
    MINUTE,
    NOW,
    OTHER_ADDRESS,
    TICK,
    Run,
    a_challenge,
    add_account,
    an_entry,
    is_used,
    keep,
    living,
    open_visit,
    race,
    record_of,
    sign_in,
)


class WalletPromises(StoreFixtures):
    """Promises of `gatewright.ports` on wallets: one challenge links one wallet to one account, and back."""

    def test_a_wallet_is_linked(self, store: Store, run: Run) -> None:
        """The account is found by it, the challenge is spent, and the link is recorded."""
        account = add_account(store, run, "a")

        assert self._link(store, run, "1")
        assert replace(account, evrmore_address=ADDRESS) == run(store.find_account_by_wallet(ADDRESS))
        assert [run(store.find_account_by_wallet(text)) for text in (OTHER_ADDRESS, ADDRESS.lower(), "", "%")] == [
            None
        ] * 4
        assert is_used(store, run, "1")
        assert record_of(store, run)[-1].event == "wallet_linked"

    def test_the_first_wallet_is_the_accounts_address(self, store: Store, run: Run) -> None:
        """Wallets are listed in the order of their linking, whatever their texts; other accounts' are not."""
        for id_ in "ab":
            add_account(store, run, id_)
        assert self._link(store, run, "1", address="z", minute=1)
        assert self._link(store, run, "2", address="m", minute=2)
        assert self._link(store, run, "3", address="a", minute=3)
        assert self._link(store, run, "4", address="b", account_id="b")
        account = run(store.find_account("a"))

        assert run(store.list_wallets("a")) == ["z", "m", "a"]
        assert run(store.list_wallets("unknown")) == []
        assert account is not None
        assert account.evrmore_address == "z"

    def test_a_linked_wallet_signs_in_to_its_account(self, store: Store, run: Run) -> None:
        """No new account is made for it."""
        add_account(store, run, "a")
        self._link(store, run, "1")
        session = sign_in(store, run, "2", account_id="newcomer")

        assert session.user_id == "a"
        assert run(store.find_account("newcomer")) is None

    @pytest.mark.parametrize("why", ["unknown", "spent", "expired"])
    def test_a_challenge_that_cannot_be_spent_links_nothing(self, store: Store, run: Run, why: str) -> None:
        """False, and no line of the record."""
        add_account(store, run, "a")
        if why != "unknown":
            keep(store, run, replace(a_challenge("1"), expires_at=NOW + TICK))
        if why == "spent":
            assert self._claim(store, run, "1", address=OTHER_ADDRESS)
        before = record_of(store, run)

        assert not self._claim(store, run, "1", minute=1 if why == "expired" else 0)
        assert run(store.find_account_by_wallet(ADDRESS)) is None
        assert before == record_of(store, run)

    @pytest.mark.parametrize("owner", ["a", "b"])
    def test_a_wallet_that_is_taken_spends_nothing(self, store: Store, run: Run, owner: str) -> None:
        """Be it another account's or the account's own: the challenge stays good for signing in."""
        for id_ in "ab":
            add_account(store, run, id_)
        self._link(store, run, "1", account_id=owner)
        keep(store, run, a_challenge("2"))
        before = record_of(store, run)

        with pytest.raises(TakenError):
            self._claim(store, run, "2", account_id="a")
        assert not is_used(store, run, "2")
        assert before == record_of(store, run)
        assert run(store.list_wallets(owner)) == [ADDRESS]

    def test_one_challenge_links_one_wallet(self, store: Store, run: Run) -> None:
        """Of many that spend one challenge at once, for whatever wallet, exactly one links it."""
        add_account(store, run, "a")
        keep(store, run, a_challenge("1"))

        assert sum(race(lambda racer: self._claim(store, run, "1", address=f"E{racer}"))) == 1
        assert len(run(store.list_wallets("a"))) == 1

    def test_unlinking_ends_what_the_wallet_opened(self, store: Store, run: Run) -> None:
        """Its own sessions only; then it is nobody's, and may be linked again."""
        add_account(store, run, "a")
        for id_, address in (("1", ADDRESS), ("2", OTHER_ADDRESS)):
            self._link(store, run, id_, address=address)
            sign_in(store, run, f"sign in {id_}", account_id="a", session_id=address, address=address)
        open_visit(store, run, "by password", account_id="a")

        assert self._unlink(store, run, ADDRESS)
        assert {session.id for session in living(store, run)} == {OTHER_ADDRESS, "by password"}
        assert run(store.find_account_by_wallet(ADDRESS)) is None
        assert record_of(store, run)[-1].event == "wallet_unlinked"
        assert self._link(store, run, "3")

    def test_nobody_unlinks_anothers_wallet(self, store: Store, run: Run) -> None:
        """Nor one that is not there: False, and no line of the record."""
        for id_ in "ab":
            add_account(store, run, id_)
        self._link(store, run, "1", account_id="b")
        before = record_of(store, run)

        assert not self._unlink(store, run, ADDRESS)
        assert not self._unlink(store, run, OTHER_ADDRESS)
        assert run(store.list_wallets("b")) == [ADDRESS]
        assert before == record_of(store, run)

    @pytest.mark.parametrize(("hashed", "is_removed"), [(None, False), ("hash", True)])
    def test_the_only_way_to_sign_in_stays(self, store: Store, run: Run, hashed: str | None, is_removed: bool) -> None:
        """The last wallet of an account without a password cannot be removed; its sessions stay alive then."""
        add_account(store, run, "a", hashed=hashed)
        self._link(store, run, "1")
        sign_in(store, run, "2", account_id="a")

        assert self._unlink(store, run, ADDRESS) == is_removed
        assert (living(store, run) == []) == is_removed

    def test_a_password_without_a_name_is_no_way_to_sign_in(self, store: Store, run: Run) -> None:
        """An account that a wallet has made is found by its wallets only, whatever password it was given."""
        sign_in(store, run, "1", account_id="a")
        run(store.set_password_hash("a", "hash", keep=None, audit=an_entry("password_changed")))

        assert not self._unlink(store, run, ADDRESS)
        assert run(store.find_account_by_wallet(ADDRESS)) is not None

    def test_of_two_wallets_unlinked_at_once_one_stays(self, store: Store, run: Run) -> None:
        """Where each is the other's fallback."""
        add_account(store, run, "a", hashed=None)
        for id_, address in (("1", ADDRESS), ("2", OTHER_ADDRESS)):
            self._link(store, run, id_, address=address)

        assert sum(race(lambda racer: self._unlink(store, run, (ADDRESS, OTHER_ADDRESS)[racer % 2]))) == 1
        assert len(run(store.list_wallets("a"))) == 1

    def _link(
        self, store: Store, run: Run, id_: str, *, address: str = ADDRESS, account_id: str = "a", minute: int = 0
    ) -> bool:
        keep(store, run, replace(a_challenge(id_), evrmore_address=address))
        return self._claim(store, run, id_, address=address, account_id=account_id, minute=minute)

    def _claim(
        self, store: Store, run: Run, id_: str, *, address: str = ADDRESS, account_id: str = "a", minute: int = 0
    ) -> bool:
        linked = an_entry("wallet_linked", at=NOW + minute * MINUTE)
        return run(store.claim_challenge_for_wallet(id_, account_id=account_id, evrmore_address=address, audit=linked))

    def _unlink(self, store: Store, run: Run, address: str) -> bool:
        return run(store.remove_wallet(address, account_id="a", audit=an_entry("wallet_unlinked")))
