"""Promises of `ChallengeStore.claim_challenge`: one challenge becomes one session, all or nothing."""

from __future__ import annotations

from dataclasses import replace

import pytest

from gatewright.ports import Store, VisitSecrets
from gatewright.testing.store_conformance.fixtures import StoreFixtures
from gatewright.testing.store_conformance.samples import (
    MINUTE,
    NOW,
    ODD_TEXTS,
    OTHER_ADDRESS,
    RACERS,
    TICK,
    Run,
    a_challenge,
    a_session,
    an_account,
    an_entry,
    claim,
    digest_of,
    find_visit,
    is_used,
    keep,
    living,
    open_visit,
    race,
    sign_in,
)


class ClaimPromises(StoreFixtures):
    """Promises of `ChallengeStore.claim_challenge`: one challenge becomes one session, all or nothing."""

    def test_the_first_sign_in_makes_the_account(self, store: Store, run: Run) -> None:
        """The newcomer becomes the account, signed in just now, with the session; the challenge is spent."""
        keep(store, run, a_challenge("1"))
        claimed = claim(store, run, "1", newcomer=an_account("a"), session=a_session("s", user_id="a"))

        assert (an_account("a"), a_session("s", user_id="a")) == claimed
        assert an_account("a") == run(store.find_account("a"))
        assert [a_session("s", user_id="a")] == living(store, run)
        assert is_used(store, run, "1")

    def test_the_next_sign_in_finds_the_account(self, store: Store, run: Run) -> None:
        """The address keeps its account: only ``last_login`` moves on, and the session is given to the account."""
        sign_in(store, run, "1", account_id="a")
        keep(store, run, a_challenge("2"))
        later = NOW + MINUTE
        newcomer = replace(an_account("b"), created_at=later)
        claimed = claim(store, run, "2", newcomer=newcomer, session=a_session("s", user_id="b"), now=later)

        account = replace(an_account("a"), last_login=later)
        assert (account, a_session("s", user_id="a")) == claimed
        assert account == run(store.find_account("a"))
        assert run(store.find_account("b")) is None

    @pytest.mark.parametrize("text", ODD_TEXTS)
    def test_accounts_and_sessions_are_kept_exactly_whatever_their_texts(
        self, store: Store, run: Run, text: str
    ) -> None:
        """Quotes, SQL, wildcards, line ends and characters beyond ASCII are kept as they are, and found by them."""
        newcomer = replace(an_account(text), username=text, email=text, evrmore_address=text)
        session = replace(
            a_session(text, user_id=text),
            evrmore_address=text,
            provider=text,
            ip_address=text,
            user_agent=text,
            proven_by=text,
        )
        keep(store, run, a_challenge(text))

        assert (newcomer, session) == claim(store, run, text, newcomer=newcomer, session=session)
        assert newcomer == run(store.find_account(text))
        assert [session] == living(store, run, user_id=text)
        assert run(store.is_session_alive(text, user_id=text, now=NOW))
        assert replace(session, is_active=False) == run(store.end_session(text))

    def test_nothing_and_empty_are_two_things(self, store: Store, run: Run) -> None:
        """None comes back as None and an empty text as an empty text."""
        keep(store, run, a_challenge("1"))
        session = replace(a_session("s", user_id="a"), evrmore_address=None, ip_address=None, user_agent="")
        claim(store, run, "1", newcomer=an_account("a"), session=session)

        assert [session] == living(store, run)

    def test_a_token_is_never_kept(self, store: Store, run: Run) -> None:
        """A session that carries its token is kept without it."""
        keep(store, run, a_challenge("1"))
        claim(
            store,
            run,
            "1",
            newcomer=an_account("a"),
            session=replace(a_session("s", user_id="a"), token=NOW.isoformat()),
        )

        assert [session.token for session in living(store, run)] == [None]

    def test_an_unknown_challenge_gives_no_session(self, store: Store, run: Run) -> None:
        """A challenge that is not there gives nothing and leaves nothing behind."""
        assert claim(store, run, "1", newcomer=an_account("a"), session=a_session("s", user_id="a")) is None
        assert run(store.find_account("a")) is None
        assert living(store, run) == []

    def test_a_spent_challenge_gives_no_second_session(self, store: Store, run: Run) -> None:
        """The second claim gives None, and neither an account nor a session nor a new ``last_login``."""
        sign_in(store, run, "1", account_id="a")
        before = run(store.find_account("a")), living(store, run)
        newcomers = [an_account("b"), replace(an_account("c"), evrmore_address=OTHER_ADDRESS)]

        for newcomer in newcomers:
            session = a_session("s", user_id=newcomer.id)
            assert claim(store, run, "1", newcomer=newcomer, session=session, now=NOW + TICK) is None
            assert run(store.find_account(newcomer.id)) is None
        assert before == (run(store.find_account("a")), living(store, run))

    def test_a_challenge_ends_at_the_very_moment_it_expires(self, store: Store, run: Run) -> None:
        """At ``expires_at`` sharp it is over, and that does not spend it; a microsecond before it is good."""
        keep(store, run, replace(a_challenge("1"), expires_at=NOW))
        newcomer, session = an_account("a"), a_session("s", user_id="a")

        assert claim(store, run, "1", newcomer=newcomer, session=session, now=NOW) is None
        assert run(store.find_account("a")) is None
        assert not is_used(store, run, "1")
        assert claim(store, run, "1", newcomer=newcomer, session=session, now=NOW - TICK) is not None

    def test_an_inactive_account_changes_nothing(self, store: Store, run: Run) -> None:
        """The account comes back as it is, inactive; no challenge is spent and no session made."""
        sign_in(store, run, "1", account_id="a")
        assert run(store.change_account("a", is_active=False, audit=an_entry()))
        before = living(store, run)
        keep(store, run, a_challenge("2"))
        later = NOW + MINUTE
        claimed = claim(store, run, "2", newcomer=an_account("b"), session=a_session("s", user_id="b"), now=later)

        account = replace(an_account("a"), is_active=False)
        assert claimed is not None
        assert account == claimed[0]
        assert account == run(store.find_account("a"))
        assert not is_used(store, run, "2")
        assert before == living(store, run)

    def test_a_claim_that_fails_leaves_nothing_behind(self, store: Store, run: Run) -> None:
        """Where the session cannot be inserted, the challenge stays unspent and no account is made."""
        sign_in(store, run, "1", session_id="s")
        keep(store, run, replace(a_challenge("2"), evrmore_address=OTHER_ADDRESS))
        newcomer = replace(an_account("b"), evrmore_address=OTHER_ADDRESS)

        with pytest.raises(Exception):  # noqa: B017, PT011 - which error it is, is up to the store
            claim(store, run, "2", newcomer=newcomer, session=a_session("s", user_id="b"))
        assert not is_used(store, run, "2")
        assert run(store.find_account("b")) is None

    def test_one_challenge_has_one_winner(self, store: Store, run: Run) -> None:
        """Of many that claim one challenge at once exactly one gets a session, and there is no other session."""
        keep(store, run, a_challenge("1"))
        claimed = race(
            lambda racer: claim(
                store, run, "1", newcomer=an_account(f"a{racer}"), session=a_session(f"s{racer}", user_id=f"a{racer}")
            )
        )

        winners = [claim for claim in claimed if claim is not None]
        assert len(winners) == 1
        assert [winners[0][1]] == living(store, run)
        assert [winners[0][0].id] == [f"a{n}" for n in range(RACERS) if run(store.find_account(f"a{n}")) is not None]

    def test_one_address_gets_one_account(self, store: Store, run: Run) -> None:
        """Many first sign-ins of one address at once all succeed, on one account."""
        for racer in range(RACERS):
            keep(store, run, a_challenge(f"{racer}"))
        claimed = race(
            lambda racer: claim(
                store,
                run,
                f"{racer}",
                newcomer=an_account(f"a{racer}"),
                session=a_session(f"s{racer}", user_id=f"a{racer}"),
            )
        )

        assert len({account.id for account, _ in filter(None, claimed)}) == 1
        assert {f"s{racer}" for racer in range(RACERS)} == {session.id for _, session in filter(None, claimed)}
        assert len({session.user_id for session in living(store, run)}) == 1

    def test_a_visitors_session_is_found_by_its_secret(self, store: Store, run: Run) -> None:
        """Where the session is a visitor's in a cookie, its secret finds it, and the one before is over."""
        before, elsewhere = (open_visit(store, run, id_) for id_ in ("before", "elsewhere"))
        keep(store, run, a_challenge("1"))
        session = a_session("s", user_id="a")
        visit = VisitSecrets(digest_of("s"), ends=digest_of("before"))
        claim(store, run, "1", newcomer=an_account("a"), session=session, visit=visit)

        assert session == find_visit(store, run, "s")
        assert find_visit(store, run, before.id) is None
        assert find_visit(store, run, elsewhere.id) == elsewhere

    def test_a_guest_has_no_session_to_end(self, store: Store, run: Run) -> None:
        """Where the visit had none, or one that is over, the new one is opened all the same."""
        for id_, ends in (("1", None), ("2", digest_of("unknown"))):
            keep(store, run, a_challenge(id_))
            visit = VisitSecrets(digest_of(id_), ends=ends)
            claim(store, run, id_, newcomer=an_account("a"), session=a_session(id_, user_id="a"), visit=visit)

        assert [session and session.id for session in (find_visit(store, run, id_) for id_ in "12")] == ["1", "2"]

    def test_a_claim_that_fails_ends_no_visit(self, store: Store, run: Run) -> None:
        """Whoever lost the challenge, or may not sign in, keeps the session that they had."""
        before = open_visit(store, run, "before")
        sign_in(store, run, "1", account_id="a")
        visit = VisitSecrets(digest_of("s"), ends=digest_of("before"))
        session = a_session("s", user_id="a")
        assert claim(store, run, "1", newcomer=an_account("a"), session=session, visit=visit) is None
        run(store.change_account("a", is_active=False, audit=an_entry()))
        keep(store, run, a_challenge("2"))
        claim(store, run, "2", newcomer=an_account("a"), session=session, visit=visit)

        assert find_visit(store, run, "s") is None
        assert find_visit(store, run, "before") == before
