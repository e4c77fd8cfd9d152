"""The end of an account, and a copy of everything before it: nothing that tells who it was is left behind."""

from __future__ import annotations

import json
import re
from contextlib import closing

import pytest

from gatewright.drive import run_to_completion
from gatewright.errors import (
    Denied,
    GatewrightError,
    InactiveUserError,
    InvalidLinkError,
    MailUnavailableError,
    UserNotFoundError,
)
from gatewright.ports import Owner
from gatewright.storage.open_store import open_database
from gatewright.storage.sql import SQLStore
from gatewright.testing.store_conformance.authenticators import an_authenticator, enrol
from visitors import OURS, PASSWORD, WALLETS, Visitor


@pytest.fixture
def carol(auth, register):
    """A user with a username, an email address and a profile."""
    carol = register(auth, email="carol@example.com", actor="carol")
    auth.set_profile("carol", {"city": "Winterthur"})
    return carol


@pytest.fixture
def lived(auth, mailboxes, carol, alice, bob, link, sign_in):
    """Carol, after a life: wallets, names, sessions, browsers, rights, failures, links and waiting mails."""
    auth.create_role("admin")
    auth.create_permission("shop.order")
    auth.assign_role("admin", username="carol")
    auth.grant_permission("shop.order", username="carol")
    link(auth, "carol", alice)
    link(auth, "carol", bob)
    auth.unlink_wallet("carol", bob.address, actor="carol")
    visitor = Visitor(auth, ip_address="192.0.2.7", user_agent="Winterthur/1.0")
    visitor.request().login("carol", PASSWORD, OURS)
    visitor.request().remember()
    sign_in(auth, alice, ip_address="192.0.2.8")
    for name in ("carol", "carol@example.com", "CAROL"):
        with pytest.raises(UserNotFoundError):
            auth.attempt(name, "wrong", OURS, ip_address="192.0.2.9")
    with pytest.raises(GatewrightError):
        auth.authenticate(alice.address, "nonsense", "nonsense", ip_address="192.0.2.9")
    auth.change_username(carol.id, username="caroline")
    auth.bypass("caroline", OURS, actor="caroline", reason="carol rang from Winterthur")
    auth.request_password_reset("carol@example.com")
    auth.deliver_mails()
    auth.request_email_change(carol.id, email="moved@example.com")
    auth.deliver_mails()
    auth.confirm_email_change(mailboxes.links("email_change")[-1].rpartition("/")[2], ip_address="192.0.2.7")
    auth.request_password_reset("moved@example.com")
    auth.generate_challenge(alice.address)
    return visitor


TRACES = re.compile(r"carol|moved@|Winterthur|192\.0\.2\.", re.IGNORECASE)


