"""Promises on what becomes of authenticators: removed, told, known by another name, gone with their account."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

import pytest

from gatewright.model import Authenticator, QueuedMail
from gatewright.ports import Owner, Store
from gatewright.testing.store_conformance.authenticators import ELSEWHERE, OURS, an_authenticator, enrol, events, kept
from gatewright.testing.store_conformance.fixtures import StoreFixtures
from gatewright.testing.store_conformance.outbox import a_queued_mail
from gatewright.testing.store_conformance.remembered import OWNERS, add_series
from gatewright.testing.store_conformance.samples import (
    MINUTE,
    NOW,
    RACERS,
    TICK,
    Run,
    add_account,
    an_entry,
    living,
    open_visit,
    race,
)


def remove(
    store: Store,
    run: Run,
    owner: Owner = OURS,
    *,
    method: str | None = None,
    id_: str | None = None,
    until: datetime | None = None,
    mail: QueuedMail | None = None,
) -> list[str]:
    """Remove authenticators of a user, and return the identifiers of those that were."""
    removal = store.remove_authenticators(
        owner, method=method, authenticator_id=id_, until=until, audit=an_entry("removed"), mail=mail
    )
    return sorted(each.id for each in run(removal))


class AuthenticatorEndPromises(StoreFixtures):
    """Promises on what becomes of authenticators: removed, told, known by another name, gone with their account."""

    @pytest.mark.parametrize("owner", [OURS, ELSEWHERE], ids=["ours", "elsewhere"])
    def test_authenticators_are_removed_by_their_user(self, store: Store, run: Run, owner: Owner) -> None:
        """One, those of one method, or all; they are handed over, recorded once, and their owner is told."""
        self._enrol_all(store, run)
        others = [other for other in OWNERS if other != owner]

        assert remove(store, run, owner, id_="0 app of nobody") == remove(store, run, owner, method="code") == []
        assert events(store, run).count("removed") == 0
        mine = kept(store, run, owner)
        one = next(id_ for id_ in mine if "passkey 0" in id_)
        assert remove(store, run, owner, method="app", id_=one) == []
        assert remove(store, run, owner, id_=one, mail=a_queued_mail("1")) == [one]
        assert remove(store, run, owner, method="app") == [id_ for id_ in mine if "app" in id_]
        assert remove(store, run, owner) == [id_ for id_ in mine if "passkey 1" in id_]
        assert kept(store, run, owner) == remove(store, run, owner, mail=a_queued_mail("2")) == []
        assert events(store, run).count("removed") == 3
        assert run(store.list_queued_mails()) == [a_queued_mail("1")]
        assert [len(kept(store, run, other)) for other in others] == [3, 3]

    @pytest.mark.parametrize("owner", [OURS, ELSEWHERE], ids=["ours", "elsewhere"])
    def test_what_was_enrolled_later_stays(self, store: Store, run: Run, owner: Owner) -> None:
        """Where a removal is of what there was at a moment, that included."""
        self._enrol_all(store, run)
        apps = [id_ for id_ in kept(store, run, owner) if "app" in id_]

        assert remove(store, run, owner, until=NOW - 2 * TICK) == []
        assert remove(store, run, owner, until=NOW - TICK) == apps
        assert len(kept(store, run, owner)) == 2

    def test_anothers_authenticator_is_not_removed(self, store: Store, run: Run) -> None:
        """Nor recorded."""
        self._enrol_all(store, run)

        assert remove(store, run, ELSEWHERE, id_=kept(store, run)[0]) == []
        assert len(kept(store, run)) == 3
        assert "removed" not in events(store, run)

    def test_authenticators_are_removed_by_one_of_many(self, store: Store, run: Run) -> None:
        """The others find nothing, and record nothing."""
        self._enrol_all(store, run)
        removed = race(lambda _: remove(store, run))

        assert sorted(map(len, removed)) == [0] * (RACERS - 1) + [3]
        assert events(store, run).count("removed") == 1

    def test_authenticators_go_with_their_account(self, store: Store, run: Run) -> None:
        """Others' stay, and nothing can be enrolled for it any more."""
        self._enrol_all(store, run)
        run(store.delete_account("a", attempts=[], mail=None, audit=an_entry("user_deleted")))

        assert [len(kept(store, run, owner)) for owner in OWNERS] == [0, 3, 3]
        assert not enrol(store, run, an_authenticator("late"))

    def test_authenticators_stay_where_a_password_changes(self, store: Store, run: Run) -> None:
        """Whoever can read somebody's mails, or knows their password, has not their second factor."""
        self._enrol_all(store, run)
        run(store.set_password_hash("a", "new", keep=None, audit=an_entry("password_changed")))

        assert len(kept(store, run)) == 3

    def test_authenticators_go_on_under_a_new_name(self, store: Store, run: Run) -> None:
        """Those that were known by the old one, and of this account alone."""
        self._enrol_all(store, run)
        enrol(store, run, an_authenticator("wallet's", username="EAddress"))
        run(store.change_username("a", "anna", audit=an_entry("username_changed")))
        names: dict[str, list[str]] = {}
        for owner in OWNERS:
            names[str(owner)] = sorted({each.username for each in run(store.list_authenticators(owner))})

        assert list(names.values()) == [["EAddress", "anna"], ["name of a"], ["name of a"]]

    @pytest.mark.parametrize("owner", [OURS, ELSEWHERE], ids=["ours", "elsewhere"])
    def test_an_enrolment_may_end_other_sessions(self, store: Store, run: Run, owner: Owner) -> None:
        """Those of its user but one, and their remembered browsers; recorded where there were any."""
        add_account(store, run, "a")
        for number, each in enumerate(OWNERS):
            for name in ("this", "that"):
                account_id, provider = (None, each.provider) if each.provider else ("a", "Ours")
                open_visit(store, run, f"{number} {name}", user_id="a", provider=provider, account_id=account_id)
            add_series(store, run, f"{number}", each)
        mine = OWNERS.index(owner)
        assert enrol(store, run, an_authenticator("ends none", owner), owner=owner)
        assert len(living(store, run)) == 6
        late = an_authenticator("too many", owner)
        assert not enrol(store, run, late, owner=owner, at_most=1, keep=f"{mine} this", revoked=an_entry("revoked"))
        assert len(living(store, run)) == 6
        for number in range(2):
            ending = an_authenticator(f"ends {number}", owner)
            assert enrol(store, run, ending, owner=owner, keep=f"{mine} this", revoked=an_entry("revoked"))

        alive = {session.id for session in living(store, run)}
        assert len(alive) == 5
        assert {id_ for id_ in alive if id_.startswith(f"{mine}")} == {f"{mine} this"}
        found = [run(store.find_remembered(f"{number}", now=NOW)) is not None for number in range(3)]
        assert found == [number != mine for number in range(3)]
        assert events(store, run).count("revoked") == 1

    def test_everybodys_authenticators_are_read_in_batches(self, store: Store, run: Run) -> None:
        """Each once, with whose it is."""
        self._enrol_all(store, run)
        seen: list[tuple[Authenticator, Owner]] = []
        for _ in range(6):
            batch = run(store.list_all_authenticators(after=seen[-1][0].id if seen else "", at_most=2))
            assert len(batch) <= 2
            seen += batch

        assert len(seen) == 9
        for owner in OWNERS:
            mine = [each for each, whose in seen if whose == owner]
            assert sorted(mine, key=lambda each: each.id) == sorted(
                run(store.list_authenticators(owner)), key=lambda each: each.id
            )

    def test_what_a_method_keeps_is_replaced_if_it_is_what_it_was(self, store: Store, run: Run) -> None:
        """By one of many; nothing else changes."""
        self._enrol_all(store, run)
        one, *_ = run(store.list_authenticators(OURS))
        others = [run(store.list_authenticators(owner)) for owner in OWNERS[1:]]

        def replace_data(_: int) -> bool:
            return run(store.replace_authenticator_data(one.id, old="{}", new='{"new": 1}'))

        assert race(replace_data).count(True) == 1
        assert not run(store.replace_authenticator_data("nobody's", old="{}", new="x"))
        changed, *_ = run(store.list_authenticators(OURS))
        assert changed == replace(one, data='{"new": 1}')
        assert [run(store.list_authenticators(owner)) for owner in OWNERS[1:]] == others

    def test_what_is_told_of_an_authenticator_proves_nothing(self, store: Store, run: Run) -> None:
        """Its method, its name and when it was used; oldest first, and nobody else's."""
        self._enrol_all(store, run)
        (used, *_) = kept(store, run)
        run(store.touch_authenticator(used, now=NOW + MINUTE))
        data = run(store.export_account("a", audit=an_entry("user_exported")))

        assert data is not None
        told = [(each.method, each.name, each.created_at, each.last_used_at) for each in data.authenticators]
        assert told == [
            (each.method, each.name, each.created_at, NOW + MINUTE if each.id == used else None)
            for each in run(store.list_authenticators(OURS))
        ]
        assert {name for each in data.authenticators for name in each.__slots__} == {
            *("method", "name", "created_at", "last_used_at")
        }

    def _enrol_all(self, store: Store, run: Run) -> None:
        """Enrol an authenticator app and two passkeys for each of `OWNERS`."""
        add_account(store, run, "a")
        for number, owner in enumerate(OWNERS):
            app = an_authenticator(f"{number} app", owner, method="app", created_at=NOW - TICK)
            passkeys = [an_authenticator(f"{number} passkey {which}", owner) for which in range(2)]
            assert enrol(store, run, app, owner=owner)
            assert enrol(store, run, *passkeys, owner=owner)
