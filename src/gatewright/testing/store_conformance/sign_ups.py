"""Promises of `AccountStore.sign_up_account`: an account, its profile and its mail, all or nothing."""

from __future__ import annotations

from dataclasses import replace

import pytest

from gatewright.errors import TakenError
from gatewright.model import Account, QueuedMail
from gatewright.ports import Store
from gatewright.testing.store_conformance.fixtures import StoreFixtures
from gatewright.testing.store_conformance.outbox import a_queued_mail
from gatewright.testing.store_conformance.samples import (
    RACERS,
    Run,
    add_account,
    an_account,
    an_entry,
    race,
    record_of,
)

PROFILE = {"city": "Berne"}


def a_newcomer(id_: str) -> Account:
    """Return the account that somebody makes of their own."""
    return replace(
        an_account(id_),
        username=f"name of {id_}",
        email=f"{id_}@example.com",
        evrmore_address=None,
        is_verified=False,
        last_login=None,
    )


def sign_up(store: Store, run: Run, account: Account, *, mail: QueuedMail, **flags: bool) -> Account:
    """Sign up with a profile."""
    signed_up = an_entry("signed_up")
    kept = store.sign_up_account(account, password_hash="hash", profile=PROFILE, mail=mail, audit=signed_up, **flags)  # noqa: S106
    return run(kept)


class SignUpPromises(StoreFixtures):
    """Promises of `AccountStore.sign_up_account`: an account, its profile and its mail, all or nothing."""

    @pytest.mark.parametrize("mails", [[a_queued_mail("1")], []], ids=["mail", "no mail"])
    def test_a_sign_up_keeps_everything(self, store: Store, run: Run, mails: list[QueuedMail]) -> None:
        """Account, hash, profile, the mail if it is due, and a line of the record."""
        account = a_newcomer("a")
        kept = sign_up(store, run, account, mail=a_queued_mail("1"), is_due=bool(mails))

        assert account == kept == run(store.find_account("a"))
        assert (account, "hash") == run(store.find_credentials("a@example.com"))
        assert run(store.find_profile("a")) == PROFILE
        assert mails == run(store.list_queued_mails())
        assert [entry.event for entry in record_of(store, run)] == ["signed_up"]

    def test_a_sign_up_with_somebody_elses_address_keeps_the_mail_and_the_line(self, store: Store, run: Run) -> None:
        """Neither account nor profile, whatever is taken; the owner keeps everything."""
        owner = add_account(store, run, "a")
        newcomer = replace(a_newcomer("b"), username=owner.username, email=owner.email)
        mail = replace(a_queued_mail("1"), account_id="a")

        sign_up(store, run, newcomer, mail=mail, is_free=False)
        assert run(store.find_account("b")) is None
        assert run(store.find_profile("b")) == {}
        assert [mail] == run(store.list_queued_mails())
        assert (owner, "hash") == run(store.find_credentials("a@example.com"))
        assert [entry.event for entry in record_of(store, run)][-1] == "signed_up"

    @pytest.mark.parametrize("taken", ["username", "email"])
    def test_a_sign_up_with_a_taken_name_keeps_nothing(self, store: Store, run: Run, taken: str) -> None:
        """Neither account nor profile, mail or line; the first owner keeps everything."""
        first = add_account(store, run, "a")
        before = record_of(store, run)
        newcomer = replace(a_newcomer("b"), **{taken: getattr(first, taken)})

        with pytest.raises(TakenError):
            sign_up(store, run, newcomer, mail=replace(a_queued_mail("1"), account_id="b"))
        assert run(store.find_account("b")) is None
        assert run(store.find_profile("b")) == {}
        assert run(store.list_queued_mails()) == []
        assert (first, "hash") == run(store.find_credentials("a@example.com"))
        assert before == record_of(store, run)

    def test_one_address_signs_up_once(self, store: Store, run: Run) -> None:
        """Of many that sign up with one address at once exactly one gets an account, and one mail is written."""

        def want(racer: int) -> bool:
            account = replace(a_newcomer(f"a{racer}"), email="wanted@example.com")
            try:
                sign_up(store, run, account, mail=replace(a_queued_mail(f"{racer}"), account_id=account.id))
            except TakenError:
                return False
            return True

        assert sum(race(want)) == 1
        assert len([n for n in range(RACERS) if run(store.find_account(f"a{n}")) is not None]) == 1
        assert len(run(store.list_queued_mails())) == 1
