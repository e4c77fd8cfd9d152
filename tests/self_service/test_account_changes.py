"""Another username, another email address: by their owner with a fresh proof, or by whoever runs the site."""

from __future__ import annotations

import pytest

from gatewright import MemoryUserProvider
from gatewright.errors import (
    AttemptBlockedError,
    AuthenticationError,
    Denied,
    InvalidLinkError,
    InvalidParameterError,
    RateLimitError,
    StepUpRequiredError,
    TakenError,
    UnconfirmedError,
    UserNotFoundError,
)
from gatewright.providers.user_provider import default_hasher
from visitors import ODD_VALUES, OURS, PASSWORD, Visitor, not_refused

NEW = "new@example.com"
HERE = "192.0.2.7"
NEW_PASSWORD = "quite another sentence of hers"


@pytest.fixture
def carol(auth, register):
    """A user with a username and an email address."""
    return register(auth, email="carol@example.com")


@pytest.fixture
def asked(auth, mailboxes, carol):
    """The secret of the link that moves carol to another address."""
    auth.request_email_change(carol.id, email=NEW)
    return moving_token(auth, mailboxes)


def moving_token(auth, mailboxes):
    """Send the mails that wait, and return the secret of the newest link to another address."""
    auth.deliver_mails()
    return mailboxes.links("email_change")[-1].rpartition("/")[2]


def wallet_visitor(auth, wallet):
    """A visitor who has signed in with a wallet alone."""
    visitor = Visitor(auth)
    challenge = auth.generate_challenge(wallet.address)
    visitor.request().login_with_wallet(wallet.address, challenge, wallet.sign(challenge))
    return visitor


class TestUsername:
    def test_the_new_name_is_spelled_in_one_way(self, auth, carol):
        """As at sign-up; the user is returned under it, with the same id."""
        renamed = auth.change_username(carol.id, username=" CAROLINE\u3000 Smith. ")

        assert (renamed.id, renamed.username) == (carol.id, "caroline smith")
        assert auth.get_user("Caroline  Smith").id == carol.id

    def test_the_old_name_is_free(self, auth, carol, register):
        """And nothing of the old owner comes with it."""
        visitor = Visitor(auth)
        visitor.request().login("carol", PASSWORD, OURS)
        auth.change_username(carol.id, username="caroline")
        heir = register(auth, "carol")

        assert heir.id != carol.id
        assert visitor.request().user().id == carol.id
        assert [session.user_id for session in auth.list_sessions()] == [carol.id]

    def test_what_an_old_request_changes_is_not_the_heirs(self, auth, carol, register, alice):
        """A guard that outlives its request, as in a WebSocket, still means the account that signed in."""
        guard = Visitor(auth).request()
        guard.login("carol", PASSWORD, OURS)
        challenge = guard.begin_enrolment("wallet", {"evrmore_address": alice.address})["challenge"]
        auth.change_username(carol.id, username="caroline")
        register(auth, "carol")
        guard.link_wallet(alice.address, challenge, alice.sign(challenge))
        guard.change_password(None, NEW_PASSWORD)

        assert auth.attempt("carol", PASSWORD, OURS).id != carol.id
        assert auth.attempt("caroline", NEW_PASSWORD, OURS).id == carol.id
        assert (auth.list_wallets("carol"), auth.list_wallets("caroline")) == ([], [alice.address])

    def test_a_token_goes_on(self, auth, alice, sign_in, link, carol):
        """It names the session, and not the user."""
        link(auth, "carol", alice)
        session = sign_in(auth, alice)
        auth.change_username(carol.id, username="caroline")

        assert auth.get_user_by_token(session.token).username == "caroline"

    @pytest.mark.parametrize("name", ["bert", "BERT", "\uff42ert", " bert."])
    def test_a_taken_name_is_refused(self, auth, carol, name):
        """However it is spelled."""
        auth.create_user("bert")

        with pytest.raises(TakenError):
            auth.change_username(carol.id, username=name)
        assert auth.get_user("carol").id == carol.id

    def test_a_mail_address_of_somebody_else_is_no_name(self, auth, carol):
        """One's own is."""
        auth.create_user("bert", email="bert@example.com")

        for name in ("bert@example.com", "nobody@example.com"):
            with pytest.raises(InvalidParameterError):
                auth.change_username(carol.id, username=name)
        assert auth.change_username(carol.id, username="Carol@example.com").username == "carol@example.com"

    def test_the_same_name_is_no_change(self, auth, carol, count):
        """Nothing is written."""
        before = count("audit")

        assert auth.change_username(carol.id, username="CAROL").username == "carol"
        assert count("audit") == before

    def test_hooks_may_choose_or_refuse_the_name(self, auth, carol, hooks):
        """What they leave is validated like what was typed."""
        auth.create_user("bert")
        choices = iter([{"username": "Chosen"}, {"username": "bert"}])
        auth.add_hook("pre_username_change", lambda: next(choices, None))

        assert auth.change_username(carol.id, username="typed").username == "chosen"
        (asked,), (told,) = hooks.of("pre_username_change"), hooks.of("post_username_change")
        assert (asked["user"].id, asked["user"].username, asked["username"]) == (carol.id, "carol", "typed")
        assert (told["user"].id, told["user"].username, told["former_username"]) == (carol.id, "chosen", "carol")
        with pytest.raises(TakenError):
            auth.change_username(carol.id, username="typed")

    def test_odd_names_are_refused(self, auth, carol):
        """With an error of ours, whatever they are."""
        assert not_refused(lambda odd: auth.change_username(carol.id, username=odd)) == []
        assert auth.get_user("carol").id == carol.id

    def test_one_of_many_gets_a_name(self, auth, register, at_once):
        """At the same moment."""
        users = [register(auth, f"user{number}") for number in range(4)]

        def take(user):
            return lambda auth: auth.change_username(user.id, username="wanted")

        results = at_once(auth, [take(user) for user in users])
        assert sorted(type(result).__name__ for result in results) == ["TakenError"] * 3 + ["User"]


