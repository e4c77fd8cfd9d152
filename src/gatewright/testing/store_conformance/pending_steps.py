"""Promises of `gatewright.ports.PendingStepStore`: what was begun is finished once, in time, in so many tries."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest

from gatewright.errors import UserNotFoundError
from gatewright.model import Link, PendingStep
from gatewright.ports import Store
from gatewright.testing.store_conformance.fixtures import StoreFixtures
from gatewright.testing.store_conformance.outbox import a_queued_mail
from gatewright.testing.store_conformance.samples import (
    MINUTE,
    NOW,
    ODD_TEXTS,
    TICK,
    Run,
    add_account,
    an_entry,
    digest_of,
    race,
)

EXPIRES = NOW + 5 * MINUTE


def a_step(id_: str, *, user_id: str | None = "a", **changes: Any) -> PendingStep:
    """Return a step that began now, for five minutes, about an account of `add_account`."""
    made = PendingStep(
        id=id_,
        kind="sign_in",
        user_id=user_id,
        username=user_id and f"name of {user_id}",
        provider=user_id and "SomeProvider",
        data="{}",
        created_at=NOW,
        expires_at=EXPIRES,
    )
    return replace(made, **changes)


def begin(
    store: Store, run: Run, step: PendingStep, *, browser: str = "browser", account_id: str | None = None
) -> PendingStep:
    """Keep a step of a browser, whose digest is `digest_of` its name; return the step."""
    run(store.keep_pending_step(step, digest=digest_of(browser), account_id=account_id))
    return step


def find(
    store: Store, run: Run, *, browser: str = "browser", kind: str = "sign_in", now: datetime = NOW
) -> PendingStep | None:
    """Return a step of a browser."""
    return run(store.find_pending_step(digest_of(browser), kind=kind, now=now))


def claim_step(store: Store, run: Run, id_: str, *, now: datetime = NOW) -> bool:
    """Take a step away."""
    return run(store.claim_pending_step(id_, now=now))


class PendingStepPromises(StoreFixtures):
    """Promises of `gatewright.ports.PendingStepStore`."""

    def test_a_step_is_found_by_its_browser_and_kind(self, store: Store, run: Run) -> None:
        """As it was kept, whether anybody knows whom it is about or not."""
        known = begin(store, run, a_step("1"))
        unknown = begin(store, run, a_step("2", user_id=None, kind="challenge"))
        elsewhere = begin(store, run, a_step("3", user_id="b"), browser="other")

        assert find(store, run) == known
        assert find(store, run, kind="challenge") == unknown
        assert find(store, run, browser="other") == elsewhere
        assert find(store, run, browser="other", kind="challenge") is None
        assert find(store, run, browser="third") is None

    def test_steps_are_kept_exactly(self, store: Store, run: Run) -> None:
        """Whatever their texts."""
        for text in ODD_TEXTS:
            texts = {"username": text, "provider": text, "data": text * 100, "kind": text[:16], "tries": 3}
            odd = begin(store, run, a_step(text, user_id=text, **texts))

            assert find(store, run, kind=text[:16]) == odd
            assert claim_step(store, run, text)

    def test_a_newer_step_takes_the_place_of_the_older(self, store: Store, run: Run) -> None:
        """Of its browser and its kind, whoever they are about; tries are counted anew."""
        add_account(store, run, "a")
        older = begin(store, run, a_step("older", data="old"), account_id="a")
        assert run(store.count_try("older", at_most=5))
        others = [
            begin(store, run, a_step("other kind", kind="challenge")),
            begin(store, run, a_step("other browser"), browser="other"),
        ]
        newer = begin(store, run, a_step("newer", user_id=None, expires_at=EXPIRES + TICK))

        assert find(store, run) == newer != older
        assert not run(store.count_try("older", at_most=5))
        assert not claim_step(store, run, "older")
        assert [find(store, run, kind="challenge"), find(store, run, browser="other")] == others
        run(store.delete_account("a", attempts=[], mail=None, audit=an_entry("user_deleted")))
        assert find(store, run) == newer

    def test_a_browser_has_one_step_of_a_kind_after_a_race(self, store: Store, run: Run) -> None:
        """The last one."""
        begun = race(lambda racer: begin(store, run, a_step(f"{racer}")))
        found = find(store, run)

        assert found in begun
        assert [claim_step(store, run, step.id) for step in begun].count(True) == 1

    def test_a_step_ends_at_the_very_moment_it_expires(self, store: Store, run: Run) -> None:
        """It is neither found nor taken from then on."""
        step = begin(store, run, a_step("1"))

        assert find(store, run, now=EXPIRES) is None
        assert not claim_step(store, run, "1", now=EXPIRES)
        assert find(store, run, now=EXPIRES - TICK) == step
        assert claim_step(store, run, "1", now=EXPIRES - TICK)

    def test_a_step_of_a_wrong_clock_is_found_as_it_was_kept(self, store: Store, run: Run) -> None:
        """Its beginning lies ahead: whoever asks for it sees that, and decides."""
        step = begin(store, run, a_step("1", created_at=NOW + 60 * MINUTE, expires_at=NOW + 65 * MINUTE))

        assert find(store, run) == step

    def test_a_step_is_taken_once(self, store: Store, run: Run) -> None:
        """By one of many at the same moment; the others of its browser stay."""
        begin(store, run, a_step("1"))
        other = begin(store, run, a_step("2", kind="challenge"))

        assert race(lambda _: claim_step(store, run, "1")).count(True) == 1
        assert find(store, run) is None
        assert not run(store.count_try("1", at_most=5))
        assert find(store, run, kind="challenge") == other

    def test_tries_are_counted_exactly(self, store: Store, run: Run) -> None:
        """However many try at once."""
        step = begin(store, run, a_step("1"))
        other = begin(store, run, a_step("2", kind="challenge"))

        assert race(lambda _: run(store.count_try("1", at_most=5))).count(True) == 5
        assert find(store, run) == replace(step, tries=5)
        assert not run(store.count_try("1", at_most=5))
        assert run(store.count_try("1", at_most=6))
        assert find(store, run, kind="challenge") == other

    def test_steps_go_with_their_account(self, store: Store, run: Run) -> None:
        """Another's stay, and so does another provider's user's; nothing can be begun for it any more."""
        others = self._begin_for_all(store, run)
        run(store.delete_account("a", attempts=[], mail=None, audit=an_entry("user_deleted")))

        assert self._begun(store, run) == others
        with pytest.raises(UserNotFoundError):
            begin(store, run, a_step("late"), account_id="a")
        assert find(store, run) is None

    def test_a_new_password_ends_what_was_begun(self, store: Store, run: Run) -> None:
        """It may rest on the old one."""
        others = self._begin_for_all(store, run)
        run(store.set_password_hash("a", "new", keep=None, audit=an_entry("password_changed")))

        assert self._begun(store, run) == others

    def test_a_reset_ends_what_was_begun(self, store: Store, run: Run) -> None:
        """As any new password does."""
        others = self._begin_for_all(store, run)
        link = Link("link", "password_reset", "a", "a@example.com", NOW, EXPIRES)
        run(store.add_link(link, digest=digest_of("link")))
        mail = a_queued_mail("1", kind="password_changed")

        assert run(store.reset_password("link", "new", mail=mail, audit=an_entry("password_reset")))
        assert self._begun(store, run) == others

    def test_a_deactivated_account_finishes_nothing(self, store: Store, run: Run) -> None:
        """Not even when it is active again."""
        others = self._begin_for_all(store, run)
        for is_active in (False, True):
            run(store.change_account("a", is_active=is_active, audit=an_entry("user_changed")))
            assert self._begun(store, run) == others

    def test_a_move_to_another_address_ends_what_was_begun(self, store: Store, run: Run) -> None:
        """A code may have been sent to the old one."""
        others = self._begin_for_all(store, run)
        link = Link("link", "email_change", "a", "new@example.com", NOW, EXPIRES)
        run(store.add_link(link, digest=digest_of("link")))

        assert run(store.change_email("link", mail=None, audit=an_entry("email_changed")))
        assert self._begun(store, run) == others

    def test_steps_go_on_under_a_new_name(self, store: Store, run: Run) -> None:
        """Those that were known by the old one, and of this account alone."""
        self._begin_for_all(store, run)
        begin(store, run, a_step("w", username="EAddress"), browser="wallet's", account_id="a")
        run(store.change_username("a", "anna", audit=an_entry("username_changed")))
        found = [find(store, run, browser=browser) for browser in ("a", "b", "elsewhere", "wallet's")]

        assert [step and step.username for step in found] == ["anna", "name of b", "name of a", "EAddress"]

    def test_expired_steps_are_deleted_in_batches(self, store: Store, run: Run) -> None:
        """At most so many at once, until none is left; a good one stays."""
        for number in range(5):
            begin(store, run, a_step(f"{number}"), browser=f"{number}")
        good = begin(store, run, a_step("good", expires_at=EXPIRES + TICK))
        deleted = [run(store.delete_expired_pending_steps(now=EXPIRES, at_most=2)) for _ in range(4)]

        assert deleted == [2, 2, 1, 0]
        assert find(store, run) == good

    def _begin_for_all(self, store: Store, run: Run) -> list[str]:
        """Begin a step of two accounts and another provider's user; return who is not the account ``a``."""
        for id_ in "ab":
            add_account(store, run, id_)
            begin(store, run, a_step(id_, user_id=id_), browser=id_, account_id=id_)
        begin(store, run, a_step("elsewhere"), browser="elsewhere")
        return ["b", "elsewhere"]

    def _begun(self, store: Store, run: Run) -> list[str]:
        return [browser for browser in ("a", "b", "elsewhere") if find(store, run, browser=browser) is not None]
