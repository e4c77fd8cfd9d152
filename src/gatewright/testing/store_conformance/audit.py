"""Promises of `gatewright.ports.AuditStore`: the record keeps every line, in order, until retention ends."""

from __future__ import annotations

from dataclasses import replace

import pytest

from gatewright.model import AuditEntry
from gatewright.ports import AuditFilter, Store
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
    claim,
    race,
    record_of,
    sign_in,
)

WHOLE = AuditEntry(
    at=NOW,
    event="bypassed",
    user_id="a",
    username="ann",
    provider="SomeProvider",
    method="bypass",
    client="192.0.2.1",
    reason="a call",
    actor="root",
)


class AuditPromises(StoreFixtures):
    """Promises of `gatewright.ports.AuditStore`: the record keeps every line, in order, until retention ends."""

    def test_lines_come_back_as_they_were_written(self, store: Store, run: Run) -> None:
        """Whole ones and bare ones, in the order of writing, under numbers that grow."""
        lines = [WHOLE, an_entry(at=NOW - MINUTE), replace(WHOLE, reason="")]
        for line in lines:
            run(store.add_audit(line))
        numbers, read = zip(*run(store.list_audit(AuditFilter())), strict=True)

        assert lines == [*read]
        assert sorted({*numbers}) == [*numbers]

    @pytest.mark.parametrize("text", ODD_TEXTS)
    def test_a_line_is_kept_exactly_whatever_its_texts(self, store: Store, run: Run, text: str) -> None:
        """Quotes, SQL, wildcards, line ends and characters beyond ASCII are kept as they are, and found by them."""
        line = AuditEntry(NOW, text, text, text, text, text, text, text, text)
        run(store.add_audit(line))
        run(store.add_audit(WHOLE))

        assert [entry for _, entry in run(store.list_audit(AuditFilter(event=text)))] == [line]
        assert [entry for _, entry in run(store.list_audit(AuditFilter(usernames=(text, text))))] == [line]

    def test_a_filter_names_what_matters(self, store: Store, run: Run) -> None:
        """Moment, event and user, each alone and together; either spelling of the user will do."""
        facts = [("signed_in", "ann"), ("signed_in", "Ann"), ("signed_out", "ann"), ("signed_out", None)]
        lines = [
            replace(an_entry(event, at=NOW + minute * MINUTE), username=username)
            for minute, (event, username) in enumerate(facts)
        ]
        for line in lines:
            run(store.add_audit(line))
        wanted = {
            AuditFilter(since=NOW + MINUTE): [1, 2, 3],
            AuditFilter(since=NOW + MINUTE + TICK): [2, 3],
            AuditFilter(event="signed_out"): [2, 3],
            AuditFilter(event="signed"): [],
            AuditFilter(usernames=("Ann", "ann")): [0, 1, 2],
            AuditFilter(usernames=("ann", "ann")): [0, 2],
            AuditFilter(usernames=("ANN", "%")): [],
            AuditFilter(since=NOW + MINUTE, event="signed_out", usernames=("ann", "ann")): [2],
        }

        for which, numbers in wanted.items():
            assert [entry for _, entry in run(store.list_audit(which))] == [lines[number] for number in numbers]

    @pytest.mark.parametrize("usernames", [None, ("ann", "ann")])
    def test_the_record_is_read_in_pages(self, store: Store, run: Run, usernames: tuple[str, str] | None) -> None:
        """From behind the last number, at most so many."""
        lines = [replace(an_entry(f"{number}"), username="ann") for number in range(5)]
        for line in lines:
            run(store.add_audit(line))
        pages, last = [], 0
        for _ in range(4):
            page = run(store.list_audit(AuditFilter(usernames=usernames, after_id=last, at_most=2)))
            pages.append([entry for _, entry in page])
            last = page[-1][0] if page else last

        assert pages == [lines[:2], lines[2:4], lines[4:], []]

    @pytest.mark.parametrize("usernames", [None, ("ann", "ann")])
    def test_the_record_is_read_from_its_end(self, store: Store, run: Run, usernames: tuple[str, str] | None) -> None:
        """The newest lines that a filter lets through, oldest first as everywhere."""
        about_ann = [replace(an_entry(event), username="ann") for event in ("in", "out", "in", "out", "in")]
        about_nobody = replace(an_entry("in"), username=None)
        for line in [*about_ann, about_nobody]:
            run(store.add_audit(line))
        lines = about_ann if usernames else [*about_ann, about_nobody]
        _, _, (third, _), *_ = run(store.list_audit(AuditFilter(at_most=100)))
        wanted = {
            AuditFilter(at_most=2): lines[-2:],
            AuditFilter(at_most=100): lines,
            AuditFilter(at_most=1, event="out"): [lines[3]],
            AuditFilter(at_most=100, after_id=third): lines[3:],
            AuditFilter(at_most=3, since=NOW + MINUTE): [],
        }

        for which, expected in wanted.items():
            newest = run(store.list_audit(replace(which, usernames=usernames, newest=True)))
            assert [entry for _, entry in newest] == expected

    def test_a_user_is_found_under_every_name(self, store: Store, run: Run) -> None:
        """By their identifier, from the beginning or the end, together with what else a filter names."""
        facts = [
            ("in", "a", "ann"),
            ("out", "b", "ann"),
            ("named", "a", "ann"),
            ("in", None, "ann"),
            ("in", "a", "eve"),
        ]
        lines = [replace(an_entry(event), user_id=id_, username=name) for event, id_, name in facts]
        for line in lines:
            run(store.add_audit(line))
        wanted = {
            AuditFilter(user_id="a"): [0, 2, 4],
            AuditFilter(user_id="a", newest=True): [0, 2, 4],
            AuditFilter(user_id="a", at_most=2): [0, 2],
            AuditFilter(user_id="a", at_most=2, newest=True): [2, 4],
            AuditFilter(user_id="a", event="in", newest=True): [0, 4],
            AuditFilter(user_id="A"): [],
        }

        for which, numbers in wanted.items():
            assert [entry for _, entry in run(store.list_audit(which))] == [lines[number] for number in numbers]

    def test_old_lines_are_deleted_in_batches(self, store: Store, run: Run) -> None:
        """At most ``at_most`` go in one call; what is younger stays."""
        for _ in range(5):
            run(store.add_audit(an_entry("old", at=NOW - TICK)))
        run(store.add_audit(an_entry("young", at=NOW + TICK)))
        deleted = [run(store.delete_audit(before=NOW, at_most=2)) for _ in range(4)]

        assert deleted == [2, 2, 1, 0]
        assert [entry.event for entry in record_of(store, run)] == ["young"]

    def test_numbers_never_start_over(self, store: Store, run: Run) -> None:
        """Who follows the record misses nothing, even where everything that they read has been deleted."""
        run(store.add_audit(an_entry("old")))
        ((last, _),) = run(store.list_audit(AuditFilter()))
        run(store.delete_audit(before=NOW + MINUTE, at_most=100))
        run(store.add_audit(an_entry("new")))

        assert [entry.event for _, entry in run(store.list_audit(AuditFilter(after_id=last)))] == ["new"]

    def test_a_sign_in_is_recorded_with_its_account(self, store: Store, run: Run) -> None:
        """In the transaction of the session, under the account of the wallet; a claim that fails leaves no line."""
        sign_in(store, run, "1", account_id="a")
        sign_in(store, run, "2", account_id="b")
        newcomer = add_account(store, run, "c")
        session = sign_in(store, run, "3", account_id="c")
        assert claim(store, run, "1", newcomer=newcomer, session=replace(session, id="late")) is None

        signed_in = [entry for _, entry in run(store.list_audit(AuditFilter(event="signed_in")))]
        assert [replace(an_entry(), user_id="a")] * 3 == signed_in

    def test_lines_written_at_once_are_all_kept(self, store: Store, run: Run) -> None:
        """Each under a number of its own."""
        race(lambda racer: run(store.add_audit(an_entry(f"{racer}"))))
        lines = run(store.list_audit(AuditFilter()))

        assert len({number for number, _ in lines}) == len({entry.event for _, entry in lines}) == RACERS
