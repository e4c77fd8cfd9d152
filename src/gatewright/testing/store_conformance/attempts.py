"""Promises of `gatewright.ports.AttemptStore`."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from gatewright.model import Attempt
from gatewright.ports import AttemptLimit, Store
from gatewright.testing.store_conformance.fixtures import StoreFixtures
from gatewright.testing.store_conformance.samples import MINUTE, NOW, ODD_TEXTS, TICK, Run, race

WINDOW = 30 * MINUTE
SLOW = AttemptLimit(WINDOW, on_name=2, every=MINUTE)
LIMITS = [
    AttemptLimit(WINDOW, of_client_on_name=2),
    AttemptLimit(WINDOW, of_client=2),
    AttemptLimit(WINDOW, on_name=2),
]


def an_attempt(id_: str, **facts: object) -> Attempt:
    """Return an attempt to sign in that is made now, on the name ``ann``, from one client."""
    sample = Attempt(id=id_, action="sign_in", name="ann", client="192.0.2.1", at=NOW)
    return replace(sample, **facts)  # type: ignore[arg-type]  # the caller names fields of the record


def add(store: Store, run: Run, attempt: Attempt, *, limit: AttemptLimit) -> datetime | None:
    """Add an attempt; what `blocked_until` says just before is the same."""
    foretold = run(store.blocked_until(attempt, limit=limit))
    until = run(store.add_attempt(attempt, limit=limit))
    assert foretold == until
    return until


class AttemptPromises(StoreFixtures):
    """Promises of `gatewright.ports.AttemptStore`."""

    @pytest.mark.parametrize("limit", LIMITS)
    def test_one_attempt_too_many_is_not_kept(self, store: Store, run: Run, limit: AttemptLimit) -> None:
        """As many as the limit are kept; another one may come when the first of them is a window old."""
        answers = [add(store, run, an_attempt(f"{n}", at=NOW + n * MINUTE), limit=limit) for n in range(4)]

        assert answers == [None, None, NOW + WINDOW, NOW + WINDOW]
        assert add(store, run, an_attempt("4", at=NOW + WINDOW - TICK), limit=limit) == NOW + WINDOW
        assert add(store, run, an_attempt("5", at=NOW + WINDOW), limit=limit) is None
        assert add(store, run, an_attempt("6", at=NOW + WINDOW), limit=limit) == NOW + MINUTE + WINDOW

    @pytest.mark.parametrize(
        ("limit", "other", "is_counted"),
        [
            (LIMITS[0], {"client": "192.0.2.2"}, False),
            (LIMITS[0], {"name": "bob"}, False),
            (LIMITS[0], {"client": None}, False),
            (LIMITS[1], {"client": "192.0.2.2"}, False),
            (LIMITS[1], {"name": "bob"}, True),
            (LIMITS[1], {"client": None}, False),
            (LIMITS[2], {"client": "192.0.2.2"}, True),
            (LIMITS[2], {"name": "bob"}, False),
            (LIMITS[2], {"client": None}, True),
            *[(limit, {"action": "sign_up"}, False) for limit in LIMITS],
        ],
    )
    def test_each_limit_counts_its_own(
        self, store: Store, run: Run, limit: AttemptLimit, other: dict[str, str | None], is_counted: bool
    ) -> None:
        """A client on a name, a client on whatever name, a name from wherever: each for one action."""
        for id_ in "12":
            add(store, run, an_attempt(id_), limit=limit)

        assert is_counted == (add(store, run, an_attempt("3", **other), limit=limit) is not None)

    def test_unknown_clients_are_not_one_client(self, store: Store, run: Run) -> None:
        """Where the client is not known, only the limit on the name applies."""
        limit = AttemptLimit(WINDOW, of_client_on_name=1, of_client=1, on_name=3)
        answers = [add(store, run, an_attempt(id_, client=None), limit=limit) for id_ in "1234"]

        assert answers == [None, None, None, NOW + WINDOW]

    def test_the_limit_that_lasts_longest_counts(self, store: Store, run: Run) -> None:
        """Whoever runs into several is told when the last of them lets them through."""
        limit = AttemptLimit(WINDOW, of_client_on_name=1, of_client=2)
        add(store, run, an_attempt("1"), limit=limit)
        add(store, run, an_attempt("2", name="bob", at=NOW + MINUTE), limit=limit)

        assert add(store, run, an_attempt("3", at=NOW + MINUTE), limit=limit) == NOW + WINDOW
        assert add(store, run, an_attempt("4", name="bob", at=NOW + MINUTE), limit=limit) == NOW + MINUTE + WINDOW

    def test_a_name_that_is_attacked_is_slowed_down_not_locked(self, store: Store, run: Run) -> None:
        """Over the limit one attempt is let through every so often, by whomever; those refused put nothing off."""
        for id_ in "12":
            assert add(store, run, an_attempt(id_), limit=SLOW) is None

        assert add(store, run, an_attempt("3", at=NOW + MINUTE - TICK, client="192.0.2.2"), limit=SLOW) == NOW + MINUTE
        assert add(store, run, an_attempt("4", at=NOW + MINUTE, client="192.0.2.2"), limit=SLOW) is None
        assert add(store, run, an_attempt("5", at=NOW + MINUTE), limit=SLOW) == NOW + 2 * MINUTE
        assert add(store, run, an_attempt("6", at=NOW + 2 * MINUTE), limit=SLOW) is None
        assert add(store, run, an_attempt("7", at=NOW + 2 * MINUTE + WINDOW), limit=SLOW) is None

    def test_slowness_helps_nobody_over_another_limit(self, store: Store, run: Run) -> None:
        """A client that is blocked stays blocked, whether or not the name would have room again."""
        limit = replace(SLOW, of_client_on_name=2)
        for id_ in "12":
            add(store, run, an_attempt(id_), limit=limit)

        assert add(store, run, an_attempt("3", at=NOW + MINUTE), limit=limit) == NOW + WINDOW
        assert add(store, run, an_attempt("4", at=NOW + MINUTE, client="192.0.2.2"), limit=limit) is None

    def test_no_limit_refuses_nothing(self, store: Store, run: Run) -> None:
        """Where nothing is limited, everything is kept."""
        assert [add(store, run, an_attempt(f"{n}"), limit=AttemptLimit(WINDOW)) for n in range(9)] == [None] * 9

    @pytest.mark.parametrize("limit", LIMITS)
    def test_what_a_wrong_clock_wrote_blocks_nobody(self, store: Store, run: Run, limit: AttemptLimit) -> None:
        """Attempts that are as far ahead as the window is long still count, for clocks are apart; no later ones."""
        for id_ in "12":
            add(store, run, an_attempt(id_, at=NOW + WINDOW), limit=limit)

        assert add(store, run, an_attempt("3", at=NOW - TICK), limit=limit) is None
        assert add(store, run, an_attempt("4"), limit=limit) == NOW + 2 * WINDOW

    @pytest.mark.parametrize("limit", LIMITS)
    def test_what_succeeded_counts_no_more(self, store: Store, run: Run, limit: AttemptLimit) -> None:
        """An attempt that is removed makes room for another one, and no other is forgotten."""
        for id_ in "12":
            add(store, run, an_attempt(id_), limit=limit)
        run(store.remove_attempt("2"))
        run(store.remove_attempt("unknown"))

        assert add(store, run, an_attempt("3"), limit=limit) is None
        assert add(store, run, an_attempt("4"), limit=limit) == NOW + WINDOW

    @pytest.mark.parametrize("limit", LIMITS)
    def test_a_limit_of_attempts_holds_among_many_at_once(self, store: Store, run: Run, limit: AttemptLimit) -> None:
        """Counting and keeping are one step: of many at once, exactly as many as allowed are let through."""
        answers = race(lambda racer: run(store.add_attempt(an_attempt(f"{racer}"), limit=limit)))

        assert answers.count(None) == 2

    def test_one_slot_of_a_slow_name_is_for_one(self, store: Store, run: Run) -> None:
        """Of many that wait for the moment at which one more is let through, one is."""
        for id_ in ("first", "second"):
            add(store, run, an_attempt(id_), limit=SLOW)
        late = an_attempt("late", at=NOW + MINUTE)
        answers = race(lambda racer: run(store.add_attempt(replace(late, id=f"{racer}"), limit=SLOW)))

        assert answers.count(None) == 1

    @pytest.mark.parametrize("text", ODD_TEXTS)
    def test_names_are_compared_exactly(self, store: Store, run: Run, text: str) -> None:
        """Quotes, SQL, wildcards and characters beyond ASCII are neither run nor taken for one another."""
        limit = AttemptLimit(WINDOW, on_name=1)
        names = [text, f"{text} ", text.swapcase() if text.swapcase() != text else f"{text}%", "%"]
        answers = [add(store, run, an_attempt(f"{n}", name=name), limit=limit) for n, name in enumerate(names)]

        assert answers == [None] * 4
        assert add(store, run, an_attempt("again", name=text), limit=limit) == NOW + WINDOW

    def test_old_attempts_are_deleted_in_batches(self, store: Store, run: Run) -> None:
        """At most ``at_most`` go in one call; what is from ``before`` sharp goes, what is younger stays."""
        if self.forgets_by_itself:
            pytest.skip("does not apply: they expire by themselves")
        limit = AttemptLimit(timedelta(days=1), on_name=6)
        for id_ in "12345":
            add(store, run, an_attempt(id_), limit=limit)
        add(store, run, an_attempt("6", at=NOW + TICK), limit=limit)
        deleted = [run(store.delete_expired_attempts(before=NOW, at_most=2)) for _ in range(4)]

        assert deleted == [2, 2, 1, 0]
        assert [add(store, run, an_attempt(id_, at=NOW + TICK), limit=limit) for id_ in "abcde"] == [None] * 5
        assert add(store, run, an_attempt("f", at=NOW + TICK), limit=limit) is not None