class TestDeletion:
    def test_nothing_tells_who_it_was(self, auth, mailboxes, lived, carol, snapshot, alice, bob):
        """In no row of any table, the audit record included, which has lost no line."""
        before = [(number, line.event, line.at) for number, line in auth.list_audit()]
        assert TRACES.search(repr(snapshot()))
        auth.delete_user(carol.id)
        auth.deliver_mails()
        left = repr(snapshot())

        assert TRACES.findall(left) == []
        assert alice.address not in left
        assert bob.address not in left
        after = auth.list_audit()
        assert [(number, line.event, line.at) for number, line in after][: len(before)] == before
        assert {line.user_id for _, line in after} == {None, carol.id}
        assert mailboxes.kinds()[-1] == ("account_deleted", "moved@example.com")

    def test_every_session_ends_at_once(self, auth, lived, carol, alice, sign_in):
        """In cookies and in tokens; the browser is no longer remembered."""
        session = sign_in(auth, alice)
        auth.delete_user(carol.id)

        assert lived.request().user() is None
        assert auth.validate_token(session.token) is None
        assert auth.get_user_by_token(session.token) is None
        assert auth.list_sessions() == []
        assert auth.get_user_by_id(carol.id) is None

    def test_visitors_sign_themselves_out_by_it(self, auth, lived):
        """What the visit kept is forgotten."""
        guard = lived.request()
        guard.session("basket", ["book"])
        guard.delete_account(password=PASSWORD)

        assert guard.user() is None
        assert guard.session() == {}
        assert lived.cookie == {}

    def test_the_names_are_free(self, auth, lived, carol, register, link, alice):
        """Username, address and wallet of the deleted account make another one, which inherits nothing."""
        auth.delete_user(carol.id)
        heir = register(auth, "caroline", email="moved@example.com")
        link(auth, "caroline", alice)

        assert heir.id != carol.id
        assert (heir.roles, heir.permissions, auth.get_profile("caroline")) == ((), (), {})
        assert auth.list_sessions(heir.id) == []
        assert lived.request().user() is None
        assert [line.event for _, line in auth.list_audit(username="caroline")] == ["user_created", "wallet_linked"]

    def test_a_wallet_comes_again_as_a_newcomer(self, auth, lived, carol, alice, sign_in):
        """Nobody is kept from making another account."""
        auth.delete_user(carol.id)

        assert sign_in(auth, alice).user_id != carol.id

    def test_links_of_mails_are_void(self, auth, mailboxes, register):
        """Whoever still has one is told what everybody is told."""
        carol = register(auth, email="carol@example.com")
        auth.request_password_reset("carol@example.com")
        auth.deliver_mails()
        token = mailboxes.token()
        auth.delete_user(carol.id)

        with pytest.raises(InvalidLinkError):
            auth.reset_password(token, "quite another sentence of hers")

    def test_the_owner_is_told(self, auth, mailboxes, carol):
        """After the account is gone, however long the mail takes; it leads nowhere."""
        mailboxes.close(MailUnavailableError("down"))
        auth.delete_user(carol.id)
        auth.deliver_mails()
        mailboxes.open()
        (mail,) = auth.list_queued_mails()
        assert (mail.kind, mail.account_id, mail.tries) == ("account_deleted", None, 1)

    def test_nobody_is_told_at_an_address_that_may_be_a_strangers(self, auth, mailboxes, register):
        """One that nobody has verified."""
        user = register(auth, "dora", email="stranger@example.com", is_verified=False)
        auth.delete_user(user.id)

        assert auth.list_queued_mails() == []

    def test_limits_do_not_meet_the_heir(self, auth, register, carol):
        """What failed at the old account is not held against the new one."""
        for _ in range(4):
            with pytest.raises(UserNotFoundError):
                auth.attempt("carol", "wrong", OURS, ip_address="192.0.2.9")
        auth.delete_user(carol.id)
        register(auth, "carol")

        assert auth.attempt("carol", PASSWORD, OURS, ip_address="192.0.2.9").username == "carol"

    def test_hooks_see_who_it_was(self, auth, lived, carol, hooks):
        """Before and after, with what they may do."""
        auth.delete_user(carol.id)
        (before,), (after,) = hooks.of("pre_account_deletion"), hooks.of("post_account_deletion")

        assert before["user"].id == after["user"].id == carol.id
        assert after["user"].roles == ("admin",)

    def test_a_hook_can_refuse(self, auth, lived, carol, snapshot):
        """Then nothing has happened."""

        def refuse(user):
            raise Denied("the last administrator")

        auth.add_hook("pre_account_deletion", refuse)
        before = snapshot(but=["sessions"])
        with pytest.raises(Denied):
            auth.delete_user(carol.id)
        assert snapshot(but=["sessions"]) == before

    def test_lines_about_others_keep_their_person(self, auth, register, carol):
        """What carol did to them is pseudonymous; what others did is not."""
        dora = register(auth, "dora")
        auth.disable_user("dora", actor="carol")
        auth.enable_user("dora", actor="eve")
        auth.delete_user(carol.id)
        lines = [(line.event, line.user_id, line.actor) for _, line in auth.list_audit(username="dora")]

        assert lines == [
            ("user_created", dora.id, None),
            ("user_disabled", dora.id, carol.id),
            ("user_enabled", dora.id, "eve"),
        ]

    def test_it_happens_once(self, auth, carol, at_once, hooks):
        """Whoever comes second is told that there is nobody."""
        results = at_once(auth, [lambda auth: auth.delete_user(carol.id)] * 4)

        assert sorted(type(result).__name__ for result in results) == ["NoneType"] + ["UserNotFoundError"] * 3
        assert len(hooks.of("post_account_deletion")) == 1
        assert len(auth.list_audit(event="user_deleted")) == 1

    def test_no_session_outlives_the_account(self, auth, carol, at_once):
        """However many sign in while it is deleted."""
        proven = auth.attempt("carol", PASSWORD, OURS)

        def sign_in(auth):
            return auth.guard({}).store(proven)

        at_once(auth, [sign_in] * 3 + [lambda auth: auth.delete_user(carol.id)] + [sign_in] * 3)

        assert auth.list_sessions() == []
        with pytest.raises(InactiveUserError) as refused:
            auth.guard({}).store(proven)
        assert refused.value.evidence["user_id"] == carol.id

    def test_whoever_comes_too_late_is_told_so(self, auth, carol, signed_in):
        """With an error of ours: a guard that has seen the user before they were gone."""
        guard = signed_in.request()
        assert guard.user() is not None
        auth.delete_user(carol.id)

        with pytest.raises(UserNotFoundError):
            guard.remember()
        with pytest.raises(UserNotFoundError):
            guard.delete_account(password=PASSWORD)

    def test_a_mail_to_an_account_that_is_gone_is_no_trouble(self, auth, carol, register, mailboxes):
        """The others are sent."""
        dora = register(auth, "dora", email="dora@example.com")
        auth.request_password_reset("carol@example.com")
        auth.request_password_reset("dora@example.com")
        auth.delete_user(carol.id)
        auth.deliver_mails()

        assert sorted(mailboxes.kinds()) == [("account_deleted", "carol@example.com"), ("password_reset", dora.email)]


