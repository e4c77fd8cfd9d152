"""Promises of `gatewright.ports.ChallengeStore` up to the claim: keeping, finding, limiting, deleting."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta, timezone

import pytest

from gatewright.ports import ChallengeLimit, Store
from gatewright.testing.store_conformance.fixtures import StoreFixtures
from gatewright.testing.store_conformance.samples import (
    MINUTE,
    NOW,
    ODD_TEXTS,
    OTHER_ADDRESS,
    TICK,
    UNLIMITED,
    Run,
    a_challenge,
    keep,
    race,
    sign_in,
)


class ChallengePromises(StoreFixtures):
    """Promises of `gatewright.ports.ChallengeStore` up to the claim: keeping, finding, limiting, deleting."""

    def test_a_challenge_is_found_as_it_was_kept(self, store: Store, run: Run) -> None:
        """`add_challenge` returns the challenge and `find_challenge` finds it, equal in every field."""
        challenge = a_challenge("1")
        kept = run(store.add_challenge(challenge, client="192.0.2.1", limit=UNLIMITED))

        assert challenge == kept
        assert challenge == run(store.find_challenge(challenge.challenge_text))

    def test_a_challenge_is_found_by_exactly_its_text(self, store: Store, run: Run) -> None:
        """A text that differs in case, in spaces or by a wildcard is another text."""
        keep(store, run, replace(a_challenge("1"), challenge_text="Sign this"))

        for text in ("sign this", "Sign this ", " Sign this", "Sign", "Sign%", "%", ""):
            assert run(store.find_challenge(text)) is None

    @pytest.mark.parametrize("text", ODD_TEXTS)
    def test_a_challenge_is_kept_exactly_whatever_its_texts(self, store: Store, run: Run, text: str) -> None:
        """Quotes, SQL, wildcards, line ends and characters beyond ASCII are kept as they are."""
        challenge = replace(a_challenge(text), evrmore_address=text, challenge_text=text)
        keep(store, run, challenge, client=text)

        assert challenge == run(store.find_challenge(text))

    def test_a_long_text_is_kept_whole(self, store: Store, run: Run) -> None:
        """A challenge of the longest text that gatewright makes comes back whole."""
        challenge = replace(a_challenge("1"), challenge_text="é" * 1000)
        keep(store, run, challenge)

        assert challenge == run(store.find_challenge("é" * 1000))

    @pytest.mark.parametrize("moment", [NOW, NOW.replace(microsecond=0), NOW.astimezone(timezone(timedelta(hours=5)))])
    def test_moments_come_back_to_the_microsecond_in_utc(self, store: Store, run: Run, moment: datetime) -> None:
        """A moment is kept exactly, whatever its offset was, and comes back as aware UTC."""
        keep(store, run, replace(a_challenge("1"), created_at=moment))
        found = run(store.find_challenge(a_challenge("1").challenge_text))

        assert found is not None
        assert moment == found.created_at
        assert timedelta(0) == found.created_at.utcoffset()

    def test_an_address_over_its_limit_gets_no_challenge(self, store: Store, run: Run) -> None:
        """The challenge over the limit is refused and not kept; another address is not concerned."""
        limit = replace(UNLIMITED, per_address=2)
        kept = [run(store.add_challenge(a_challenge(id_), client=None, limit=limit)) for id_ in "123"]
        other = replace(a_challenge("4"), evrmore_address=OTHER_ADDRESS)

        assert [a_challenge("1"), a_challenge("2"), None] == kept
        assert run(store.find_challenge(a_challenge("3").challenge_text)) is None
        assert other == run(store.add_challenge(other, client=None, limit=limit))

    def test_a_client_over_its_limit_gets_no_challenge(self, store: Store, run: Run) -> None:
        """A client is counted over all addresses; another client, and one that is not known, are not concerned."""
        limit = replace(UNLIMITED, per_client=2)
        challenges = [replace(a_challenge(id_), evrmore_address=f"E{id_}") for id_ in "12345"]
        clients = ["192.0.2.1", "192.0.2.1", "192.0.2.1", "192.0.2.2", None]
        kept = [
            run(store.add_challenge(challenge, client=client, limit=limit))
            for challenge, client in zip(challenges, clients, strict=True)
        ]

        assert [*challenges[:2], None, *challenges[3:]] == kept
        assert run(store.find_challenge(challenges[2].challenge_text)) is None

    def test_unknown_clients_are_not_one_client(self, store: Store, run: Run) -> None:
        """Where the client is not known, no limit of clients applies."""
        limit = replace(UNLIMITED, per_client=1)

        for id_ in "123":
            assert run(store.add_challenge(a_challenge(id_), client=None, limit=limit)) is not None

    @pytest.mark.parametrize("limit", [replace(UNLIMITED, per_address=1), replace(UNLIMITED, per_client=1)])
    @pytest.mark.parametrize(("age", "counts"), [(MINUTE, False), (MINUTE - TICK, True)])
    def test_what_was_made_at_the_start_of_the_window_no_longer_counts(
        self, store: Store, run: Run, limit: ChallengeLimit, age: timedelta, counts: bool
    ) -> None:
        """A challenge counts if it was made after ``since``, be it by a microsecond."""
        keep(store, run, replace(a_challenge("1"), created_at=NOW - age), client="192.0.2.1")
        again = run(store.add_challenge(a_challenge("2"), client="192.0.2.1", limit=limit))

        assert counts == (again is None)

    @pytest.mark.parametrize("limit", [replace(UNLIMITED, per_address=1), replace(UNLIMITED, per_client=1)])
    @pytest.mark.parametrize(("ahead", "counts"), [(MINUTE, True), (MINUTE + TICK, False)])
    def test_what_a_wrong_clock_made_blocks_nobody(
        self, store: Store, run: Run, limit: ChallengeLimit, ahead: timedelta, counts: bool
    ) -> None:
        """A challenge that is as far ahead as the window is long still counts, for clocks are apart; no later one."""
        keep(store, run, replace(a_challenge("1"), created_at=NOW + ahead), client="192.0.2.1")
        again = run(store.add_challenge(a_challenge("2"), client="192.0.2.1", limit=limit))

        assert counts == (again is None)

    def test_spent_challenges_count_towards_the_limit(self, store: Store, run: Run) -> None:
        """Signing in does not buy more challenges."""
        sign_in(store, run, "1")

        assert run(store.add_challenge(a_challenge("2"), client=None, limit=replace(UNLIMITED, per_address=1))) is None

    def test_the_limit_holds_among_many_at_once(self, store: Store, run: Run) -> None:
        """Counting and keeping are one step: of many that ask at once, exactly as many as allowed get one."""
        limit = replace(UNLIMITED, per_address=5)
        kept = race(
            lambda racer: run(store.add_challenge(a_challenge(f"{racer}"), client="192.0.2.1", limit=limit)),
        )

        assert sum(challenge is not None for challenge in kept) == 5

    def test_expired_challenges_are_deleted_in_batches(self, store: Store, run: Run) -> None:
        """At most ``at_most`` go in one call; what expires right now goes, what lives longer stays."""
        if self.forgets_by_itself:
            pytest.skip("does not apply: they expire by themselves")
        for id_ in "12345":
            keep(store, run, replace(a_challenge(id_), expires_at=NOW))
        keep(store, run, replace(a_challenge("6"), expires_at=NOW + TICK))
        deleted = [run(store.delete_expired_challenges(now=NOW, at_most=2)) for _ in range(4)]

        assert deleted == [2, 2, 1, 0]
        assert run(store.find_challenge(a_challenge("1").challenge_text)) is None
        assert run(store.find_challenge(a_challenge("6").challenge_text)) is not None
