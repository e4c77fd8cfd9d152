"""Promises of `gatewright.ports.SessionStore` on sessions that a secret names, as a visitor's cookie does."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest

from gatewright.model import AuditEntry, Session
from gatewright.ports import Owner, Store
from gatewright.testing.store_conformance.fixtures import StoreFixtures
from gatewright.testing.store_conformance.samples import (
    IDLE,
    MINUTE,
    NOW,
    ODD_TEXTS,
    TICK,
    Run,
    a_session,
    add_account,
    an_entry,
    digest_of,
    find_visit,
    living,
    open_visit,
    race,
    record_of,
    sign_in,
)

SAME_ID = [Owner("a"), Owner("a", "One"), Owner("a", "Other")]
"""Three people whom an identifier alone would not tell apart."""


def about(session: Session, entry: AuditEntry) -> AuditEntry:
    """Return a line as it is kept where a session ends: it says whose it was, and from where."""
    return replace(
        entry,
        user_id=session.user_id,
        username=session.username,
        provider=session.provider,
        client=session.ip_address,
    )


class VisitPromises(StoreFixtures):
    """Promises of `gatewright.ports.SessionStore` on sessions that a secret names, as a visitor's cookie does."""

    def test_a_session_is_found_by_its_secret(self, store: Store, run: Run) -> None:
        """`open_session` returns the session and `find_session` finds it, equal in every field, by no other digest."""
        session = open_visit(store, run, "s")
        open_visit(store, run, "t")

        assert session == find_visit(store, run, "s")
        assert [find_visit(store, run, id_) for id_ in ("", "S", "unknown")] == [None, None, None]
        assert run(store.find_session(b"", now=NOW, idle_since=NOW - IDLE)) is None

    def test_an_accounts_visit_brings_the_account(self, store: Store, run: Run) -> None:
        """And another provider's user's brings none, though an account has the same identifier."""
        add_account(store, run, "a")
        open_visit(store, run, "s", account_id="a")
        open_visit(store, run, "t", user_id="a")
        found = [run(store.find_session(digest_of(id_), now=NOW, idle_since=NOW - IDLE)) for id_ in "st"]

        brought = [signed_in and signed_in.account for _, signed_in in filter(None, found)]
        assert brought == [run(store.find_account("a")), None]

    @pytest.mark.parametrize("text", ODD_TEXTS)
    def test_a_visit_is_kept_exactly_whatever_its_texts(self, store: Store, run: Run, text: str) -> None:
        """Quotes, SQL, wildcards, line ends and characters beyond ASCII are kept as they are, and found by them."""
        session = open_visit(store, run, text, user_id=text, provider=text)
        owner = Owner(text, text)

        assert session == find_visit(store, run, text)
        assert [session] == run(store.list_sessions(now=NOW, idle_since=NOW - IDLE, owner=owner))
        assert run(store.end_sessions_of(owner)) == 1

    def test_a_visit_is_over_from_the_very_moment_it_expires(self, store: Store, run: Run) -> None:
        """At ``expires_at`` sharp it is over; a microsecond before it is alive."""
        expires_at = open_visit(store, run, "s").expires_at

        assert find_visit(store, run, "s", now=expires_at - TICK) is not None
        assert find_visit(store, run, "s", now=expires_at) is None

    def test_a_visit_dies_of_idleness_until_it_is_seen(self, store: Store, run: Run) -> None:
        """One last seen at ``idle_since`` sharp is dead; being seen is written down and keeps it alive."""
        session = open_visit(store, run, "s")
        later = NOW + MINUTE

        assert find_visit(store, run, "s", now=later, idle=MINUTE) is None
        assert find_visit(store, run, "s", now=later, idle=MINUTE + TICK) == session
        run(store.touch_session("s", now=later))
        run(store.touch_session("unknown", now=later))
        assert find_visit(store, run, "s", now=later, idle=MINUTE) == replace(session, last_seen_at=later)

    def test_lists_leave_out_idle_visits_and_no_idle_token(self, store: Store, run: Run) -> None:
        """Nobody says of a token when it was last used, so only a session in a cookie dies of idleness."""
        by_token = sign_in(store, run, "1", account_id="a", session_id="token")
        open_visit(store, run, "idle", account_id="a")
        seen = open_visit(store, run, "seen", account_id="a", created_at=NOW + TICK)
        owners = [None, Owner("a")]

        for owner in owners:
            listed = run(store.list_sessions(now=NOW + MINUTE, idle_since=NOW, owner=owner))
            assert [session.id for session in listed] == [seen.id, by_token.id]

    def test_a_new_session_ends_the_one_before(self, store: Store, run: Run) -> None:
        """A secret that somebody knew before signing in is worth nothing afterwards; other sessions stay."""
        for id_ in ("before", "elsewhere"):
            open_visit(store, run, id_)
        open_visit(store, run, "after", ends="before")
        open_visit(store, run, "guest's first", ends="unknown")

        assert find_visit(store, run, "before") is None
        assert [id_ for id_ in ("elsewhere", "after", "guest's first") if find_visit(store, run, id_) is None] == []

    def test_a_session_that_cannot_be_opened_ends_nothing(self, store: Store, run: Run) -> None:
        """Where the new one cannot be inserted, the one before stays, and neither record nor account has changed."""
        account = add_account(store, run, "a")
        before = open_visit(store, run, "before")
        lines = record_of(store, run)
        later = NOW + MINUTE

        with pytest.raises(Exception):  # noqa: B017, PT011 - which error it is, is up to the store
            open_visit(store, run, "before", account_id="a", ends="before", created_at=later)
        assert before == find_visit(store, run, "before")
        assert account == run(store.find_account("a"))
        assert lines == record_of(store, run)

    def test_what_browsers_say_of_themselves_is_known_of_ended_sessions_too(self, store: Store, run: Run) -> None:
        """Each once, of one account only, and not of the session that does not count."""
        for id_ in ("a", "b"):
            add_account(store, run, id_)
        for id_, account_id, user_agent in (
            ("1", "a", "one"),
            ("2", "a", "one"),
            ("3", "a", None),
            ("4", "a", "two"),
            ("5", "b", "three"),
        ):
            session = replace(a_session(id_, user_id=account_id), user_agent=user_agent, provider="SQLUserProvider")
            audit = an_entry()
            run(store.open_session(session, account_id=account_id, digest=digest_of(id_), ends=None, audit=audit))
        run(store.end_session("1"))

        assert set(run(store.list_user_agents("a", but="4"))) == {"one", None}
        assert len(run(store.list_user_agents("a", but="unknown"))) == 3
        assert run(store.list_user_agents("unknown", but="")) == []

    def test_opening_a_session_is_the_accounts_last_login(self, store: Store, run: Run) -> None:
        """And is recorded, in the same transaction."""
        account = add_account(store, run, "a")
        open_visit(store, run, "s", account_id="a", created_at=NOW + MINUTE)

        assert replace(account, last_login=NOW + MINUTE) == run(store.find_account("a"))
        assert an_entry(at=NOW + MINUTE) == record_of(store, run)[-1]

    def test_a_visit_ends_once(self, store: Store, run: Run) -> None:
        """`end_visit` returns the session as ended, the first time only, and records whose it was."""
        session = open_visit(store, run, "s")
        signed_out = an_entry("signed_out")
        lines = record_of(store, run)

        assert replace(session, is_active=False) == run(store.end_visit(digest_of("s"), audit=signed_out))
        assert run(store.end_visit(digest_of("s"), audit=signed_out)) is None
        assert run(store.end_visit(digest_of("unknown"), audit=signed_out)) is None
        assert find_visit(store, run, "s") is None
        assert [*lines, about(session, signed_out)] == record_of(store, run)

    def test_a_visit_is_ended_by_one(self, store: Store, run: Run) -> None:
        """Of many that end one visit at once exactly one is told that it did, and there is one line about it."""
        open_visit(store, run, "s")
        ended = race(lambda _: run(store.end_visit(digest_of("s"), audit=an_entry("signed_out"))))

        assert sum(session is not None for session in ended) == 1
        assert [entry.event for entry in record_of(store, run)] == ["signed_in", "signed_out"]

    def test_whoever_ends_a_session_by_its_identifier_is_recorded(self, store: Store, run: Run) -> None:
        """With whose session it was; ending nothing leaves no line."""
        session = open_visit(store, run, "s")
        revoked = replace(an_entry("session_revoked"), actor="root")
        lines = record_of(store, run)
        for id_ in ("s", "s", "unknown"):
            run(store.end_session(id_, audit=revoked))

        assert [*lines, about(session, revoked)] == record_of(store, run)

    def test_an_inactive_account_opens_no_session(self, store: Store, run: Run) -> None:
        """Nor does one that is not there: the answer is None, and nothing at all has changed."""
        add_account(store, run, "a")
        run(store.change_account("a", is_active=False, audit=an_entry()))
        account = run(store.find_account("a"))
        before = open_visit(store, run, "before")
        lines = record_of(store, run)

        for account_id in ("a", "unknown"):
            opened = store.open_session(
                a_session("s", user_id=account_id),
                account_id=account_id,
                digest=digest_of("s"),
                ends=digest_of("before"),
                audit=an_entry(),
            )
            assert run(opened) is None
        assert find_visit(store, run, "s") is None
        assert before == find_visit(store, run, "before")
        assert account == run(store.find_account("a"))
        assert lines == record_of(store, run)

    @pytest.mark.parametrize("owners", [SAME_ID, SAME_ID[::-1]])
    def test_one_identifier_of_two_providers_is_two_people(
        self, store: Store, run: Run, owners: Sequence[Owner]
    ) -> None:
        """An account's sessions, and those of other providers' users, are listed and ended each on their own."""
        sessions = self._open_one_each(store, run)

        for owner in owners:
            assert run(store.list_sessions(now=NOW, idle_since=NOW - IDLE, owner=owner)) == [sessions[owner]]
        for owner in owners:
            assert run(store.end_sessions_of(owner)) == 1
            assert run(store.list_sessions(now=NOW, idle_since=NOW - IDLE, owner=owner)) == []
            del sessions[owner]
            assert {session.id for session in living(store, run)} == {session.id for session in sessions.values()}

    def test_lists_are_of_one_user_each(self, store: Store, run: Run) -> None:
        """A provider's users do not see each other's sessions, nor end them."""
        ann, bob = (open_visit(store, run, id_, user_id=id_) for id_ in ("ann", "bob"))
        owner = Owner("ann", ann.provider)

        assert run(store.list_sessions(now=NOW, idle_since=NOW - IDLE, owner=owner)) == [ann]
        assert run(store.end_sessions_of(owner)) == 1
        assert living(store, run) == [bob]

    @pytest.mark.parametrize("owner", SAME_ID)
    def test_all_sessions_end_but_the_one_to_keep(self, store: Store, run: Run, owner: Owner) -> None:
        """They are counted without it, and recorded once; where nothing ended, nothing is recorded."""
        kept = self._open_one_each(store, run)[owner]
        account_id = None if owner.provider else owner.user_id
        for id_ in ("more", "still more"):
            open_visit(store, run, id_, provider=owner.provider or "Ours", account_id=account_id, user_id=owner.user_id)
        revoked = an_entry("sessions_revoked")
        lines = record_of(store, run)

        assert [run(store.end_sessions_of(owner, keep=kept.id, audit=revoked)) for _ in range(2)] == [2, 0]
        assert run(store.list_sessions(now=NOW, idle_since=NOW - IDLE, owner=owner)) == [kept]
        assert [*lines, revoked] == record_of(store, run)

    def _open_one_each(self, store: Store, run: Run) -> dict[Owner, Session]:
        """Open a session for each of `SAME_ID`."""
        add_account(store, run, "a")
        sessions = [open_visit(store, run, "of account", provider="One", account_id="a")]
        sessions += [open_visit(store, run, f"of {name}", user_id="a", provider=name) for name in ("One", "Other")]
        return dict(zip(SAME_ID, sessions, strict=True))
