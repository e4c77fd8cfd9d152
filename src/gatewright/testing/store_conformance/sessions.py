"""Promises of `gatewright.ports.SessionStore` on sessions that a token names, and of closing a store."""

from __future__ import annotations

from dataclasses import replace

from gatewright.ports import Owner, Store
from gatewright.testing.store_conformance.fixtures import StoreFixtures
from gatewright.testing.store_conformance.samples import (
    MINUTE,
    NOW,
    OTHER_ADDRESS,
    TICK,
    Run,
    a_challenge,
    keep,
    living,
    race,
    sign_in,
)


class SessionPromises(StoreFixtures):
    """Promises of `gatewright.ports.SessionStore` on sessions that a token names, and of closing a store."""

    def test_a_session_is_alive_for_its_user_only(self, store: Store, run: Run) -> None:
        """The session and the user must be the ones that belong together, each spelled exactly."""
        sign_in(store, run, "1", account_id="a", session_id="s")
        sign_in(store, run, "2", account_id="b", address=OTHER_ADDRESS)
        pairs = [("s", "a"), ("s", "b"), ("S", "a"), ("s", "A"), ("t", "a"), ("s", ""), ("", ""), ("%", "%")]

        assert [run(store.is_session_alive(session_id, user_id=user_id, now=NOW)) for session_id, user_id in pairs] == [
            True
        ] + [False] * 7

    def test_a_session_is_dead_from_the_very_moment_it_expires(self, store: Store, run: Run) -> None:
        """At ``expires_at`` sharp it is over; a microsecond before it is alive."""
        session = sign_in(store, run, "1", account_id="a")

        assert run(store.is_session_alive(session.id, user_id="a", now=session.expires_at - TICK))
        assert not run(store.is_session_alive(session.id, user_id="a", now=session.expires_at))
        assert run(store.find_account_of_session(session.id, user_id="a", now=session.expires_at - TICK))
        assert run(store.find_account_of_session(session.id, user_id="a", now=session.expires_at)) is None

    def test_the_account_of_a_session_is_found_while_the_session_is_alive(self, store: Store, run: Run) -> None:
        """Only by the session and the user that belong together, and no more once the session has ended."""
        session = sign_in(store, run, "1", account_id="a")
        sign_in(store, run, "2", account_id="b", address=OTHER_ADDRESS)
        before = [
            run(store.find_account_of_session(session.id, user_id=user_id, now=NOW)) for user_id in ("a", "b", "")
        ]
        run(store.end_session(session.id))

        assert [found and found.account for found in before] == [run(store.find_account("a")), None, None]
        assert run(store.find_account_of_session(session.id, user_id="a", now=NOW)) is None

    def test_a_session_ends_once(self, store: Store, run: Run) -> None:
        """Ending returns the session as ended, the first time only; it is dead from then on."""
        session = sign_in(store, run, "1", account_id="a")

        assert replace(session, is_active=False) == run(store.end_session(session.id))
        assert run(store.end_session(session.id)) is None
        assert run(store.end_session("unknown")) is None
        assert not run(store.is_session_alive(session.id, user_id="a", now=NOW))
        assert living(store, run) == []

    def test_a_session_is_ended_by_one(self, store: Store, run: Run) -> None:
        """Of many that end one session at once exactly one is told that it did."""
        session = sign_in(store, run, "1")

        assert sum(ended is not None for ended in race(lambda _: run(store.end_session(session.id)))) == 1

    def test_sessions_are_listed_newest_first(self, store: Store, run: Run) -> None:
        """Those of one user or of everybody, by the moment they were made; never one that has ended or expired."""
        for minute, id_ in enumerate("314"):
            sign_in(store, run, id_, account_id="a", session_id=id_, created_at=NOW + minute * MINUTE)
        sign_in(store, run, "2", account_id="b", session_id="2", address=OTHER_ADDRESS, created_at=NOW + 3 * MINUTE)
        sign_in(store, run, "e", account_id="a", session_id="expired", expires_at=NOW + TICK)
        run(store.end_session(sign_in(store, run, "x", account_id="a").id))

        assert [session.id for session in living(store, run, now=NOW + TICK)] == ["2", "4", "1", "3"]
        assert [session.id for session in living(store, run, now=NOW + TICK, user_id="a")] == ["4", "1", "3"]
        assert living(store, run, user_id="unknown") == []

    def test_all_sessions_of_a_user_end_together(self, store: Store, run: Run) -> None:
        """They are counted once; other users stay signed in."""
        for id_ in "123":
            sign_in(store, run, id_, account_id="a", session_id=id_)
        other = sign_in(store, run, "4", account_id="b", address=OTHER_ADDRESS)
        run(store.end_session("1"))

        assert [run(store.end_sessions_of(Owner(user_id))) for user_id in ("a", "a", "unknown")] == [2, 0, 0]
        assert [other] == living(store, run)

    def test_expired_sessions_are_deleted_in_batches(self, store: Store, run: Run) -> None:
        """At most ``at_most`` go in one call, ended or not; what expires right now goes, what lives longer stays."""
        for id_ in "12345":
            sign_in(store, run, id_, session_id=id_, expires_at=NOW)
        alive = sign_in(store, run, "6", expires_at=NOW + TICK)
        run(store.end_session("1"))
        deleted = [run(store.delete_expired_sessions(now=NOW, at_most=2)) for _ in range(4)]

        assert deleted == [2, 2, 1, 0]
        assert [alive] == living(store, run, now=NOW - MINUTE)

    def test_a_closed_store_opens_again(self, store: Store, run: Run) -> None:
        """Closing lets go of connections, as often as one likes, and of nothing that was kept."""
        keep(store, run, a_challenge("1"))
        store.close()
        store.close()

        if self.survives_close:
            assert a_challenge("1") == run(store.find_challenge(a_challenge("1").challenge_text))