class TestEmail:
    def test_nothing_changes_before_the_link_is_used(self, auth, mailboxes, carol, asked):
        """The link goes to the new address, a notice without one to the old."""
        assert mailboxes.kinds() == [("email_change", NEW), ("email_change_requested", "carol@example.com")]
        assert mailboxes.links("email_change_requested") == ["http://localhost:8000/login"]
        assert auth.get_user("carol").email == "carol@example.com"
        with pytest.raises(UserNotFoundError):
            auth.get_user(NEW)

    def test_the_link_moves_the_account(self, auth, mailboxes, carol, asked):
        """The old address is told, and is free; nobody is signed out."""
        visitor = Visitor(auth)
        visitor.request().login("carol", PASSWORD, OURS)
        moved = auth.confirm_email_change(asked)
        auth.deliver_mails()

        assert (moved.id, moved.username, moved.email, moved.is_verified) == (carol.id, "carol", NEW, True)
        assert mailboxes.kinds()[-1] == ("email_changed", "carol@example.com")
        assert visitor.request().user().email == NEW
        assert auth.create_user(email="carol@example.com").id != carol.id

    def test_a_visitor_known_by_the_address_stays_signed_in(self, auth, mailboxes, register):
        """An account without a username is known by its address; so are its sessions and browsers."""
        user = register(auth, None, email="dora@example.com")
        visitor, other = Visitor(auth), Visitor(auth)
        visitor.request().login("dora@example.com", PASSWORD, OURS)
        other.request().login("dora@example.com", PASSWORD, OURS)
        cookie = other.request().remember()
        auth.request_email_change(user.id, email=NEW)
        auth.confirm_email_change(moving_token(auth, mailboxes))

        assert visitor.request().user().email == NEW
        later = auth.guard({})
        assert later.recall(cookie) is not None
        assert later.user().id == user.id

    def test_a_link_is_good_once(self, auth, asked):
        """Whoever comes second is told so."""
        auth.confirm_email_change(asked)

        with pytest.raises(InvalidLinkError):
            auth.confirm_email_change(asked)

    def test_a_link_is_good_for_two_hours(self, auth, asked, clock):
        """To the second."""
        clock.advance(hours=2)

        with pytest.raises(InvalidLinkError):
            auth.confirm_email_change(asked)

    def test_only_the_digest_of_a_link_is_kept(self, auth, asked, sql):
        """Whoever reads the database moves nobody."""
        assert asked not in repr(sql("SELECT * FROM links")) + repr(sql("SELECT * FROM outbox"))

    def test_a_newer_wish_replaces_the_older(self, auth, mailboxes, carol, asked):
        """Be its mail sent already or not."""
        auth.request_email_change(carol.id, email="second@example.com")
        auth.request_email_change(carol.id, email="third@example.com")
        newest = moving_token(auth, mailboxes)

        assert "second@example.com" not in [to for _, to in mailboxes.kinds()]
        with pytest.raises(InvalidLinkError):
            auth.confirm_email_change(asked)
        assert auth.confirm_email_change(newest).email == "third@example.com"

    @pytest.mark.parametrize("is_sent", [True, False])
    def test_a_new_password_voids_the_wish(self, auth, mailboxes, carol, is_sent):
        """That is what the notice to the old address advises: whoever asked may have known the old one."""
        auth.request_email_change(carol.id, email=NEW)
        token = moving_token(auth, mailboxes) if is_sent else None
        auth.set_password("carol", NEW_PASSWORD)
        auth.deliver_mails()

        assert len(mailboxes.links("email_change")) == int(is_sent)
        if token is not None:
            with pytest.raises(InvalidLinkError):
                auth.confirm_email_change(token)

    def test_links_to_the_old_address_are_void_after_the_move(self, auth, mailboxes, carol, asked):
        """A forgotten password is replaced at the new address."""
        auth.request_password_reset("carol@example.com")
        auth.deliver_mails()
        reset = mailboxes.links("password_reset")[-1].rpartition("/")[2]
        auth.confirm_email_change(asked)

        with pytest.raises(InvalidLinkError):
            auth.reset_password(reset, NEW_PASSWORD)

    def test_a_link_of_another_kind_moves_nobody(self, auth, mailboxes, asked):
        """Nor does this one verify or reset anything."""
        auth.request_password_reset("carol@example.com")
        auth.deliver_mails()
        reset = mailboxes.token()
        for use, token in (
            (auth.confirm_email_change, reset),
            (auth.verify_email, asked),
            (lambda token: auth.reset_password(token, NEW_PASSWORD), asked),
        ):
            with pytest.raises(InvalidLinkError):
                use(token)

    def test_an_account_that_is_not_active_is_not_moved(self, auth, asked):
        """Whoever deactivated it meant that."""
        auth.disable_user("carol")

        with pytest.raises(InvalidLinkError):
            auth.confirm_email_change(asked)

    def test_nobody_learns_whose_an_address_is(self, auth, mailboxes, carol, register, sql):
        """The answer and the work are the same; only the mail is missing, and why is recorded."""
        register(auth, "bert", email="bert@example.com")
        written = []
        for email in ("bert@example.com", "free@example.com"):
            before = sql("SELECT count(*) FROM attempts")[0][0], sql("SELECT count(*) FROM audit")[0][0]
            assert auth.request_email_change(carol.id, email=email) is None
            after = sql("SELECT count(*) FROM attempts")[0][0], sql("SELECT count(*) FROM audit")[0][0]
            written.append((after[0] - before[0], after[1] - before[1]))
        auth.deliver_mails()

        assert written[0] == written[1]
        assert ("email_change", "bert@example.com") not in mailboxes.kinds()
        assert mailboxes.kinds().count(("email_change_requested", "carol@example.com")) == 2
        reasons = [line.reason for _, line in auth.list_audit(event="email_change_requested")]
        assert reasons == ["taken", None]

    def test_an_address_that_is_taken_meanwhile_stays_its_owners(self, auth, carol, asked, register):
        """The link is not spent: it is good again when the address is free."""
        rival = register(auth, "rival", email=NEW)

        with pytest.raises(TakenError):
            auth.confirm_email_change(asked, ip_address=HERE)
        assert auth.get_user("carol").email == "carol@example.com"
        ((_, line),) = auth.list_audit(event="email_change_failed")
        assert (line.user_id, line.username, line.reason, line.client) == (carol.id, "carol", "taken", HERE)
        auth.delete_user(rival.id)
        assert auth.confirm_email_change(asked).email == NEW

    def test_one_of_two_gets_an_address(self, auth, mailboxes, carol, asked, register, at_once):
        """Both had a link to it, and use it at the same moment."""
        rival = register(auth, "rival", email="rival@example.com")
        auth.request_email_change(rival.id, email=NEW)
        other = moving_token(auth, mailboxes)

        def use(token):
            return lambda auth: auth.confirm_email_change(token)

        results = at_once(auth, [use(asked), use(other)])
        assert sorted(type(result).__name__ for result in results) == ["TakenError", "User"]

    def test_nobody_is_flooded(self, auth, mailboxes, carol):
        """The fourth mail to one address within two hours is not sent; one client is told when it is too much."""
        for _ in range(4):
            auth.request_email_change(carol.id, email=NEW)
            auth.deliver_mails()
        assert len(mailboxes.links("email_change")) == 3
        reasons = [line.reason for _, line in auth.list_audit(event="email_change_requested")]
        assert sorted(map(str, reasons)) == ["None", "None", "None", "rate_limited"]
        for number in range(20):
            auth.request_email_change(carol.id, email=f"{number}@example.com", ip_address="192.0.2.1")
        with pytest.raises(RateLimitError) as limited:
            auth.request_email_change(carol.id, email="20@example.com", ip_address="192.0.2.1")
        assert limited.value.evidence["client"] == "192.0.2.1"

    def test_an_account_may_get_its_first_address(self, auth, mailboxes, alice):
        """There is no old one to be told."""
        visitor = wallet_visitor(auth, alice)
        visitor.request().request_email_change(NEW)
        token = moving_token(auth, mailboxes)

        assert mailboxes.kinds() == [("email_change", NEW)]
        user = auth.confirm_email_change(token)
        assert (user.email, user.is_verified) == (NEW, True)
        auth.deliver_mails()
        assert mailboxes.kinds() == [("email_change", NEW)]
        assert visitor.request().user().email == NEW

    def test_a_username_that_is_the_address_moves_along(self, auth, mailboxes, register):
        """It could not be anybody else's address."""
        user = register(auth, "dora@example.com", email="dora@example.com")
        visitor = Visitor(auth)
        visitor.request().login("dora@example.com", PASSWORD, OURS)
        auth.request_email_change(user.id, email=NEW)
        moved = auth.confirm_email_change(moving_token(auth, mailboxes))

        assert (moved.username, moved.email) == (NEW, NEW)
        assert visitor.request().user().username == NEW

    def test_one_s_own_address_is_no_change(self, auth, carol):
        """However it is spelled."""
        with pytest.raises(InvalidParameterError) as refused:
            auth.request_email_change(carol.id, email="CAROL@example.com")
        assert refused.value.evidence == {"parameter": "email", "reason": "unchanged"}
        assert auth.list_queued_mails() == []

    def test_hooks_may_choose_or_refuse_the_address(self, auth, carol, hooks, mailboxes):
        """Before anything is sent."""
        auth.add_hook("pre_email_change", lambda: {"email": "Chosen@example.com"})
        auth.request_email_change(carol.id, email=NEW)
        auth.confirm_email_change(moving_token(auth, mailboxes))

        assert hooks.of("post_email_change")[0]["former_email"] == "carol@example.com"
        assert auth.get_user("carol").email == "chosen@example.com"

        def refuse():
            raise Denied

        auth.add_hook("pre_email_change", refuse)
        with pytest.raises(Denied):
            auth.request_email_change(carol.id, email=NEW)

    def test_odd_values_are_refused(self, auth, carol):
        """With an error of ours, whatever they are."""
        assert not_refused(lambda odd: auth.request_email_change(carol.id, email=odd)) == []
        assert not_refused(auth.confirm_email_change) == []
        assert auth.list_queued_mails() == []


