"""Promises of `gatewright.ports.AuthenticatorStore`: whose they are, how many, and that nothing counts twice."""

from __future__ import annotations

from dataclasses import replace
from hashlib import sha256
from typing import Any

import pytest

from gatewright.errors import TakenError
from gatewright.model import Account, AuditEntry, Authenticator, QueuedMail
from gatewright.ports import Owner, Store
from gatewright.testing.store_conformance.fixtures import StoreFixtures
from gatewright.testing.store_conformance.outbox import a_queued_mail
from gatewright.testing.store_conformance.remembered import OWNERS
from gatewright.testing.store_conformance.samples import (
    MINUTE,
    NOW,
    ODD_TEXTS,
    TICK,
    Run,
    add_account,
    an_entry,
    race,
    record_of,
)

OURS, ELSEWHERE = OWNERS[:2]
"""The account ``a``, and a user of another provider who has the same identifier there."""

LONGEST_KEY = (bytes(range(256)) * 4)[:1023]
"""As long as the identifier of a passkey may be."""


def an_authenticator(id_: str, owner: Owner = OURS, *, method: str = "passkey", **changes: Any) -> Authenticator:
    """Return an authenticator that was enrolled now, for an account of `add_account` or another provider's user."""
    made = Authenticator(
        id=id_,
        method=method,
        user_id=owner.user_id,
        username=f"name of {owner.user_id}",
        provider=owner.provider or "Ours",
        key=key_of(id_),
        name=f"name of {id_}",
        data="{}",
        counter=0,
        created_at=NOW,
    )
    return replace(made, **changes)


def key_of(id_: str) -> bytes:
    """Return what finds an authenticator of `an_authenticator`."""
    return sha256(id_.encode()).digest()


def enrol(
    store: Store,
    run: Run,
    *authenticators: Authenticator,
    owner: Owner = OURS,
    at_most: int = 10,
    replaces: bool = False,
    mail: QueuedMail | None = None,
    keep: str | None = None,
    revoked: AuditEntry | None = None,
) -> bool:
    """Keep authenticators of one user."""
    enrolled = an_entry("enrolled")
    return run(
        store.add_authenticators(
            authenticators,
            owner=owner,
            at_most=at_most,
            replaces=replaces,
            audit=enrolled,
            mail=mail,
            keep=keep,
            revoked=revoked,
        )
    )


def kept(store: Store, run: Run, owner: Owner = OURS) -> list[str]:
    """Return the identifiers of a user's authenticators."""
    return [each.id for each in run(store.list_authenticators(owner))]


def find(store: Store, run: Run, id_: str, *, method: str = "passkey") -> tuple[Authenticator, Account | None] | None:
    """Return an authenticator of `an_authenticator` as its key finds it, and its account."""
    return run(store.find_authenticator(method, key_of(id_)))


def state_of(store: Store, run: Run, id_: str) -> Authenticator:
    """Return an authenticator that is there, as it is now."""
    found = find(store, run, id_)
    assert found is not None
    return found[0]


def events(store: Store, run: Run) -> list[str]:
    """Return what the record says, but for the making of accounts."""
    return [line.event for line in record_of(store, run) if line.event != "user_created"]


