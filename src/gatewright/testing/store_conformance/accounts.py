"""Promises of `gatewright.ports.AccountStore` but for wallets: making, finding, listing and changing accounts."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from gatewright.errors import TakenError
from gatewright.ports import Store
from gatewright.testing.store_conformance.fixtures import StoreFixtures
from gatewright.testing.store_conformance.samples import (
    NOW,
    ODD_TEXTS,
    RACERS,
    Run,
    add_account,
    an_account,
    an_entry,
    find_visit,
    living,
    open_visit,
    race,
    record_of,
    sign_in,
)

LONGEST_HASH = "$" + "x" * 511


class AccountPromises(StoreFixtures):
    """Promises of `gatewright.ports.AccountStore` but for wallets: making, finding, listing and changing accounts."""

    def test_an_account_is_found_by_its_names(self, store: Store, run: Run) -> None:
        """By identifier, and with its hash by username and by email address, equal in every field."""
        account = add_account(store, run, "a", hashed=LONGEST_HASH)
        add_account(store, run, "b")

        assert account == run(store.find_account("a"))
        assert [(account, LONGEST_HASH)] * 2 == [
            run(store.find_credentials(name)) for name in (account.username or "", account.email or "")
        ]

    def test_an_account_is_found_by_exactly_its_names(self, store: Store, run: Run) -> None:
        """A name that differs in case, in spaces or by a wildcard is another name; none is nobody's."""
        add_account(store, run, "a")
        sign_in(store, run, "1", account_id="b")

        assert [run(store.find_account(account_id)) for account_id in ("A", "", "%")] == [None] * 3
        assert [
            run(store.find_credentials(name)) for name in ("a", "Name of a", "name of a ", "%", "a@%", "", "None")
        ] == [None] * 7

    @pytest.mark.parametrize("text", ODD_TEXTS)
    def test_names_and_hashes_are_kept_exactly(self, store: Store, run: Run, text: str) -> None:
        """Quotes, SQL, wildcards, line ends and characters beyond ASCII are kept as they are, and found by them."""
        account = replace(an_account(text), username=text, email=f"{text}@", evrmore_address=None)
        kept = run(store.add_account(account, password_hash=text, roles=(), audit=an_entry()))

        assert account == kept
        assert (account, text) == run(store.find_credentials(text)) == run(store.find_credentials(f"{text}@"))

    def test_an_account_may_have_no_password(self, store: Store, run: Run) -> None:
        """None comes back as None, and an account of a wallet has no names to be found by."""
        account = add_account(store, run, "a", hashed=None)

        assert (account, None) == run(store.find_credentials("name of a"))

    @pytest.mark.parametrize("taken", ["username", "email"])
    def test_a_name_that_is_taken_makes_no_account(self, store: Store, run: Run, taken: str) -> None:
        """Neither the account nor its roles nor a line of the record; the first owner keeps everything."""
        first = add_account(store, run, "a")
        run(store.add_role("editor", inherits=(), audit=an_entry()))
        before = record_of(store, run)
        newcomer = replace(an_account("b"), username="new", email="new@example.com")

        with pytest.raises(TakenError):
            run(
                store.add_account(
                    replace(newcomer, **{taken: getattr(first, taken)}),
                    password_hash=None,
                    roles=["editor"],
                    audit=an_entry("user_created"),
                )
            )
        assert run(store.find_account("b")) is None
        assert run(store.rights_of("b")).roles == ()
        assert (first, "hash") == run(store.find_credentials(getattr(first, taken)))
        assert before == record_of(store, run)

    def test_an_identifier_is_given_to_one(self, store: Store, run: Run) -> None:
        """It is the application's own perhaps, and kept whole."""
        own = "7|" + "x" * 253
        account = add_account(store, run, own)
        with pytest.raises(TakenError):
            run(store.add_account(an_account(own), password_hash=None, roles=(), audit=an_entry()))

        assert account == run(store.find_account(own))

    def test_a_name_is_given_to_one(self, store: Store, run: Run) -> None:
        """Of many that want one name at once exactly one gets an account."""

        def want(racer: int) -> bool:
            account = replace(an_account(f"a{racer}"), username="wanted", evrmore_address=None)
            try:
                run(store.add_account(account, password_hash=None, roles=(), audit=an_entry()))
            except TakenError:
                return False
            return True

        assert sum(race(want)) == 1
        assert len([n for n in range(RACERS) if run(store.find_account(f"a{n}")) is not None]) == 1

    def test_an_account_is_made_with_its_roles(self, store: Store, run: Run) -> None:
        """And with one line of the record."""
        for role in ("author", "editor", "chief"):
            run(store.add_role(role, inherits=(), audit=an_entry()))
        add_account(store, run, "a", roles=["author", "editor"])

        assert set(run(store.rights_of("a")).roles) == {"author", "editor"}
        assert [entry.event for entry in record_of(store, run)][3:] == ["user_created"]

    def test_accounts_are_listed_in_pages(self, store: Store, run: Run) -> None:
        """In the order of their identifiers, from behind the last one, at most so many."""
        accounts = {id_: add_account(store, run, id_) for id_ in "cabde"}

        assert [accounts[id_] for id_ in "ab"] == run(store.list_accounts(after="", at_most=2))
        assert [accounts[id_] for id_ in "cde"] == run(store.list_accounts(after="b", at_most=100))
        assert run(store.list_accounts(after="e", at_most=100)) == []

    @pytest.mark.parametrize("field", ["is_active", "is_verified"])
    def test_a_change_changes_what_it_names(self, store: Store, run: Run, field: str) -> None:
        """There and back; the other field and the other accounts stay, and each change is recorded."""
        account, other = add_account(store, run, "a"), add_account(store, run, "b")

        for value in (False, True):
            change: dict[str, Any] = {field: value}
            assert run(store.change_account("a", **change, audit=an_entry("changed")))
            assert replace(account, **change) == run(store.find_account("a"))
            assert other == run(store.find_account("b"))
        assert [entry.event for entry in record_of(store, run)][2:] == ["changed", "changed"]

    def test_nobody_is_not_changed(self, store: Store, run: Run) -> None:
        """False for an account that is not there, and no line of the record."""
        assert not run(store.change_account("a", is_active=False, audit=an_entry()))
        assert record_of(store, run) == []

    def test_an_account_that_is_deactivated_has_no_sessions(self, store: Store, run: Run) -> None:
        """They end for good; verifying somebody ends nothing, and another provider's user of that identifier stays."""
        add_account(store, run, "a")
        session = open_visit(store, run, "s", account_id="a")
        other = open_visit(store, run, "t", user_id="a")
        run(store.change_account("a", is_verified=False, audit=an_entry()))

        assert session == find_visit(store, run, "s")
        for is_active in (False, True):
            run(store.change_account("a", is_active=is_active, audit=an_entry()))
        assert find_visit(store, run, "s") is None
        assert living(store, run) == [other]

    def test_a_new_password_ends_the_other_sessions(self, store: Store, run: Run) -> None:
        """All of the account's but the one to keep; the new hash is found, and others' sessions and hashes stay."""
        account, other = add_account(store, run, "a"), add_account(store, run, "b")
        for id_, account_id in (("1", "a"), ("2", "a"), ("3", "b")):
            open_visit(store, run, id_, account_id=account_id)
        run(store.set_password_hash("a", "new", keep="2", audit=an_entry("password_changed")))

        assert {session.id for session in living(store, run)} == {"2", "3"}
        assert [run(store.find_credentials(name)) for name in ("name of a", "name of b")] == [
            (replace(account, last_login=NOW), "new"),
            (replace(other, last_login=NOW), "hash"),
        ]
        assert record_of(store, run)[-1].event == "password_changed"
        run(store.set_password_hash("a", "newer", keep=None, audit=an_entry()))
        assert {session.id for session in living(store, run)} == {"3"}

    def test_a_renewed_hash_takes_the_place_of_the_old_one_only(self, store: Store, run: Run) -> None:
        """A password that was changed meanwhile stays changed; no session ends, and others' hashes stay."""
        add_account(store, run, "a")
        other = add_account(store, run, "b")
        open_visit(store, run, "s", account_id="a")
        hashes = []
        for old_hash, new_hash in (("hash", "renewed"), ("hash", "late"), ("renewed", "again")):
            run(store.renew_password_hash("a", old_hash=old_hash, new_hash=new_hash))
            found = run(store.find_credentials("name of a"))
            hashes.append(None if found is None else found[1])

        assert hashes == ["renewed", "renewed", "again"]
        assert (other, "hash") == run(store.find_credentials("name of b"))
        assert find_visit(store, run, "s") is not None