ACTS = {
    "a password": lambda guard, password=None: guard.change_password(password, NEW_PASSWORD),
    "a username": lambda guard, **proof: guard.change_username("caroline", **proof),
    "an address": lambda guard, **proof: guard.request_email_change(NEW, **proof),
    "a copy": lambda guard, **proof: guard.export(**proof),
    "the end": lambda guard, **proof: guard.delete_account(**proof),
}
"""What visitors do with their own account."""


@pytest.mark.parametrize("act", ACTS.values(), ids=ACTS)
class TestProof:
    def test_the_password_is_one(self, auth, signed_in, act):
        """The one that they have."""
        before = len(auth.list_audit())
        act(signed_in.request(), password=PASSWORD)

        assert len(auth.list_audit()) > before  # it is done, and recorded

    def test_a_sign_in_a_short_while_ago_is_one(self, auth, signed_in, act, clock):
        """By whatever method: then no password is asked for."""
        clock.advance(minutes=10)
        before = len(auth.list_audit())
        act(signed_in.request())

        assert len(auth.list_audit()) > before

    def test_a_sign_in_long_ago_is_none(self, auth, signed_in, act, clock):
        """The visitor proves themselves once more, or types the password with it."""
        clock.advance(minutes=10, seconds=1)

        with pytest.raises(StepUpRequiredError) as caught:
            act(signed_in.request())
        assert caught.value.evidence["minutes"] == 10
        assert auth.list_queued_mails() == []
        signed_in.request().confirm_password(PASSWORD)
        act(signed_in.request())

    def test_a_clock_that_was_moved_back_makes_none(self, auth, signed_in, act, clock):
        """A proof from the future is nobody's."""
        clock.advance(hours=-1)

        with pytest.raises(StepUpRequiredError):
            act(signed_in.request())

    def test_how_long_is_a_setting(self, make_auth, gatewright_settings, register, act, clock):
        """``fresh_minutes``."""
        auth = make_auth(settings=gatewright_settings.with_values(fresh_minutes=2))
        register(auth)
        visitor = Visitor(auth)
        visitor.request().login("carol", PASSWORD, OURS)
        clock.advance(minutes=3)

        with pytest.raises(StepUpRequiredError):
            act(visitor.request())

    @pytest.mark.parametrize("password", ["", "wrong", NEW_PASSWORD, 7])
    def test_a_wrong_password_is_refused(self, auth, carol, signed_in, act, password):
        """Even where none is needed."""
        with pytest.raises((UserNotFoundError, InvalidParameterError)):
            act(signed_in.request(), password=password)
        assert auth.get_user("carol").id == carol.id
        assert auth.list_queued_mails() == []

    def test_guesses_are_limited(self, auth, carol, act):
        """Like those at a sign-in."""
        visitor = Visitor(auth, ip_address="192.0.2.7")
        visitor.request().login("carol", PASSWORD, OURS)
        for _ in range(4):
            with pytest.raises(UserNotFoundError):
                act(visitor.request(), password="wrong")
        with pytest.raises(AttemptBlockedError):
            act(visitor.request(), password=PASSWORD)

    def test_a_guest_has_none(self, auth, carol, act):
        """Whatever they know."""
        with pytest.raises(AuthenticationError):
            act(auth.guard({}), password=PASSWORD)

    def test_a_wallet_that_has_just_signed_is_one(self, auth, alice, act):
        """Where there is no password."""
        visitor = wallet_visitor(auth, alice)
        before = len(auth.list_audit())
        if act is ACTS["a password"]:
            return  # a wallet's account has no name to type a password with
        act(visitor.request())

        assert len(auth.list_audit()) > before

    def test_a_wallet_that_signed_long_ago_is_none(self, auth, alice, act, clock):
        """Ten minutes are long."""
        visitor = wallet_visitor(auth, alice)
        clock.advance(minutes=10, seconds=1)

        with pytest.raises(UnconfirmedError):
            act(visitor.request())
        assert len(auth.list_users()) == 1

    def test_a_merely_remembered_wallet_is_none(self, auth, alice, act):
        """It has not signed at all."""
        cookie = wallet_visitor(auth, alice).request().remember()
        visitor = Visitor(auth)
        visitor.request().recall(cookie)

        with pytest.raises(UnconfirmedError):
            act(visitor.request())

    def test_a_wallet_is_one_where_there_is_a_password(self, auth, alice, carol, link, act, clock):
        """It proves as much. Once that is long ago, the password does, too."""
        link(auth, "carol", alice)
        before = len(auth.list_audit())
        act(wallet_visitor(auth, alice).request())
        assert len(auth.list_audit()) > before

    def test_a_merely_remembered_visitor_can_type_the_password(self, auth, signed_in, act):
        """And has no proof without it."""
        cookie = signed_in.request().remember()
        visitor = Visitor(auth)
        visitor.request().recall(cookie)

        with pytest.raises(StepUpRequiredError):
            act(visitor.request())
        act(visitor.request(), password=PASSWORD)


