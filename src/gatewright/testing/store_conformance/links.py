"""Promises of `gatewright.ports.LinkStore`: a link is good once, for a while, for one purpose and one address."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest

from gatewright.model import Account, Link
from gatewright.ports import Recollection, Store
from gatewright.testing.store_conformance.fixtures import StoreFixtures
from gatewright.testing.store_conformance.outbox import a_queued_mail
from gatewright.testing.store_conformance.remembered import OWNERS, add_series, use
from gatewright.testing.store_conformance.samples import (
    MINUTE,
    NOW,
    ODD_TEXTS,
    TICK,
    Run,
    add_account,
    an_account,
    an_entry,
    digest_of,
    living,
    open_visit,
    race,
    record_of,
)

EXPIRES = NOW + 120 * MINUTE
VERIFY, RESET = "email_verification", "password_reset"


def a_link(id_: str, purpose: str, *, account_id: str = "a") -> Link:
    """Return a link that was made now, for two hours, to the address of an account of `add_account`."""
    email = f"{account_id}@example.com"
    return Link(id=id_, purpose=purpose, account_id=account_id, email=email, created_at=NOW, expires_at=EXPIRES)


def add_link(store: Store, run: Run, id_: str, purpose: str, **changes: Any) -> Link:
    """Keep a link; its digest is `digest_of` its identifier."""
    link = replace(a_link(id_, purpose), **changes)
    run(store.add_link(link, digest=digest_of(id_)))
    return link


def find_link(store: Store, run: Run, id_: str, purpose: str, *, now: datetime = NOW) -> tuple[Link, Account] | None:
    """Return a link of `add_link` as its secret finds it, and its account."""
    return run(store.find_link(digest_of(id_), purpose=purpose, now=now))


def verify(store: Store, run: Run, id_: str, *, now: datetime = NOW) -> bool:
    """Spend a link on a verification."""
    return run(store.verify_email(id_, audit=an_entry("email_verified", at=now)))


def reset(store: Store, run: Run, id_: str, *, mail_id: str = "notice", now: datetime = NOW) -> bool:
    """Spend a link on a new password."""
    mail = a_queued_mail(mail_id, kind="password_changed")
    return run(store.reset_password(id_, "new", mail=mail, audit=an_entry("password_reset", at=now)))


SPEND: dict[str, Callable[..., bool]] = {VERIFY: verify, RESET: reset}


def hash_of(store: Store, run: Run, name: str) -> str | None:
    """Return an account's password hash."""
    found = run(store.find_credentials(name))
    return None if found is None else found[1]


def is_remembered(store: Store, run: Run, series: str) -> bool:
    """Say whether a browser of `add_series` is still known, by its first token, which is spent on the question."""
    return use(store, run, series, series)[0] is Recollection.CURRENT


