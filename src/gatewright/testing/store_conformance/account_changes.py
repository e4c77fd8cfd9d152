"""Promises of `gatewright.ports.AccountChangeStore`: another name, another email address."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from gatewright.errors import TakenError
from gatewright.model import Account, Link, QueuedMail, Remembered
from gatewright.ports import Store
from gatewright.testing.store_conformance.fixtures import StoreFixtures
from gatewright.testing.store_conformance.outbox import a_queued_mail
from gatewright.testing.store_conformance.samples import (
    MINUTE,
    NOW,
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
)

NEW = "new@example.com"


def rename(store: Store, run: Run, name: str, *, id_: str = "a") -> bool:
    """Give an account of `add_account` another username."""
    return run(store.change_username(id_, name, audit=an_entry("username_changed")))


def add_link(store: Store, run: Run, id_: str, *, purpose: str = "email_change", email: str = NEW) -> None:
    """Keep a link of the account ``a``."""
    link = Link(
        id=id_, purpose=purpose, account_id="a", email=email, created_at=NOW, expires_at=NOW + timedelta(hours=2)
    )
    run(store.add_link(link, digest=digest_of(id_)))


def move(store: Store, run: Run, link_id: str = "link", *, mail: QueuedMail | None = None) -> bool:
    """Spend a link of `add_link`."""
    return run(store.change_email(link_id, mail=mail, audit=an_entry("email_changed")))


def remember(store: Store, run: Run, id_: str, *, username: str, account_id: str = "a") -> None:
    """Keep a browser that remembers an account."""
    series = Remembered(
        id=id_,
        user_id=account_id,
        username=username,
        provider="SomeProvider",
        created_at=NOW,
        expires_at=NOW + timedelta(days=1),
        rotated_at=NOW,
    )
    run(store.add_remembered(series, account_id=account_id, digest=digest_of(id_)))


def find(store: Store, run: Run, id_: str = "a") -> Account | None:
    """Return an account."""
    return run(store.find_account(id_))


class AccountChangePromises(StoreFixtures):
    """Promises of `gatewright.ports.AccountChangeStore`: another name, another email address."""

    def test_a_renamed_account_is_found_by_its_new_name(self, store: Store, run: Run) -> None:
        """And by no other; nothing else has changed."""
        account = add_account(store, run, "a")

        assert rename(store, run, "anna")
        assert find(store, run) == replace(account, username="anna")
        assert run(store.find_credentials("name of a")) is None
        found = run(store.find_credentials("anna"))
        assert found is not None
        assert found[0].id == "a"
        assert record_of(store, run)[-1].event == "username_changed"

    def test_sessions_and_browsers_go_on_under_the_new_name(self, store: Store, run: Run) -> None:
        """Those that were known by the old one, and of this account alone."""
        add_account(store, run, "a")
        add_account(store, run, "b")
        open_visit(store, run, "s", account_id="a")
        open_visit(store, run, "t", account_id="b")
        remember(store, run, "r", username="name of a")
        remember(store, run, "q", username="another name")
        rename(store, run, "anna")

        assert [session.username for session in living(store, run, user_id="a")] == ["anna"]
        assert [session.username for session in living(store, run, user_id="b")] == ["name of b"]
        series = [run(store.find_remembered(id_, now=NOW)) for id_ in ("r", "q")]
        assert [each.username for each in series if each] == ["anna", "another name"]

    def test_a_name_of_somebody_else_is_refused(self, store: Store, run: Run) -> None:
        """Nothing is written; nor for an account that is gone."""
        account = add_account(store, run, "a")
        add_account(store, run, "b")
        before = record_of(store, run)

        with pytest.raises(TakenError):
            rename(store, run, "name of b")
        assert not rename(store, run, "anna", id_="nobody")
        assert find(store, run) == account
        assert record_of(store, run) == before

    def test_one_of_many_gets_a_name(self, store: Store, run: Run) -> None:
        """At the same moment."""

        def take(racer: int) -> bool:
            try:
                return rename(store, run, "wanted", id_=f"{racer}")
            except TakenError:
                return False

        for racer in range(16):
            add_account(store, run, f"{racer}")

        assert race(take).count(True) == 1

    def test_a_wish_for_an_address_replaces_the_last_one(self, store: Store, run: Run) -> None:
        """Its mails are kept; the link and the waiting mail of an earlier wish are gone."""
        add_account(store, run, "a")
        add_link(store, run, "old")
        old, link, notice = (replace(a_queued_mail(f"{number}"), kind="email_change") for number in range(3))
        notice = replace(notice, kind="email_change_requested")
        asked = an_entry("email_change_requested")
        run(store.begin_email_change("a", link=old, notice=None, audit=asked))
        run(store.begin_email_change("a", link=link, notice=notice, audit=asked))

        assert run(store.list_queued_mails()) == [link, notice]
        assert run(store.find_link(digest_of("old"), purpose="email_change", now=NOW)) is None
        assert [entry.event for entry in record_of(store, run)][1:] == ["email_change_requested"] * 2

    def test_a_link_to_another_address_is_good_until_it_is_used(self, store: Store, run: Run) -> None:
        """It moves the account there, which is verified by it, and is spent."""
        account = add_account(store, run, "a")
        add_link(store, run, "link")
        found = run(store.find_link(digest_of("link"), purpose="email_change", now=NOW))

        assert found is not None
        assert (found[0].email, found[1]) == (NEW, account)
        assert move(store, run)
        assert find(store, run) == replace(account, email=NEW, is_verified=True)
        assert not move(store, run)
        assert [entry.event for entry in record_of(store, run)][1:] == ["email_changed"]

    def test_a_link_for_something_else_moves_nobody(self, store: Store, run: Run) -> None:
        """Nor one that has expired, nor one of an account that is not active."""
        account = add_account(store, run, "a")
        add_link(store, run, "reset", purpose="password_reset", email="a@example.com")
        add_link(store, run, "link")

        assert not move(store, run, "reset")
        late = replace(an_entry("email_changed"), at=NOW + timedelta(hours=2))
        assert not run(store.change_email("link", mail=None, audit=late))
        run(store.change_account("a", is_active=False, audit=an_entry("user_disabled")))
        assert not move(store, run)
        assert find(store, run) == replace(account, is_active=False)

    def test_a_move_voids_what_was_sent_to_the_old_address(self, store: Store, run: Run) -> None:
        """Links and the waiting mails of other wishes; the notice to the old address is kept."""
        add_account(store, run, "a")
        add_link(store, run, "reset", purpose="password_reset", email="a@example.com")
        add_link(store, run, "link")
        run(store.queue_mail(replace(a_queued_mail("1"), kind="email_change"), audit=an_entry()))
        notice = replace(a_queued_mail("2"), kind="email_changed")

        assert move(store, run, mail=notice)
        assert run(store.list_queued_mails()) == [notice]
        assert run(store.find_link(digest_of("reset"), purpose="password_reset", now=NOW)) is None

    def test_an_account_without_a_name_keeps_its_sessions(self, store: Store, run: Run) -> None:
        """It is known by its address, and a username that was the address moves along."""
        for id_, username in (("a", None), ("b", "b@example.com")):
            draft = Account(id_, username, f"{id_}@example.com", None, True, True, NOW, None)
            run(store.add_account(draft, password_hash=None, roles=(), audit=an_entry()))
        known = replace(a_session("s", user_id="a"), username="a@example.com", evrmore_address=None)
        run(store.open_session(known, account_id="a", digest=digest_of("s"), ends=None, audit=an_entry()))
        add_link(store, run, "link")
        move(store, run)
        other = Link("other", "email_change", "b", "else@example.com", NOW, NOW + MINUTE)
        run(store.add_link(other, digest=digest_of("other")))
        move(store, run, "other")
        session = find_visit(store, run, "s")

        assert session is not None
        assert session.username == NEW
        moved = find(store, run, "b")
        assert moved is not None
        assert (moved.username, moved.email) == ("else@example.com", "else@example.com")

    def test_an_address_that_is_taken_meanwhile_is_refused(self, store: Store, run: Run) -> None:
        """Nothing is written, and the link is not spent."""
        account = add_account(store, run, "a")
        rival = add_account(store, run, "b")
        add_link(store, run, "link", email=str(rival.email))
        before = record_of(store, run)

        with pytest.raises(TakenError):
            move(store, run)
        assert find(store, run) == account
        assert record_of(store, run) == before
        assert run(store.find_link(digest_of("link"), purpose="email_change", now=NOW)) is not None

    def test_a_new_password_voids_a_wish_for_another_address(self, store: Store, run: Run) -> None:
        """Be the link sent already or not: whoever has asked may have known the old password."""
        add_account(store, run, "a")
        add_link(store, run, "link")
        run(store.queue_mail(replace(a_queued_mail("1"), kind="email_change"), audit=an_entry()))
        run(store.set_password_hash("a", "new hash", keep=None, audit=an_entry("password_changed")))

        assert run(store.list_queued_mails()) == []
        assert not move(store, run)