@pytest.mark.parametrize("act", ACTS.values(), ids=ACTS)
def test_users_of_other_providers_are_not_ours_to_change(make_auth, act):
    """The error says whose they are."""
    users = [{"email": "carol", "password": default_hasher().hash(PASSWORD)}]
    auth = make_auth(providers=[MemoryUserProvider(users)])
    visitor = Visitor(auth)
    visitor.request().login("carol", PASSWORD, "MemoryUserProvider")

    with pytest.raises(InvalidParameterError, match="MemoryUserProvider stores this user"):
        act(visitor.request(), password=PASSWORD)


BY_ID = {
    "change_username": lambda auth, user_id: auth.change_username(user_id, username="x"),
    "request_email_change": lambda auth, user_id: auth.request_email_change(user_id, email=NEW),
    "export_user": lambda auth, user_id: auth.export_user(user_id),
    "delete_user": lambda auth, user_id: auth.delete_user(user_id),
    "list_sole_roles": lambda auth, user_id: auth.list_sole_roles(user_id),
}


@pytest.mark.parametrize("act", BY_ID.values(), ids=BY_ID)
def test_nobody_is_an_error(auth, carol, act):
    """For whatever is no id; a name is none."""
    for user_id in ["nobody", "carol", "carol@example.com", *ODD_VALUES.values()]:
        with pytest.raises(UserNotFoundError):
            act(auth, user_id)


