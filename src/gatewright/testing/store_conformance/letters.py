"""Promises of `gatewright.ports.LetterStore`: no letter is lost, and none is in two hands at once."""

from __future__ import annotations

from dataclasses import replace

import pytest

from gatewright.model import Letter
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


def a_letter(id_: str, *, kind: str = "password_reset") -> Letter:
    """Return a letter to the account ``a`` of `add_account` that was written now and is due at once."""
    return Letter(
        id=id_,
        kind=kind,
        account_id="a",
        email="a@example.com",
        language="en",
        base_url="https://example.com",
        created_at=NOW,
        due_at=NOW,
    )


def add_letter(store: Store, run: Run, letter: Letter) -> Letter:
    """Keep a letter, and return it."""
    run(store.add_letter(letter, audit=an_entry("password_reset_requested")))
    return letter


class LetterPromises(StoreFixtures):
    """Promises of `gatewright.ports.LetterStore`: no letter is lost, and none is in two hands at once."""

    def test_a_letter_is_kept_as_it_is(self, store: Store, run: Run) -> None:
        """Equal in every field, with a line of the record."""
        add_account(store, run, "a")
        tried = replace(a_letter("2"), created_at=NOW + TICK, tries=3, error="MailUnavailableError: no")
        letters = [add_letter(store, run, letter) for letter in (a_letter("1"), tried)]

        assert letters == run(store.list_letters())
        assert [entry.event for entry in record_of(store, run)][1:] == ["password_reset_requested"] * 2

    @pytest.mark.parametrize("text", ODD_TEXTS)
    def test_letters_are_kept_exactly_whatever_their_texts(self, store: Store, run: Run, text: str) -> None:
        """Quotes, SQL, line ends and characters beyond ASCII."""
        add_account(store, run, "a")
        letter = replace(
            a_letter(text), kind=text, email=text, language=text[:8], base_url=text, error=text, next_path=text
        )
        add_letter(store, run, letter)

        assert [letter] == run(store.list_letters())

    def test_letters_are_listed_oldest_first(self, store: Store, run: Run) -> None:
        """By the moment at which they were written, whenever they are due."""
        add_account(store, run, "a")
        for age in (2, 0, 3, 1):
            letter = replace(a_letter(f"{age}"), created_at=NOW - age * MINUTE, due_at=NOW + age * MINUTE)
            add_letter(store, run, letter)

        assert [letter.id for letter in run(store.list_letters())] == ["3", "2", "1", "0"]

    def test_the_letter_that_has_been_due_longest_is_claimed(self, store: Store, run: Run) -> None:
        """One after the other; whoever comes when the last one is out gets none."""
        add_account(store, run, "a")
        letters = [replace(a_letter(f"{age}"), due_at=NOW - age * MINUTE) for age in (1, 3, 0, 2)]
        for letter in letters:
            add_letter(store, run, letter)
        claimed = [run(store.claim_letter(now=NOW, busy_until=BUSY)) for _ in range(5)]

        by_age = sorted(letters, key=lambda letter: letter.due_at)
        assert [*(replace(letter, due_at=BUSY) for letter in by_age), None] == claimed

    def test_a_letter_is_due_from_the_very_moment_on(self, store: Store, run: Run) -> None:
        """And not before; nor is one that somebody has claimed before that claim has run out."""
        add_account(store, run, "a")
        add_letter(store, run, a_letter("1"))

        assert run(store.claim_letter(now=NOW - TICK, busy_until=BUSY)) is None
        assert run(store.claim_letter(now=NOW, busy_until=BUSY)) is not None
        assert run(store.claim_letter(now=BUSY - TICK, busy_until=BUSY + MINUTE)) is None
        assert run(store.claim_letter(now=BUSY, busy_until=BUSY + MINUTE)) is not None

    def test_each_letter_is_claimed_by_one(self, store: Store, run: Run) -> None:
        """Of many that look for letters at once each gets another one."""
        add_account(store, run, "a")
        for number in range(RACERS - 3):
            add_letter(store, run, a_letter(f"{number}"))
        claimed = race(lambda _: run(store.claim_letter(now=NOW, busy_until=BUSY)))

        assert claimed.count(None) == 3
        assert {letter.id for letter in claimed if letter} == {f"{number}" for number in range(RACERS - 3)}

    def test_a_letter_that_was_sent_is_gone(self, store: Store, run: Run) -> None:
        """With a line of the record; the others wait."""
        add_account(store, run, "a")
        add_letter(store, run, a_letter("1"))
        other = add_letter(store, run, a_letter("2"))
        run(store.remove_letter("1", audit=an_entry("mail_sent")))

        assert [other] == run(store.list_letters())
        assert record_of(store, run)[-1].event == "mail_sent"

    def test_a_letter_that_was_not_sent_waits(self, store: Store, run: Run) -> None:
        """Until its new moment, with the error and the tries counted; the others stay as they are."""
        add_account(store, run, "a")
        letter = add_letter(store, run, a_letter("1"))
        other = add_letter(store, run, replace(a_letter("2"), created_at=NOW + TICK))
        for tries in (1, 2):
            run(store.postpone_letter("1", due_at=NOW + tries * MINUTE, error=f"error {tries}"))
            waiting = replace(letter, due_at=NOW + tries * MINUTE, tries=tries, error=f"error {tries}")
            assert [waiting, other] == run(store.list_letters())