class AuthenticatorPromises(StoreFixtures):
    """Promises of `gatewright.ports.AuthenticatorStore`."""

    def test_an_authenticator_is_found_by_its_method_and_key(self, store: Store, run: Run) -> None:
        """With the account that it belongs to, where that is ours; by no other method and no other key."""
        account = add_account(store, run, "a")
        ours, other = an_authenticator("1"), an_authenticator("2", ELSEWHERE)

        assert enrol(store, run, ours)
        assert enrol(store, run, other, owner=ELSEWHERE)
        assert find(store, run, "1") == (ours, account)
        assert find(store, run, "2") == (other, None)
        assert find(store, run, "3") is None
        assert find(store, run, "1", method="app") is None
        assert events(store, run) == ["enrolled"] * 2

    def test_authenticators_are_kept_exactly(self, store: Store, run: Run) -> None:
        """Whatever their texts and bytes, and however high they have counted."""
        for number, text in enumerate(ODD_TEXTS):
            key, method = LONGEST_KEY[number:], text[:16]
            changes = {"name": text, "data": text * 100, "key": key, "counter": 2**62 + number, "last_used_at": NOW}
            owner = Owner(text, text)
            odd = an_authenticator(text, owner, method=method, username=text, **changes)
            enrol(store, run, odd, owner=owner)

            assert run(store.find_authenticator(method, key)) == (odd, None)
            assert run(store.list_authenticators(owner)) == [odd]

    def test_authenticators_are_their_users(self, store: Store, run: Run) -> None:
        """One identifier of ours and of two providers is three people. Each one's are listed, oldest first."""
        add_account(store, run, "a")
        for number, owner in enumerate(OWNERS):
            young, old = (an_authenticator(f"{number} {age}", owner, created_at=NOW - age * TICK) for age in (0, 1))
            enrol(store, run, young, owner=owner)
            enrol(store, run, replace(old, method="app"), owner=owner)

        for number, owner in enumerate(OWNERS):
            assert kept(store, run, owner) == [f"{number} 1", f"{number} 0"]
        assert [kept(store, run, owner) for owner in (Owner("b"), Owner("b", "One"), Owner("a", "Two"))] == [[], [], []]

    def test_one_key_is_one_users(self, store: Store, run: Run) -> None:
        """Be the other one's of ours or not. Nothing is written then; another method's keys are others."""
        add_account(store, run, "a")
        add_account(store, run, "b")
        enrol(store, run, an_authenticator("1"))
        same = an_authenticator("2", key=key_of("1"))
        before = events(store, run)

        for owner in (OURS, ELSEWHERE, Owner("b")):
            with pytest.raises(TakenError):
                enrol(store, run, an_authenticator("3", owner), replace(same, user_id=owner.user_id), owner=owner)
            assert kept(store, run, owner) == (["1"] if owner == OURS else [])
        assert (events(store, run), find(store, run, "3")) == (before, None)
        assert enrol(store, run, replace(same, method="app"))

    def test_a_user_has_no_more_than_so_many_of_a_method(self, store: Store, run: Run) -> None:
        """All or none are kept; what there is of other methods and of others does not count."""
        add_account(store, run, "a")
        for owner in reversed(OWNERS):
            first, *more, app = (an_authenticator(f"{number} of {owner}", owner) for number in range(4))
            assert enrol(store, run, replace(app, method="app"), owner=owner, at_most=1)
            assert enrol(store, run, first, owner=owner, at_most=2)
            before = events(store, run)
            assert not enrol(store, run, *more, owner=owner, at_most=2)
            assert (len(kept(store, run, owner)), events(store, run)) == (2, before)
            assert enrol(store, run, more[0], owner=owner, at_most=2)
            assert not enrol(store, run, more[1], owner=owner, at_most=2)

    def test_new_ones_replace_those_of_their_method(self, store: Store, run: Run) -> None:
        """Of their user; they may have the same keys. Where there would be too many, the old ones stay."""
        add_account(store, run, "a")
        enrol(store, run, an_authenticator("app", method="app"))
        for owner in OWNERS:
            enrol(store, run, *(an_authenticator(f"{owner} {number}", owner) for number in range(3)), owner=owner)
        old = kept(store, run)
        new = [an_authenticator(f"new {number}", key=key_of(f"{OURS} {number}")) for number in range(3)]

        assert not enrol(store, run, *new, at_most=2, replaces=True)
        assert kept(store, run) == old
        assert enrol(store, run, *new, at_most=3, replaces=True)
        assert sorted(kept(store, run)) == ["app", "new 0", "new 1", "new 2"]
        assert [len(kept(store, run, owner)) for owner in OWNERS[1:]] == [3, 3]

    @pytest.mark.parametrize("owner", [OURS, ELSEWHERE], ids=["ours", "elsewhere"])
    def test_no_race_enrols_too_many(self, store: Store, run: Run, owner: Owner) -> None:
        """Of many at the same moment."""
        add_account(store, run, "a")

        assert (
            sum(race(lambda racer: enrol(store, run, an_authenticator(f"{racer}", owner), owner=owner, at_most=3))) == 3
        )
        assert len(kept(store, run, owner)) == events(store, run).count("enrolled") == 3

    def test_one_of_many_enrols_a_key(self, store: Store, run: Run) -> None:
        """Whoever they are."""

        def act(racer: int) -> bool:
            owner = Owner(f"{racer}", "SomeProvider")
            try:
                return enrol(store, run, an_authenticator(f"{racer}", owner, key=key_of("same")), owner=owner)
            except TakenError:
                return False

        assert race(act).count(True) == 1
        assert find(store, run, "same") is not None

    def test_an_inactive_account_enrols_nothing(self, store: Store, run: Run) -> None:
        """Nor does one that is gone. What it has enrolled is found with it, as it is."""
        add_account(store, run, "a")
        enrol(store, run, an_authenticator("1"))
        run(store.change_account("a", is_active=False, audit=an_entry("user_disabled")))

        assert not enrol(store, run, an_authenticator("2"))
        assert not enrol(store, run, an_authenticator("3", Owner("gone")), owner=Owner("gone"))
        found = find(store, run, "1")
        assert found is not None
        assert found[1] is not None
        assert not found[1].is_active
        assert kept(store, run) == ["1"]
        assert events(store, run) == ["enrolled", "user_disabled"]

    def test_a_counter_only_rises(self, store: Store, run: Run) -> None:
        """What is not higher changes nothing; what the method keeps changes only where it is given."""
        add_account(store, run, "a")
        begun, other = an_authenticator("1", data="old", counter=5), an_authenticator("2")
        enrol(store, run, begun, other)

        for counter in (5, 4, 0):
            assert not run(store.use_authenticator("1", counter=counter, now=NOW, data="new"))
        assert state_of(store, run, "1") == begun
        assert run(store.use_authenticator("1", counter=6, now=NOW + TICK))
        assert state_of(store, run, "1") == replace(begun, counter=6, last_used_at=NOW + TICK)
        assert run(store.use_authenticator("1", counter=2**62, now=NOW, data=""))
        assert state_of(store, run, "1") == replace(begun, counter=2**62, last_used_at=NOW, data="")
        assert not run(store.use_authenticator("gone", counter=9, now=NOW))
        assert state_of(store, run, "2") == other

    def test_a_counter_is_raised_by_one_of_many(self, store: Store, run: Run) -> None:
        """Who bring the same number."""
        add_account(store, run, "a")
        enrol(store, run, an_authenticator("1"))

        assert race(lambda _: run(store.use_authenticator("1", counter=1, now=NOW))).count(True) == 1

    def test_an_authenticator_without_a_counter_is_touched(self, store: Store, run: Run) -> None:
        """As often as it is used. Nothing else changes but what the method keeps, where it is given."""
        add_account(store, run, "a")
        begun = an_authenticator("1", counter=7)
        enrol(store, run, begun, an_authenticator("2"))

        for now in (NOW + MINUTE, NOW):
            assert run(store.touch_authenticator("1", now=now))
            assert state_of(store, run, "1") == replace(begun, last_used_at=now)
        assert run(store.touch_authenticator("1", now=NOW, data="new"))
        assert state_of(store, run, "1") == replace(begun, last_used_at=NOW, data="new")
        assert not run(store.touch_authenticator("gone", now=NOW))
        assert state_of(store, run, "2").last_used_at is None

    def test_an_authenticator_is_spent_by_one_of_many(self, store: Store, run: Run) -> None:
        """With one line of the record and one mail; the others stay."""
        add_account(store, run, "a")
        enrol(store, run, an_authenticator("1"), an_authenticator("2"), an_authenticator("3"))

        def act(racer: int) -> bool:
            mail = replace(a_queued_mail(f"{racer}"), kind="code_used")
            return run(store.spend_authenticator("1", audit=an_entry("code_used"), mail=mail))

        assert race(act).count(True) == 1
        assert (kept(store, run), find(store, run, "1")) == (["2", "3"], None)
        assert events(store, run) == ["enrolled", "code_used"]
        assert [mail.kind for mail in run(store.list_queued_mails())] == ["code_used"]
        assert run(store.spend_authenticator("2", audit=None, mail=None))
        assert (kept(store, run), len(events(store, run))) == (["3"], 2)

    def test_an_authenticator_is_renamed_by_its_user(self, store: Store, run: Run) -> None:
        """By nobody else, whose identifier may be the same."""
        add_account(store, run, "a")
        for number, owner in enumerate(OWNERS):
            enrol(store, run, an_authenticator(f"{number}", owner), owner=owner)

        for number, owner in enumerate(OWNERS):
            told = [run(store.rename_authenticator(f"{which}", f"of {owner}", owner=owner)) for which in range(3)]
            assert told == [which == number for which in range(3)]
            assert state_of(store, run, f"{number}").name == f"of {owner}"
        assert not run(store.rename_authenticator("gone", "new", owner=OURS))

    def test_another_providers_user_is_loaded_by_a_new_name(self, store: Store, run: Run) -> None:
        """By what they have enrolled, and nobody else, whose identifier or provider may be the same."""
        add_account(store, run, "a")
        for number, owner in enumerate((ELSEWHERE, Owner("b", ELSEWHERE.provider), OWNERS[2])):
            enrol(store, run, an_authenticator(f"{number}", owner), owner=owner)
        enrol(store, run, replace(an_authenticator("3", OURS), provider=str(ELSEWHERE.provider)), owner=OURS)
        others = [state_of(store, run, f"{number}").username for number in (1, 2, 3)]
        run(store.note_username(ELSEWHERE, "renamed"))

        assert state_of(store, run, "0").username == "renamed"
        assert [state_of(store, run, f"{number}").username for number in (1, 2, 3)] == others