def test_a_wallet_of_a_stranger_proves_nothing(auth, carol, signed_in, bob):
    """Whoever is signed in as somebody else changes only their own account."""
    wallet_visitor(auth, bob).request().change_username("robert")

    assert auth.get_user("carol").id == carol.id
    assert auth.get_user("robert").id != carol.id


def test_what_visitors_do_names_their_client(auth, carol):
    """The record says from where an account was renamed and copied."""
    visitor = Visitor(auth, ip_address=HERE)
    visitor.request().login("carol", PASSWORD, OURS)
    visitor.request().export()
    visitor.request().change_username("caroline")

    lines = [line for _, line in auth.list_audit() if line.event in ("user_exported", "username_changed")]
    assert [(line.user_id, line.client) for line in lines] == [(carol.id, HERE)] * 2


def test_a_wish_to_move_names_who_asked_for_whom_from_where(auth, carol):
    auth.request_email_change(carol.id, email=NEW, ip_address=HERE, actor="support")

    ((_, line),) = auth.list_audit(event="email_change_requested")
    assert (line.user_id, line.username, line.client, line.actor) == (carol.id, "carol", HERE, "support")


def test_a_move_is_told_in_the_language_and_at_the_address_of_the_page(auth, mailboxes, register, hooks):
    """The hooks are told who it is, with the new address, which is verified by that."""
    dora = register(auth, "dora", email="dora@example.com", is_verified=False)
    auth.request_email_change(dora.id, email=NEW)
    auth.confirm_email_change(moving_token(auth, mailboxes), language="de", base_url="https://shop.example")

    (mail,) = auth.list_queued_mails()
    assert (mail.kind, mail.language, mail.base_url) == ("email_changed", "de", "https://shop.example")
    (asked,), (told,) = hooks.of("pre_email_change"), hooks.of("post_email_change")
    assert asked["user"].id == told["user"].id == dora.id
    assert (told["user"].email, told["user"].is_verified) == (NEW, True)