class LinkPromises(StoreFixtures):
    """Promises of `gatewright.ports.LinkStore`: a link is good once, for a while, for one purpose and one address."""

    @pytest.mark.parametrize("purpose", SPEND)
    def test_a_link_is_found_by_its_secret(self, store: Store, run: Run, purpose: str) -> None:
        """For its purpose, equal in every field, with its account; by no other digest and for no other purpose."""
        account = add_account(store, run, "a")
        link = add_link(store, run, "1", purpose)
        other = VERIFY if purpose == RESET else RESET

        assert (link, account) == find_link(store, run, "1", purpose)
        assert [find_link(store, run, id_, used) for id_, used in (("1", other), ("2", purpose))] == [None] * 2

    @pytest.mark.parametrize("purpose", SPEND)
    def test_a_newer_link_leads_on_to_where_the_older_did(self, store: Store, run: Run, purpose: str) -> None:
        """Unless it leads somewhere itself, and for its own purpose and account only."""
        for id_ in ("a", "b"):
            add_account(store, run, id_)
        other = VERIFY if purpose == RESET else RESET
        add_link(store, run, "1", purpose, next_path="/checkout?cart=7")
        add_link(store, run, "2", purpose, expires_at=NOW)
        drafts = {
            "3": ("/checkout?cart=7", add_link(store, run, "3", purpose)),
            "4": (None, add_link(store, run, "4", other)),
            "5": (None, add_link(store, run, "5", purpose, account_id="b", email="b@example.com")),
        }
        for id_, (next_path, draft) in drafts.items():
            link, _ = find_link(store, run, id_, draft.purpose) or (None, None)
            assert link == replace(draft, next_path=next_path)

        newest = add_link(store, run, "6", purpose, next_path="/elsewhere")
        link, _ = find_link(store, run, "6", purpose) or (None, None)
        assert link == newest

    @pytest.mark.parametrize("text", ODD_TEXTS)
    def test_links_are_kept_exactly(self, store: Store, run: Run, text: str) -> None:
        """Identifiers and addresses of whatever characters."""
        draft = replace(an_account(text), username=None, email=text, evrmore_address=None)
        account = run(store.add_account(draft, password_hash=None, roles=(), audit=an_entry()))
        link = add_link(store, run, text, VERIFY, account_id=text, email=text, next_path=text)

        assert (link, account) == find_link(store, run, text, VERIFY)
        assert verify(store, run, text)

    @pytest.mark.parametrize("purpose", SPEND)
    def test_a_link_ends_at_the_very_moment_it_expires(self, store: Store, run: Run, purpose: str) -> None:
        """It is neither found nor spent from then on."""
        add_account(store, run, "a")
        add_link(store, run, "1", purpose)

        assert find_link(store, run, "1", purpose, now=EXPIRES) is None
        assert not SPEND[purpose](store, run, "1", now=EXPIRES)
        assert find_link(store, run, "1", purpose, now=EXPIRES - TICK) is not None
        assert SPEND[purpose](store, run, "1", now=EXPIRES - TICK)

    @pytest.mark.parametrize("purpose", SPEND)
    def test_a_newer_link_takes_the_place_of_the_older(self, store: Store, run: Run, purpose: str) -> None:
        """Of its account and its purpose; others stay."""
        for id_ in "ab":
            add_account(store, run, id_)
        other = VERIFY if purpose == RESET else RESET
        add_link(store, run, "older", purpose)
        kept = [
            add_link(store, run, "other purpose", other),
            add_link(store, run, "other account", purpose, account_id="b", email="b@example.com"),
            add_link(store, run, "newer", purpose),
        ]

        assert find_link(store, run, "older", purpose) is None
        assert not SPEND[purpose](store, run, "older")
        found = [find_link(store, run, link.id, link.purpose) for link in kept]
        assert kept == [link for link, _ in filter(None, found)]

    @pytest.mark.parametrize("purpose", SPEND)
    def test_a_link_is_for_an_active_account_with_its_address(self, store: Store, run: Run, purpose: str) -> None:
        """Neither a deactivated account nor one that has moved to another address has any use for it."""
        for id_ in "ab":
            add_account(store, run, id_)
        add_link(store, run, "moved", purpose, account_id="b")
        add_link(store, run, "inactive", purpose)
        run(store.change_account("a", is_active=False, audit=an_entry()))
        before = record_of(store, run), hash_of(store, run, "name of a"), hash_of(store, run, "name of b")

        for id_ in ("moved", "inactive"):
            assert find_link(store, run, id_, purpose) is None
            assert not SPEND[purpose](store, run, id_)
        assert before == (record_of(store, run), hash_of(store, run, "name of a"), hash_of(store, run, "name of b"))
        assert run(store.list_queued_mails()) == []

    def test_a_link_verifies_once(self, store: Store, run: Run) -> None:
        """Its account and no other, with one line of the record; the link is spent."""
        account, other = add_account(store, run, "a"), add_account(store, run, "b")
        for id_ in "ab":
            run(store.change_account(id_, is_verified=False, audit=an_entry()))
        add_link(store, run, "1", VERIFY)
        before = len(record_of(store, run))

        assert verify(store, run, "1")
        assert not verify(store, run, "1")
        assert [account, replace(other, is_verified=False)] == [run(store.find_account(id_)) for id_ in "ab"]
        assert find_link(store, run, "1", VERIFY) is None
        assert [entry.event for entry in record_of(store, run)[before:]] == ["email_verified"]

    @pytest.mark.parametrize("purpose", SPEND)
    def test_a_link_is_spent_on_its_purpose_only(self, store: Store, run: Run, purpose: str) -> None:
        """A link to verify an address sets no password, and the other way round."""
        add_account(store, run, "a")
        add_link(store, run, "1", VERIFY if purpose == RESET else RESET)

        assert not SPEND[purpose](store, run, "1")
        assert hash_of(store, run, "name of a") == "hash"
        assert run(store.list_queued_mails()) == []

    def test_a_link_sets_a_password_once(self, store: Store, run: Run) -> None:
        """With a mail and a line of the record; nothing that the old password let in is let in any longer."""
        for id_ in "ab":
            add_account(store, run, id_)
            open_visit(store, run, f"session of {id_}", account_id=id_)
        add_series(store, run, "browser of a", OWNERS[0])
        add_series(store, run, "another's browser")
        add_link(store, run, "1", RESET)
        before = len(record_of(store, run))

        assert reset(store, run, "1")
        assert not reset(store, run, "1", mail_id="again")
        assert [hash_of(store, run, name) for name in ("name of a", "name of b")] == ["new", "hash"]
        assert [session.id for session in living(store, run)] == ["session of b"]
        assert [is_remembered(store, run, series) for series in ("browser of a", "another's browser")] == [False, True]
        assert [a_queued_mail("notice", kind="password_changed")] == run(store.list_queued_mails())
        assert [entry.event for entry in record_of(store, run)[before:]] == ["password_reset"]

    def test_whether_a_link_has_set_a_password_is_known_until_another_is_set(self, store: Store, run: Run) -> None:
        """A renewed hash is the same password; of an account without one, or none at all, it is not so."""
        for id_ in ("a", "b"):
            add_account(store, run, id_)
        add_link(store, run, "l", RESET)
        known = [run(store.is_password_by_mail("a"))]
        reset(store, run, "l")
        known.append(run(store.is_password_by_mail("a")))
        run(store.renew_password_hash("a", old_hash="new", new_hash="renewed"))
        known.append(run(store.is_password_by_mail("a")))
        known += [run(store.is_password_by_mail(other)) for other in ("b", "unknown")]
        run(store.set_password_hash("a", "newer", keep=None, audit=an_entry("password_changed")))
        known.append(run(store.is_password_by_mail("a")))

        assert known == [False, True, True, False, False, False]

    def test_a_reset_that_fails_spends_nothing(self, store: Store, run: Run) -> None:
        """Where its mail cannot be kept, the link stays good, and the password and the sessions what they were."""
        add_account(store, run, "a")
        session = open_visit(store, run, "s", account_id="a")
        run(store.queue_mail(a_queued_mail("taken"), audit=an_entry()))
        add_link(store, run, "1", RESET)

        with pytest.raises(Exception):  # noqa: B017, PT011 - which error it is, is up to the store
            reset(store, run, "1", mail_id="taken")
        assert hash_of(store, run, "name of a") == "hash"
        assert [session] == living(store, run)
        assert find_link(store, run, "1", RESET) is not None

    @pytest.mark.parametrize("purpose", SPEND)
    def test_one_link_has_one_winner(self, store: Store, run: Run, purpose: str) -> None:
        """Of many that use one link at once exactly one does."""
        add_account(store, run, "a")
        add_link(store, run, "1", purpose)
        spend = {
            VERIFY: lambda _: verify(store, run, "1"),
            RESET: lambda racer: reset(store, run, "1", mail_id=f"{racer}"),
        }

        assert sum(race(spend[purpose])) == 1
        assert len(run(store.list_queued_mails())) == (purpose == RESET)

    def test_a_new_password_makes_its_links_useless(self, store: Store, run: Run) -> None:
        """And forgets the account's browsers; a mail tells its owner. Links to verify the address stay good."""
        for id_ in "ab":
            add_account(store, run, id_)
        add_series(store, run, "browser of a", OWNERS[0])
        add_series(store, run, "another's browser")
        for purpose in SPEND:
            add_link(store, run, purpose, purpose)
            add_link(store, run, f"b's {purpose}", purpose, account_id="b", email="b@example.com")
        mail = a_queued_mail("notice")
        run(store.set_password_hash("a", "new", keep=None, mail=mail, audit=an_entry()))

        assert find_link(store, run, RESET, RESET) is None
        for id_, purpose in ((VERIFY, VERIFY), (f"b's {VERIFY}", VERIFY), (f"b's {RESET}", RESET)):
            assert find_link(store, run, id_, purpose) is not None
        assert [is_remembered(store, run, series) for series in ("browser of a", "another's browser")] == [False, True]
        assert [mail] == run(store.list_queued_mails())

    def test_expired_links_are_deleted_in_batches(self, store: Store, run: Run) -> None:
        """At most so many at once, until none is left; a good one stays."""
        for id_ in "abcde":
            add_account(store, run, id_)
            add_link(store, run, id_, RESET, account_id=id_, email=f"{id_}@example.com", expires_at=NOW)
        add_account(store, run, "f")
        add_link(store, run, "f", RESET, account_id="f", email="f@example.com", expires_at=NOW + TICK)

        assert [run(store.delete_expired_links(now=NOW, at_most=2)) for _ in range(4)] == [2, 2, 1, 0]
        assert find_link(store, run, "f", RESET) is not None
