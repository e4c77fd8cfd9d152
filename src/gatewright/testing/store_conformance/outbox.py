"""Promises of `gatewright.ports.OutboxStore`: no mail is lost, and none is claimed twice at once."""

from __future__ import annotations

from dataclasses import replace

import pytest

from gatewright.model import QueuedMail
from gatewright.ports import Store
from gatewright.testing.store_conformance.fixtures import StoreFixtures
from gatewright.testing.store_conformance.samples import (
    MINUTE,
    NOW,
    ODD_TEXTS,
    RACERS,
    TICK,
    Run,
    add_account,
    an_entry,
    race,
    record_of,
)

BUSY = NOW + 2 * MINUTE


def a_queued_mail(id_: str, *, kind: str = "password_reset") -> QueuedMail:
    """Return a mail to the account ``a`` of `add_account` that was written now and is due at once."""
    return QueuedMail(
        id=id_,
        kind=kind,
        account_id="a",
        email="a@example.com",
        language="en",
        base_url="https://example.com",
        created_at=NOW,
        due_at=NOW,
    )


def queue_mail(store: Store, run: Run, mail: QueuedMail) -> QueuedMail:
    """Keep a mail, and return it."""
    run(store.queue_mail(mail, audit=an_entry("password_reset_requested")))
    return mail


class OutboxPromises(StoreFixtures):
    """Promises of `gatewright.ports.OutboxStore`: no mail is lost, and none is claimed twice at once."""

    def test_a_mail_is_kept_as_it_is(self, store: Store, run: Run) -> None:
        """Equal in every field, with a line of the record."""
        add_account(store, run, "a")
        tried = replace(
            a_queued_mail("2"), created_at=NOW + TICK, tries=3, error="MailUnavailableError: no", details="{}"
        )
        mails = [queue_mail(store, run, mail) for mail in (a_queued_mail("1"), tried)]

        assert mails == run(store.list_queued_mails())
        assert run(store.count_queued_mails()) == len(mails)
        assert [entry.event for entry in record_of(store, run)][1:] == ["password_reset_requested"] * 2

    def test_a_mail_that_is_not_due_is_not_kept(self, store: Store, run: Run) -> None:
        """The line of the record is written nevertheless; and there need be no such account."""
        mail = replace(a_queued_mail("1"), account_id=None)
        run(store.queue_mail(mail, audit=an_entry("password_reset_requested"), is_due=False))

        assert run(store.list_queued_mails()) == []
        assert [entry.event for entry in record_of(store, run)] == ["password_reset_requested"]

    @pytest.mark.parametrize("text", ODD_TEXTS)
    def test_mails_are_kept_exactly_whatever_their_texts(self, store: Store, run: Run, text: str) -> None:
        """Quotes, SQL, line ends and characters beyond ASCII."""
        add_account(store, run, "a")
        mail = replace(
            a_queued_mail(text), kind=text, email=text, language=text[:8], base_url=text, error=text, next_path=text
        )
        queue_mail(store, run, mail)

        assert [mail] == run(store.list_queued_mails())

    def test_mails_are_listed_oldest_first(self, store: Store, run: Run) -> None:
        """By the moment at which they were written, whenever they are due."""
        add_account(store, run, "a")
        for age in (2, 0, 3, 1):
            mail = replace(a_queued_mail(f"{age}"), created_at=NOW - age * MINUTE, due_at=NOW + age * MINUTE)
            queue_mail(store, run, mail)

        assert [mail.id for mail in run(store.list_queued_mails())] == ["3", "2", "1", "0"]

    def test_the_mail_that_has_been_due_longest_is_claimed(self, store: Store, run: Run) -> None:
        """One after the other; whoever comes when the last one is out gets none."""
        add_account(store, run, "a")
        mails = [replace(a_queued_mail(f"{age}"), due_at=NOW - age * MINUTE) for age in (1, 3, 0, 2)]
        for mail in mails:
            queue_mail(store, run, mail)
        claimed = [run(store.claim_queued_mail(now=NOW, busy_until=BUSY)) for _ in range(5)]

        by_age = sorted(mails, key=lambda mail: mail.due_at)
        assert [*(replace(mail, due_at=BUSY) for mail in by_age), None] == claimed

    def test_a_mail_is_due_from_the_very_moment_on(self, store: Store, run: Run) -> None:
        """And not before; nor is one that somebody has claimed before that claim has run out."""
        add_account(store, run, "a")
        queue_mail(store, run, a_queued_mail("1"))

        assert run(store.claim_queued_mail(now=NOW - TICK, busy_until=BUSY)) is None
        assert run(store.claim_queued_mail(now=NOW, busy_until=BUSY)) is not None
        assert run(store.claim_queued_mail(now=BUSY - TICK, busy_until=BUSY + MINUTE)) is None
        assert run(store.claim_queued_mail(now=BUSY, busy_until=BUSY + MINUTE)) is not None

    def test_a_mail_of_a_wrong_clock_is_due(self, store: Store, run: Run) -> None:
        """No mail waits for longer than a day: one that would was put off by a clock that was ahead."""
        add_account(store, run, "a")
        for id_, late in (("today", 24 * 60 * MINUTE), ("wrong", 24 * 60 * MINUTE + TICK)):
            queue_mail(store, run, replace(a_queued_mail(id_), due_at=NOW + late))
        claimed = [run(store.claim_queued_mail(now=NOW, busy_until=BUSY)) for _ in range(2)]

        assert [mail and mail.id for mail in claimed] == ["wrong", None]

    def test_each_mail_is_claimed_by_one(self, store: Store, run: Run) -> None:
        """Of many that look for mails at once each gets another one."""
        add_account(store, run, "a")
        for number in range(RACERS - 3):
            queue_mail(store, run, a_queued_mail(f"{number}"))
        claimed = race(lambda _: run(store.claim_queued_mail(now=NOW, busy_until=BUSY)))

        assert claimed.count(None) == 3
        assert {mail.id for mail in claimed if mail} == {f"{number}" for number in range(RACERS - 3)}

    def test_a_mail_that_was_sent_is_gone(self, store: Store, run: Run) -> None:
        """With a line of the record; the others wait."""
        add_account(store, run, "a")
        queue_mail(store, run, a_queued_mail("1"))
        other = queue_mail(store, run, a_queued_mail("2"))
        run(store.remove_queued_mail("1", audit=an_entry("mail_sent")))

        assert [other] == run(store.list_queued_mails())
        assert record_of(store, run)[-1].event == "mail_sent"

    def test_a_mail_that_was_not_sent_waits(self, store: Store, run: Run) -> None:
        """Until its new moment, with the error and the tries counted; the others stay as they are."""
        add_account(store, run, "a")
        mail = queue_mail(store, run, a_queued_mail("1"))
        other = queue_mail(store, run, replace(a_queued_mail("2"), created_at=NOW + TICK))
        for tries in (1, 2):
            run(store.postpone_queued_mail("1", due_at=NOW + tries * MINUTE, error=f"error {tries}"))
            waiting = replace(mail, due_at=NOW + tries * MINUTE, tries=tries, error=f"error {tries}")
            assert [waiting, other] == run(store.list_queued_mails())
