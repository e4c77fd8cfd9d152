"""Promises of `gatewright.ports.RememberStore`."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from gatewright.model import Remembered, Session
from gatewright.ports import Owner, Recollection, Store
from gatewright.testing.store_conformance.fixtures import StoreFixtures
from gatewright.testing.store_conformance.samples import (
    MINUTE,
    NOW,
    ODD_TEXTS,
    TICK,
    Run,
    add_account,
    an_entry,
    digest_of,
    living,
    open_visit,
    race,
    record_of,
)

GRACE = timedelta(seconds=30)
OWNERS = [Owner("a"), Owner("a", "One"), Owner("a", "Other")]
"""Three people whom an identifier alone would not tell apart."""


def a_series(id_: str, owner: Owner = OWNERS[1]) -> Remembered:
    """Return a series that begins now, for two weeks."""
    return Remembered(
        id=id_,
        user_id=owner.user_id,
        username=f"name of {owner.user_id}",
        provider=owner.provider or "Ours",
        created_at=NOW,
        expires_at=NOW + timedelta(days=15),
        rotated_at=NOW,
    )


def add_series(store: Store, run: Run, id_: str, owner: Owner = OWNERS[1]) -> Remembered:
    """Keep a series of `a_series`; its first token's digest is `digest_of` its identifier."""
    series = a_series(id_, owner)
    account_id = None if owner.provider else owner.user_id
    run(store.add_remembered(series, account_id=account_id, digest=digest_of(id_)))
    return series


def use(
    store: Store, run: Run, id_: str, token: str, *, new: str = "new", now: datetime = NOW
) -> tuple[Recollection, Remembered | None]:
    """Use a token of a series."""
    return run(
        store.rotate_remembered(
            id_,
            digest=digest_of(token),
            new_digest=digest_of(new),
            now=now,
            grace_since=now - GRACE,
            audit=an_entry("theft", at=now),
        )
    )


