"""Promises of `gatewright.ports.AccountChangeStore`: a copy of everything that is kept, and the end of an account."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from gatewright.errors import UserNotFoundError
from gatewright.model import Account, Attempt, AuditEntry, Link, QueuedMail
from gatewright.ports import AttemptLimit, Holder, Store
from gatewright.testing.store_conformance.account_changes import add_link, find, remember
from gatewright.testing.store_conformance.fixtures import StoreFixtures
from gatewright.testing.store_conformance.outbox import a_queued_mail
from gatewright.testing.store_conformance.samples import (
    ADDRESS,
    IDLE,
    MINUTE,
    NOW,
    OTHER_ADDRESS,
    RACERS,
    TICK,
    Run,
    a_challenge,
    a_session,
    add_account,
    an_account,
    an_entry,
    claim,
    digest_of,
    find_visit,
    keep,
    living,
    open_visit,
    race,
    record_of,
)


def delete(store: Store, run: Run, id_: str = "a", *, mail: QueuedMail | None = None) -> bool:
    """Delete an account of `add_account`."""
    deleted = AuditEntry(at=NOW, event="user_deleted", user_id=id_)
    attempts = [("password_reset", f"{id_}@example.com"), ("sign_in", f"SomeProvider:name of {id_}")]
    return run(store.delete_account(id_, attempts=attempts, mail=mail, audit=deleted))


class AccountEndPromises(StoreFixtures):
    """Promises of `gatewright.ports.AccountChangeStore`: a copy of everything that is kept, and an account's end."""

    def test_nothing_of_a_deleted_account_is_left(self, store: Store, run: Run) -> None:
        """Whatever refers to it, and whatever counts against it; others keep theirs."""
        self.fill(store, run, "a")
        self.fill(store, run, "b")
        challenge = replace(a_challenge("c"), evrmore_address=ADDRESS)
        keep(store, run, challenge)
        claim(
            store,
            run,
            "c",
            newcomer=replace(an_account("w"), evrmore_address=ADDRESS),
            session=a_session("sw", user_id="w"),
        )

        assert delete(store, run)
        assert delete(store, run, "w")
        assert [account.id for account in run(store.list_accounts(after="", at_most=9))] == ["b"]
        assert [session.user_id for session in living(store, run)] == ["b"]
        assert [mail.account_id for mail in run(store.list_queued_mails())] == ["b"]
        assert [run(store.find_remembered(f"r{id_}", now=NOW)) is None for id_ in "ab"] == [True, False]
        assert run(store.find_account_by_wallet(ADDRESS)) is None
        assert run(store.find_challenge(challenge.challenge_text)) is None
        assert run(store.find_profile("a")) == {}
        limit = AttemptLimit(window=IDLE, on_name=1)
        for id_, is_counted in (("a", False), ("b", True)):
            attempt = Attempt(f"new {id_}", "sign_in", f"SomeProvider:name of {id_}", None, NOW + TICK)
            assert (run(store.blocked_until(attempt, limit=limit)) is not None) == is_counted

    def test_names_of_a_deleted_account_are_free(self, store: Store, run: Run) -> None:
        """Sessions and browsers of the old one are not the new one's."""
        add_account(store, run, "a")
        open_visit(store, run, "s", account_id="a")
        remember(store, run, "r", username="name of a")
        delete(store, run)
        again = Account("n", "name of a", "a@example.com", None, True, True, NOW, None)
        run(store.add_account(again, password_hash=None, roles=(), audit=an_entry()))

        assert find_visit(store, run, "s") is None
        assert run(store.find_remembered("r", now=NOW)) is None
        assert find(store, run, "n") == again

    def test_the_record_of_a_deleted_account_stays_without_the_person(self, store: Store, run: Run) -> None:
        """Each line with its moment and identifier; no name, no address, no origin, nor in what somebody else did."""
        add_account(store, run, "a")
        add_account(store, run, "b")
        lines = {
            "about it": AuditEntry(NOW, "signed_in", "a", "name of a", "P", "password", "192.0.2.1"),
            "a rename": AuditEntry(NOW, "username_changed", "a", "old name", reason="name of a"),
            "a wallet": AuditEntry(NOW, "wallet_linked", "a", "name of a", reason=ADDRESS, actor="name of a"),
            "a bypass": AuditEntry(NOW, "bypassed", "a", "name of a", reason="A. of Berne rang", actor="b"),
            "a role": AuditEntry(NOW, "role_assigned", "a", "name of a", reason="admin", actor="root"),
            "a failure": AuditEntry(NOW, "sign_in_failed", None, "name of a", "P", "password", "192.0.2.9", "wrong"),
            "an old name": AuditEntry(NOW, "sign_in_failed", None, "old name", None, None, "192.0.2.9"),
            "its deed": AuditEntry(NOW, "user_disabled", "b", "name of b", actor="name of a"),
        }
        for line in lines.values():
            run(store.add_audit(line))
        before = record_of(store, run)[2:]
        delete(store, run)
        after = record_of(store, run)[2:-1]
        told = [dict(zip(("name", "client", "reason", "actor"), _facts(line), strict=True)) for line in after]

        assert [(line.at, line.event, line.user_id) for line in after] == [
            (line.at, line.event, line.user_id) for line in before
        ]
        assert told == [
            {"name": None, "client": None, "reason": None, "actor": None},
            {"name": None, "client": None, "reason": None, "actor": None},
            {"name": None, "client": None, "reason": None, "actor": "a"},
            {"name": None, "client": None, "reason": None, "actor": "b"},
            {"name": None, "client": None, "reason": "admin", "actor": "root"},
            {"name": None, "client": None, "reason": "wrong", "actor": None},
            {"name": None, "client": None, "reason": None, "actor": None},
            {"name": "name of b", "client": None, "reason": None, "actor": "a"},
        ]
        assert record_of(store, run)[-1].user_id == "a"

    def test_lines_about_others_are_left_alone(self, store: Store, run: Run) -> None:
        """Whose name it was before, whose it is at another provider, and whose it has become since."""
        add_account(store, run, "a")
        own = AuditEntry(NOW, "username_changed", "a", "given away", reason="name of a")
        run(store.add_audit(own))
        heir = Account("h", "given away", None, None, True, True, NOW, None)
        run(store.add_account(heir, password_hash=None, roles=(), audit=an_entry()))
        others = [
            AuditEntry(NOW - TICK, "sign_in_failed", None, "name of a", None, None, "192.0.2.9"),
            AuditEntry(NOW, "sign_in_failed", None, "name of a", "Elsewhere", "password", "192.0.2.9"),
            AuditEntry(NOW, "sign_in_failed", None, "given away", None, None, "192.0.2.9"),
            AuditEntry(NOW, "signed_in", "h", "given away", None, None, "192.0.2.9"),
        ]
        for line in others:
            run(store.add_audit(line))
        delete(store, run)

        assert record_of(store, run)[3:-1] == others

    def test_a_mail_survives_the_account_that_it_tells_of(self, store: Store, run: Run) -> None:
        """It belongs to nobody any more."""
        add_account(store, run, "a")
        notice = replace(a_queued_mail("1"), kind="account_deleted", account_id=None)

        assert delete(store, run, mail=notice)
        assert run(store.list_queued_mails()) == [notice]

    def test_an_account_is_deleted_once(self, store: Store, run: Run) -> None:
        """By one of many at the same moment, with one line of the record."""
        add_account(store, run, "a")

        assert race(lambda _: delete(store, run)).count(True) == 1
        assert [entry.event for entry in record_of(store, run)].count("user_deleted") == 1

    def test_no_session_outlives_its_account(self, store: Store, run: Run) -> None:
        """However many sign in while it is deleted."""
        add_account(store, run, "a")

        def act(racer: int) -> None:
            if racer == 7:
                delete(store, run)
                return
            draft = replace(a_session(f"s{racer}", user_id="a"), evrmore_address=None)
            signing_in = store.open_session(
                draft, account_id="a", digest=digest_of(f"s{racer}"), ends=None, audit=an_entry()
            )
            run(signing_in)

        race(act)

        assert living(store, run) == []
        assert [find_visit(store, run, f"s{racer}") for racer in range(RACERS)] == [None] * RACERS

    def test_nothing_is_kept_for_an_account_that_is_gone(self, store: Store, run: Run) -> None:
        """Whoever comes too late is told so, and leaves nothing behind."""
        add_account(store, run, "a")
        delete(store, run)
        line = an_entry("late")
        late: list[Callable[[], object]] = [
            lambda: remember(store, run, "r", username="name of a"),
            lambda: add_link(store, run, "link"),
            lambda: run(store.queue_mail(a_queued_mail("1"), audit=line)),
            lambda: run(store.begin_email_change("a", link=a_queued_mail("2"), notice=None, audit=line)),
            lambda: run(store.set_password_hash("a", "hash", keep=None, mail=a_queued_mail("3"), audit=line)),
            lambda: run(store.save_profile("a", {"city": "Berne"}, audit=line)),
        ]
        for act in late:
            with pytest.raises(UserNotFoundError):
                act()

        assert run(store.list_queued_mails()) == []
        assert "late" not in [entry.event for entry in record_of(store, run)]

    def test_everything_about_an_account_is_given_out(self, store: Store, run: Run) -> None:
        """Its own and nobody else's, the record's lines and ended sessions included; that is recorded too."""
        account = self.fill(store, run, "a")
        self.fill(store, run, "b")
        failed = AuditEntry(NOW, "sign_in_failed", None, "name of a", None, None, "192.0.2.9")
        run(store.add_audit(failed))
        run(store.end_session("sa"))
        data = run(store.export_account("a", audit=AuditEntry(NOW, "user_exported", "a")))

        assert data is not None
        assert (data.account, data.has_password) == (account, True)
        assert (data.profile, data.roles, data.permissions) == ({"city": "a"}, ["role"], ["p.q"])
        assert [(session.id, session.is_active) for session in data.sessions] == [("sa", False)]
        assert [each.id for each in data.remembered] == ["ra"]
        assert [link.id for link in data.links] == ["la"]
        assert [mail.id for mail in data.mails] == ["ma"]
        assert [entry.event for _, entry in data.audit] == ["sign_in_failed", "user_exported"]
        assert run(store.export_account("nobody", audit=an_entry("user_exported"))) is None
        assert [entry.event for entry in record_of(store, run)].count("user_exported") == 1

    def test_all_wallets_are_given_out(self, store: Store, run: Run) -> None:
        """With what the record says of them."""
        keep(store, run, replace(a_challenge("c"), evrmore_address=OTHER_ADDRESS))
        newcomer = replace(an_account("w"), evrmore_address=OTHER_ADDRESS)
        claim(store, run, "c", newcomer=newcomer, session=a_session("sw", user_id="w"))
        data = run(store.export_account("w", audit=AuditEntry(NOW, "user_exported", "w")))

        assert data is not None
        assert (data.has_password, data.wallets) == (False, [OTHER_ADDRESS])

    def test_whatever_an_account_was_called_is_told(self, store: Store, run: Run) -> None:
        """Present and former names, but for what is another one's by now."""
        add_account(store, run, "a")
        for line in (
            AuditEntry(NOW, "username_changed", "a", "given away", reason="older name"),
            AuditEntry(NOW, "email_changed", "a", "older name", reason="old@example.com"),
            AuditEntry(NOW, "role_assigned", "a", "older name", reason="admin"),
        ):
            run(store.add_audit(line))
        heir = Account("h", "given away", None, None, True, True, NOW, None)
        run(store.add_account(heir, password_hash=None, roles=(), audit=an_entry()))
        names = run(store.names_of_account("a"))

        assert sorted(names) == ["a@example.com", "name of a", "old@example.com", "older name"]
        assert run(store.names_of_account("nobody")) == []

    def test_a_role_that_nobody_else_has_is_told(self, store: Store, run: Run) -> None:
        """So that nobody deletes the last administrator unawares."""
        for role in ("admin", "editor"):
            run(store.add_role(role, inherits=(), audit=an_entry()))
        add_account(store, run, "a", roles=["admin", "editor"])
        add_account(store, run, "b", roles=["editor"])

        assert [run(store.sole_roles(id_)) for id_ in ("a", "b", "nobody")] == [["admin"], [], []]

    def fill(self, store: Store, run: Run, id_: str) -> Account:
        """Keep an account of `add_account` with one of everything."""
        run(store.add_permissions(["p", "p.q"], audit=an_entry()))
        run(store.add_role("role", inherits=(), audit=an_entry()))
        account = add_account(store, run, id_, roles=["role"])
        run(store.save_profile(id_, {"city": id_}, audit=an_entry()))
        run(store.grant("p.q", to=Holder(account_id=id_), audit=an_entry()))
        open_visit(store, run, f"s{id_}", account_id=id_)
        remember(store, run, f"r{id_}", username=f"name of {id_}", account_id=id_)
        link = Link(f"l{id_}", "password_reset", id_, str(account.email), NOW, NOW + MINUTE)
        run(store.add_link(link, digest=digest_of(f"l{id_}")))
        run(store.queue_mail(replace(a_queued_mail(f"m{id_}"), account_id=id_), audit=an_entry()))
        attempt = Attempt(f"t{id_}", "sign_in", f"SomeProvider:name of {id_}", None, NOW)
        run(store.add_attempt(attempt, limit=AttemptLimit(window=IDLE)))
        found = find(store, run, id_)
        assert found is not None
        return found


def _facts(line: AuditEntry) -> tuple[str | None, ...]:
    return line.username, line.client, line.reason, line.actor
