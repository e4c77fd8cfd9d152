"""Promises on the password hashes that other providers' users were last seen with."""

from __future__ import annotations

from datetime import timedelta

from gatewright.ports import Owner, Store
from gatewright.testing.store_conformance.fixtures import StoreFixtures
from gatewright.testing.store_conformance.remembered import add_series
from gatewright.testing.store_conformance.samples import (
    NOW,
    TICK,
    Run,
    an_entry,
    digest_of,
    find_visit,
    open_visit,
    record_of,
)

ANN, BOB, ANN_ELSEWHERE = Owner("ann", "SomeProvider"), Owner("bob", "SomeProvider"), Owner("ann", "OtherProvider")
EVERYBODY = (ANN, BOB, ANN_ELSEWHERE)
EXPIRES_AT = NOW + timedelta(days=90)


def keep(store: Store, run: Run, owner: Owner, password_hash: str, *, at_last: timedelta = timedelta()) -> bool:
    """Keep a digest, for 90 days and ``at_last``."""
    digest, revoked = digest_of(password_hash), an_entry("sessions_revoked")
    return run(store.keep_credential(owner, digest=digest, expires_at=EXPIRES_AT + at_last, audit=revoked))


def is_current(store: Store, run: Run, owner: Owner, password_hash: str) -> bool:
    """Say whether a digest is the one that was kept."""
    return run(store.is_credential_current(owner, digest=digest_of(password_hash)))


class CredentialPromises(StoreFixtures):
    """Promises of `gatewright.ports.CredentialStore`."""

    def test_a_first_hash_is_kept_and_ends_nothing(self, store: Store, run: Run) -> None:
        """Sessions that are older than what is kept of a user go on."""
        self._sign_everybody_in(store, run)
        lines = record_of(store, run)

        assert not is_current(store, run, ANN, "hash")
        assert not keep(store, run, ANN, "hash")
        assert not keep(store, run, ANN, "hash")
        assert [is_current(store, run, owner, "hash") for owner in EVERYBODY] == [True, False, False]
        assert (self._signed_in(store, run), record_of(store, run)) == ([*EVERYBODY], lines)

    def test_another_hash_ends_the_sessions_of_its_user(self, store: Store, run: Run) -> None:
        """And forgets their browsers, nobody else's; it is recorded, and from then on it is the one."""
        self._sign_everybody_in(store, run)
        for owner in EVERYBODY:
            keep(store, run, owner, "old")
        lines = record_of(store, run)

        assert keep(store, run, ANN, "new")
        assert self._signed_in(store, run) == self._still_remembered(store, run) == [BOB, ANN_ELSEWHERE]
        assert [*lines, an_entry("sessions_revoked")] == record_of(store, run)
        assert [is_current(store, run, ANN, kept) for kept in ("old", "new")] == [False, True]
        assert is_current(store, run, BOB, "old")

    def test_a_renewed_hash_ends_nothing(self, store: Store, run: Run) -> None:
        """Both are the latest from then on; a third one is a change."""
        self._sign_everybody_in(store, run)
        for owner in EVERYBODY:
            keep(store, run, owner, "old")
        self._renew(store, run, ANN, "old", "new")

        assert [keep(store, run, ANN, kept) for kept in ("new", "old", "new")] == [False] * 3
        assert [is_current(store, run, owner, "new") for owner in EVERYBODY] == [True, False, False]
        assert self._signed_in(store, run) == [*EVERYBODY]
        assert keep(store, run, ANN, "third")

    def test_announced_hashes_are_current_until_one_is_stored(self, store: Store, run: Run) -> None:
        """Of two that renew one hash at once both are current, until it is certain which of them is stored."""
        keep(store, run, ANN, "old")
        self._renew(store, run, ANN, "old", "first")
        self._renew(store, run, ANN, "old", "second")
        announced = [is_current(store, run, ANN, kept) for kept in ("old", "first", "second")]
        self._renew(store, run, ANN, "old", "second", is_stored=True)
        stored = [is_current(store, run, ANN, kept) for kept in ("old", "first", "second")]
        self._renew(store, run, ANN, "first", "third", is_stored=True)

        assert (announced, stored) == ([True, True, True], [True, False, True])
        assert not is_current(store, run, ANN, "third")

    def test_a_stored_hash_stays_current_however_often_another_is_announced(self, store: Store, run: Run) -> None:
        """As where the provider can store none, and each sign-in tries again."""
        keep(store, run, ANN, "old")
        for number in range(12):
            self._renew(store, run, ANN, "old", f"new {number}")

        assert [is_current(store, run, ANN, kept) for kept in ("old", "new 11")] == [True, True]

    def test_what_no_session_needs_is_deleted_in_batches(self, store: Store, run: Run) -> None:
        """At most ``at_most`` go in one call; what was kept again later stays for longer."""
        owners = [Owner(str(number), "SomeProvider") for number in range(5)]
        for owner in [*owners, ANN]:
            keep(store, run, owner, "hash")
        keep(store, run, ANN, "hash", at_last=TICK)
        deleted = [run(store.delete_expired_credentials(now=EXPIRES_AT, at_most=2)) for _ in range(4)]

        assert deleted == [2, 2, 1, 0]
        assert [is_current(store, run, owner, "hash") for owner in (owners[0], ANN)] == [False, True]

    def _renew(self, store: Store, run: Run, owner: Owner, old: str, new: str, *, is_stored: bool = False) -> None:
        run(store.renew_credential(owner, old=digest_of(old), new=digest_of(new), is_stored=is_stored))

    def _sign_everybody_in(self, store: Store, run: Run) -> None:
        for owner in EVERYBODY:
            open_visit(store, run, f"of {owner}", user_id=owner.user_id, provider=str(owner.provider))
            add_series(store, run, f"of {owner}", owner)

    def _signed_in(self, store: Store, run: Run) -> list[Owner]:
        return [owner for owner in EVERYBODY if find_visit(store, run, f"of {owner}") is not None]

    def _still_remembered(self, store: Store, run: Run) -> list[Owner]:
        return [owner for owner in EVERYBODY if run(store.find_remembered(f"of {owner}", now=NOW)) is not None]