class TestExport:
    def test_it_tells_everything(self, auth, lived, carol, alice, clock):
        """As JSON, with moments in UTC, and with what is recorded about them."""
        document = json.loads(json.dumps(auth.export_user(carol.id, actor="dave")))

        assert document["exported_at"] == clock.now().isoformat()
        account = document["account"]
        assert (account["id"], account["username"], account["email"]) == (carol.id, "caroline", "moved@example.com")
        assert (account["is_active"], account["is_verified"], account["has_password"]) == (True, True, True)
        assert document["profile"] == {"city": "Winterthur"}
        assert (document["roles"], document["permissions"]) == (["admin"], ["shop.order"])
        assert document["wallets"] == [alice.address]
        assert {session["provider"] for session in document["sessions"]} == {OURS, WALLETS}
        assert {session["user_agent"] for session in document["sessions"]} == {"Winterthur/1.0", None}
        assert len(document["remembered_browsers"]) == 1
        assert [mail["kind"] for mail in document["waiting_mails"]] == ["email_changed", "password_reset"]
        assert document["mail_links"] == []
        events = {line["event"] for line in document["audit"]}
        assert {"signed_in", "sign_in_failed", "username_changed", "wallet_unlinked", "user_exported"} <= events

    def test_it_tells_no_secret(self, auth, lived, carol, sql):
        """No hash, no digest, nothing that signs anybody in, and not who else has had a hand in it."""
        text = json.dumps(auth.export_user(carol.id, actor="dave"))
        secrets = [value for (value,) in sql("SELECT password_hash FROM users WHERE password_hash IS NOT NULL")]
        digests = [value.hex() for (value,) in sql("SELECT secret_digest FROM sessions WHERE secret_digest NOT NULL")]

        assert not [secret for secret in secrets + digests if secret in text]
        assert lived.secret not in text
        assert "dave" not in text

    def test_it_tells_how_sessions_were_proven(self, auth, carol, clock):
        """In words and moments that a person can read."""
        guard = auth.guard({})
        guard.login("carol", PASSWORD, OURS)
        guard.remember()
        document = json.loads(json.dumps(auth.export_user(carol.id)))

        assert len(document["sessions"]) == len(document["remembered_browsers"]) == 1
        for told in (*document["sessions"], *document["remembered_browsers"]):
            assert "proven_by" not in told
            assert [(each["method"], each["kinds"], each["amr"]) for each in told["proofs"]] == [
                ("password", ["knowledge"], ["pwd"])
            ]
            assert told["proofs"][0]["at"] == clock.now().replace(microsecond=0).isoformat()

    def test_it_tells_what_the_user_has_enrolled(self, auth, carol, gatewright_settings):
        """By the names that they know, and nothing that proves anything."""
        owner = Owner(carol.id)
        passkey = an_authenticator("1", owner, name="my phone", data="a secret key")
        with closing(open_database(gatewright_settings)) as database:
            enrol(SQLStore(database), run_to_completion, passkey, owner=owner)
        document = json.loads(json.dumps(auth.export_user(carol.id)))

        assert document["authenticators"] == [
            {
                "method": "passkey",
                "name": "my phone",
                "created_at": passkey.created_at.isoformat(),
                "last_used_at": None,
            }
        ]

    def test_it_tells_of_nobody_else(self, auth, carol, register):
        """Each gets their own."""
        register(auth, "dora", email="dora@example.com")
        auth.set_profile("dora", {"city": "Berne"}, actor="carol")
        text = json.dumps(auth.export_user(carol.id))

        assert "dora" not in text
        assert "Berne" not in text

    def test_naive_moments_are_told_in_utc_too(self, make_auth, register):
        """Whatever kind of moments the application wants."""
        auth = make_auth(naive_timestamps=True)
        user = register(auth)

        assert auth.export_user(user.id)["account"]["created_at"].endswith("+00:00")

    def test_it_is_recorded(self, auth, carol):
        """Who has got a copy, and when."""
        auth.export_user(carol.id, actor="dave")
        ((_, line),) = auth.list_audit(event="user_exported")

        assert (line.user_id, line.username, line.actor) == (carol.id, "carol", "dave")