class RememberedPromises(StoreFixtures):
    """Promises of `gatewright.ports.RememberStore`."""

    def test_a_token_is_good_once_and_the_next_one_is_good_then(self, store: Store, run: Run) -> None:
        """Each use replaces the token; the series stays the same, and says when that was."""
        series = add_series(store, run, "s")
        later = [NOW + day * timedelta(days=1) for day in (1, 2, 3)]
        uses = [
            use(store, run, "s", token, new=new, now=now)
            for token, new, now in zip(["s", "second", "third"], ["second", "third", "fourth"], later, strict=True)
        ]

        assert uses == [(Recollection.CURRENT, replace(series, rotated_at=now)) for now in later]
        assert record_of(store, run) == []

    @pytest.mark.parametrize("text", ODD_TEXTS)
    def test_a_series_is_kept_exactly_whatever_its_texts(self, store: Store, run: Run, text: str) -> None:
        """Quotes, SQL, wildcards and characters beyond ASCII are kept as they are, and found by them."""
        series = replace(a_series(text, Owner(text, text)), username=text, proven_by=text)
        run(store.add_remembered(series, account_id=None, digest=digest_of(text)))

        assert use(store, run, text, text) == (Recollection.CURRENT, series)

    def test_the_token_before_is_let_through_for_a_moment(self, store: Store, run: Run) -> None:
        """A browser sends several requests at once. It replaces nothing: the new token stays the one that is good."""
        add_series(store, run, "s")
        series = use(store, run, "s", "s", new="second")[1]
        in_time = NOW + GRACE - TICK

        for _ in range(2):
            assert use(store, run, "s", "s", new="unused", now=in_time) == (Recollection.JUST_ROTATED, series)
        assert use(store, run, "s", "second", now=in_time)[0] is Recollection.CURRENT

    def test_the_token_before_is_answered_anew_after_that(self, store: Store, run: Run) -> None:
        """From ``grace_since`` sharp, as often as the answer is lost, until the token that was last issued is used."""
        series = add_series(store, run, "s")
        use(store, run, "s", "s", new="lost 0")
        for time in (1, 2, 3):
            now = NOW + time * GRACE
            reissued = use(store, run, "s", "s", new=f"lost {time}", now=now)
            assert reissued == (Recollection.REISSUED, replace(series, rotated_at=now))
            assert use(store, run, "s", "s", new="unused", now=now)[0] is Recollection.JUST_ROTATED

        assert use(store, run, "s", "lost 3", new="arrived", now=now)[0] is Recollection.CURRENT
        assert record_of(store, run) == []
        assert use(store, run, "s", "s", now=now)[0] is Recollection.STOLEN

    def test_a_token_of_a_wrong_clock_is_answered_anew(self, store: Store, run: Run) -> None:
        """Where the current one is from the future, nobody can tell how long it has been on its way."""
        add_series(store, run, "s")
        use(store, run, "s", "s", now=NOW + 3 * MINUTE)

        assert use(store, run, "s", "s", new="late", now=NOW + 2 * MINUTE)[0] is Recollection.JUST_ROTATED
        assert use(store, run, "s", "s", new="newer", now=NOW + MINUTE)[0] is Recollection.REISSUED
        assert use(store, run, "s", "newer", new="newest", now=NOW + MINUTE)[0] is Recollection.CURRENT

    def test_a_token_whose_place_was_taken_is_a_theft(self, store: Store, run: Run) -> None:
        """It did arrive with somebody, and the token before it was used by somebody else."""
        add_series(store, run, "s")
        use(store, run, "s", "s", new="second")
        use(store, run, "s", "s", new="third", now=NOW + GRACE)

        assert use(store, run, "s", "second", now=NOW + GRACE)[0] is Recollection.STOLEN
        assert use(store, run, "s", "third") == (Recollection.UNKNOWN, None)

    @pytest.mark.parametrize("token", ["s", "never issued"])
    def test_no_other_token_is_let_through(self, store: Store, run: Run, token: str) -> None:
        """One from before the one before, or one that was never issued, is a theft at once."""
        add_series(store, run, "s")
        use(store, run, "s", "s", new="second")
        use(store, run, "s", "second", new="third")

        assert use(store, run, "s", token)[0] is Recollection.STOLEN
        assert use(store, run, "s", "third") == (Recollection.UNKNOWN, None)

    def test_a_new_series_has_no_token_before(self, store: Store, run: Run) -> None:
        """Whatever comes but its first token is a theft."""
        add_series(store, run, "s")

        assert use(store, run, "s", "")[0] is Recollection.STOLEN

    @pytest.mark.parametrize("owner", OWNERS)
    def test_a_theft_ends_all_that_remembers_the_user(self, store: Store, run: Run, owner: Owner) -> None:
        """Every series and every session that came of remembering; nobody else's, and none that was proven."""
        add_account(store, run, "a")
        for someone in OWNERS:
            for id_ in ("1", "2"):
                add_series(store, run, f"{someone} {id_}", someone)
                self._open(store, run, f"{someone} {id_}", someone, is_proven=False)
            self._open(store, run, f"{someone} proven", someone, is_proven=True)
        lines = record_of(store, run)
        recollection, series = use(store, run, f"{owner} 1", "stolen")

        assert (recollection, series) == (Recollection.STOLEN, a_series(f"{owner} 1", owner))
        for someone in OWNERS:
            expected = Recollection.UNKNOWN if someone is owner else Recollection.CURRENT
            assert [use(store, run, f"{someone} {id_}", f"{someone} {id_}")[0] for id_ in "12"] == [expected] * 2
        alive = {session.id for session in living(store, run)}
        assert alive == {
            f"{someone} {id_}" for someone in OWNERS for id_ in ("1", "2", "proven") if someone is not owner
        } | {f"{owner} proven"}
        provider = a_series("any", owner).provider
        theft = replace(an_entry("theft"), user_id="a", username="name of a", provider=provider)
        assert [*lines, theft] == record_of(store, run)

    @pytest.mark.parametrize(("age", "is_known"), [(TICK, True), (timedelta(0), False), (-MINUTE, False)])
    def test_an_expired_series_is_unknown(self, store: Store, run: Run, age: timedelta, is_known: bool) -> None:
        """From the very moment, however often it was used, and it accuses nobody of theft."""
        series = add_series(store, run, "s")
        use(store, run, "s", "s", new="second", now=series.expires_at - MINUTE)
        used = [use(store, run, "s", token, now=series.expires_at - age)[0] for token in ("second", "wrong")]

        assert used == ([Recollection.CURRENT, Recollection.STOLEN] if is_known else [Recollection.UNKNOWN] * 2)

    def test_a_token_is_replaced_by_one(self, store: Store, run: Run) -> None:
        """Of many that use it at once one replaces it; the others are let through, and the replacement is good."""
        add_series(store, run, "s")
        used = race(lambda racer: use(store, run, "s", "s", new=f"of {racer}")[0])
        (winner,) = (racer for racer, recollection in enumerate(used) if recollection is Recollection.CURRENT)

        assert used.count(Recollection.JUST_ROTATED) == len(used) - 1
        assert use(store, run, "s", f"of {winner}")[0] is Recollection.CURRENT

    def test_a_lost_token_is_replaced_by_one(self, store: Store, run: Run) -> None:
        """Of many that use the token before at once one gets a new token; the others are let through."""
        add_series(store, run, "s")
        use(store, run, "s", "s", new="lost")
        now = NOW + GRACE
        used = race(lambda racer: use(store, run, "s", "s", new=f"of {racer}", now=now)[0])
        (winner,) = (racer for racer, recollection in enumerate(used) if recollection is Recollection.REISSUED)

        assert used.count(Recollection.JUST_ROTATED) == len(used) - 1
        assert use(store, run, "s", f"of {winner}", now=now)[0] is Recollection.CURRENT

    def test_a_token_and_the_one_before_at_once_are_a_theft(self, store: Store, run: Run) -> None:
        """Whichever comes first, the other one gives it away, and the series has ended."""
        add_series(store, run, "s")
        use(store, run, "s", "s", new="second")
        used = race(lambda racer: use(store, run, "s", ("s", "second")[racer % 2], new=f"{racer}", now=NOW + GRACE)[0])

        assert used.count(Recollection.STOLEN) == 1
        assert run(store.find_remembered("s", now=NOW)) is None

    def test_a_series_that_is_removed_is_unknown(self, store: Store, run: Run) -> None:
        """The user's others stay."""
        for id_ in ("s", "other"):
            add_series(store, run, id_)
        for id_ in ("s", "s", "unknown"):
            run(store.remove_remembered(id_))

        assert use(store, run, "s", "s") == (Recollection.UNKNOWN, None)
        assert use(store, run, "other", "other")[0] is Recollection.CURRENT

    @pytest.mark.parametrize(
        "act",
        [
            lambda store: store.set_password_hash("a", "new", keep="this", mail=None, audit=an_entry()),
            lambda store: store.change_account("a", is_active=False, audit=an_entry()),
            lambda store: store.end_sessions_of(OWNERS[0], keep="this"),
            lambda store: store.end_session(f"of {OWNERS[0]}", forget_browsers=True),
        ],
        ids=["password", "deactivation", "all sessions", "a revoked session"],
    )
    def test_what_shuts_an_account_out_forgets_its_browsers(
        self, store: Store, run: Run, act: Callable[[Store], Coroutine[Any, Any, object]]
    ) -> None:
        """A new password, a deactivation, and the end of its sessions from elsewhere. Nobody else's are forgotten."""
        self._add_one_each(store, run)
        run(act(store))

        assert self._remembered(store, run) == OWNERS[1:]

    @pytest.mark.parametrize("owner", OWNERS[1:])
    def test_what_shuts_another_providers_user_out_forgets_theirs(self, store: Store, run: Run, owner: Owner) -> None:
        """An account of the same identifier, and another provider's user, stay remembered."""
        self._add_one_each(store, run)
        run(store.end_sessions_of(owner))

        assert self._remembered(store, run) == [other for other in OWNERS if other is not owner]

    @pytest.mark.parametrize("owner", OWNERS)
    def test_a_session_that_ends_by_itself_forgets_no_browser(self, store: Store, run: Run, owner: Owner) -> None:
        """Signing out in one browser, or with a token, is not signing out in the others."""
        self._add_one_each(store, run)
        run(store.end_session(f"of {owner}"))
        run(store.end_visit(digest_of(f"of {OWNERS[0]}"), audit=an_entry()))
        run(store.end_session("unknown", forget_browsers=True))

        assert self._remembered(store, run) == OWNERS

    def test_verifying_an_account_forgets_no_browser(self, store: Store, run: Run) -> None:
        """Only what makes a session unsafe ends what opens one; a renewed hash of the same password does not."""
        add_account(store, run, "a", hashed="old")
        add_series(store, run, "s", Owner("a"))
        run(store.change_account("a", is_verified=True, audit=an_entry()))
        run(store.renew_password_hash("a", old_hash="old", new_hash="new"))

        assert use(store, run, "s", "s")[0] is Recollection.CURRENT

    def test_expired_series_are_deleted_in_batches(self, store: Store, run: Run) -> None:
        """At most ``at_most`` go in one call; what expires right now goes, what lives longer stays."""
        for id_ in "12345":
            add_series(store, run, id_)
        expires_at = a_series("1").expires_at
        longer = replace(a_series("6"), expires_at=expires_at + TICK)
        run(store.add_remembered(longer, account_id=None, digest=digest_of("6")))
        deleted = [run(store.delete_expired_remembered(now=expires_at, at_most=2)) for _ in range(4)]

        assert deleted == [2, 2, 1, 0]
        assert use(store, run, "1", "1") == (Recollection.UNKNOWN, None)
        assert use(store, run, "6", "6") == (Recollection.CURRENT, longer)

    def _add_one_each(self, store: Store, run: Run) -> None:
        """Keep a series and a session of each of `OWNERS`."""
        add_account(store, run, "a")
        for owner in OWNERS:
            add_series(store, run, f"of {owner}", owner)
            self._open(store, run, f"of {owner}", owner, is_proven=True)

    def _remembered(self, store: Store, run: Run) -> list[Owner]:
        """Return who of `OWNERS` is still remembered."""
        return [owner for owner in OWNERS if run(store.find_remembered(f"of {owner}", now=NOW)) is not None]

    def _open(self, store: Store, run: Run, id_: str, owner: Owner, *, is_proven: bool) -> Session:
        account_id = None if owner.provider else owner.user_id
        return open_visit(
            store,
            run,
            id_,
            user_id=owner.user_id,
            provider=owner.provider or "Ours",
            account_id=account_id,
            is_fully_authenticated=is_proven,
        )
