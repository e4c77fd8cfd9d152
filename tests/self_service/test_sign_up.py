"""Signing up: an account with a mail to it, or a mail to the account that has the address; never more to tell."""

from __future__ import annotations

import pytest

from gatewright.errors import (
    Denied,
    InvalidParameterError,
    RateLimitError,
    TakenError,
    UnverifiedUserError,
    UserNotFoundError,
    WeakPasswordError,
)
from gatewright.testing import HookRecorder
from run_statements import shapes_of
from visitors import OURS, PASSWORD

MAIL = "carol@example.com"
OTHER_PASSWORD = "quiet lamp under seven hills"


def test_a_sign_up_makes_an_account_that_waits_for_its_mail(auth, mailboxes, clock):
    """Active, not verified, with what was typed and nothing else; and a mail is due."""
    assert auth.sign_up("Carol@Example.com", password=PASSWORD, username="Carol", profile={"city": "Berne"}) is None
    user = auth.get_user("carol")
    assert (user.username, user.email, user.is_active, user.is_verified) == ("carol", MAIL, True, False)
    assert (user.roles, user.permissions, user.created_at, user.last_login) == ((), (), clock.now(), None)
    assert auth.get_profile("carol") == {"city": "Berne"}
    (mail,) = auth.list_queued_mails()
    assert (mail.kind, mail.email, mail.account_id) == ("email_verification", MAIL, user.id)
    assert (mail.language, mail.base_url, mail.tries, mail.error) == ("en", "http://localhost:8000", 0, None)
    assert (mail.created_at, mail.due_at, mailboxes.wakes) == (clock.now(), clock.now(), 1)


def test_a_newcomer_signs_in_once_the_address_is_verified(auth, verification):
    """Not before."""
    with pytest.raises(UnverifiedUserError):
        auth.attempt("carol", PASSWORD, OURS)
    auth.verify_email(verification)
    assert auth.attempt(MAIL, PASSWORD, OURS).username == "carol"


def test_a_password_is_needed_where_there_are_any(make_auth, auth, gatewright_settings, count):
    """Where the setting ``methods`` leaves them out, nobody has one, and nobody is asked."""
    with pytest.raises(InvalidParameterError) as caught:
        auth.sign_up(MAIL)
    assert (caught.value.evidence["parameter"], count("users")) == ("password", 0)

    make_auth(settings=gatewright_settings.with_values(methods=("passkey",))).sign_up(MAIL)
    assert auth.has_password(MAIL) is False


def test_a_site_may_do_without_verification(make_auth, gatewright_settings, mailboxes):
    """Where it is off, the account is verified at once and no mail is written."""
    auth = make_auth(settings=gatewright_settings.with_values(enable_email_verification=False))
    auth.sign_up(MAIL, password=PASSWORD)
    assert auth.attempt(MAIL, PASSWORD, OURS).is_verified
    assert auth.list_queued_mails() == []


def test_a_site_may_let_people_in_before_they_have_verified(make_auth, gatewright_settings):
    """Where it is not enforced, an account that is not verified signs in, stays so, and has its mail all the same."""
    auth = make_auth(settings=gatewright_settings.with_values(enforce_email_verification=False))
    auth.sign_up(MAIL, password=PASSWORD)
    cookie = {}
    auth.guard(cookie).login(MAIL, PASSWORD, OURS)
    assert auth.guard(cookie).user().is_verified is False
    assert [mail.kind for mail in auth.list_queued_mails()] == ["email_verification"]


def test_whose_address_has_an_account_gets_a_mail_instead(auth, register, mailboxes, count):
    """The visitor is told nothing; the account stays as it is, its password above all."""
    register(auth, email=MAIL)
    assert auth.sign_up(MAIL, password=OTHER_PASSWORD, username="mallory", profile={"city": "Nowhere"}) is None
    assert auth.attempt("carol", PASSWORD, OURS).email == MAIL
    assert count("users") == 1
    assert auth.get_profile("carol") == {}
    auth.deliver_mails()
    assert mailboxes.kinds() == [("already_registered", MAIL)]
    assert mailboxes.links() == ["http://localhost:8000/login"]


def test_a_client_signs_up_only_so_often(make_auth, gatewright_settings, clock, count):
    """Each time is a mail to whomever it names. Another client, and the next hour, are not concerned."""
    auth = make_auth(settings=gatewright_settings.with_values(signups_per_client=2))
    here = {"password": PASSWORD, "ip_address": "192.0.2.7"}
    auth.sign_up("anna@example.com", **here)
    with pytest.raises(WeakPasswordError):
        auth.sign_up("ben@example.com", **here | {"password": "password"})
    with pytest.raises(RateLimitError) as refused:
        auth.sign_up("ben@example.com", **here)

    assert refused.value.retry_after == 3600
    assert (count("users"), len(auth.list_queued_mails())) == (1, 1)
    auth.sign_up("carol@example.com", **here | {"ip_address": "192.0.2.8"})
    clock.advance(hours=1)
    auth.sign_up("ben@example.com", **here)
    assert count("users") == 3


def test_a_purge_makes_no_room_for_more(make_auth, gatewright_settings, clock):
    """Sign-ups count for an hour, however short the life of links is."""
    auth = make_auth(settings=gatewright_settings.with_values(signups_per_client=1, link_hours=0.5))
    here = {"password": PASSWORD, "ip_address": "192.0.2.7"}
    auth.sign_up("anna@example.com", **here)
    clock.advance(minutes=50)
    auth.cleanup_expired_attempts()

    with pytest.raises(RateLimitError) as refused:
        auth.sign_up("ben@example.com", **here)
    assert refused.value.retry_after == 600


def test_an_owner_is_not_flooded(auth, register, mailboxes, clock, gatewright_settings):
    """As many mails as the setting says in the life of a link, whatever is tried; then again."""
    register(auth, email=MAIL)
    for _ in range(5):
        assert auth.sign_up(MAIL, password=OTHER_PASSWORD) is None
    assert len(auth.list_queued_mails()) == gatewright_settings.mails_per_address == 3
    reasons = [line.reason for _, line in auth.list_audit(event="sign_up_failed")]
    assert reasons == ["taken"] * 3 + ["rate_limited"] * 2
    clock.advance(hours=2, seconds=1)
    auth.sign_up(MAIL, password=OTHER_PASSWORD)
    assert len(auth.list_queued_mails()) == 4


def test_a_taken_username_is_said_whosever_the_address_is(auth, register, count):
    """Names are public; a free and a taken address give the same answer, word by word, and nothing is written."""
    register(auth, email=MAIL)
    register(auth, "dave", email="dave@example.com")
    answers = set()
    for email in (MAIL, "new@example.com"):
        with pytest.raises(TakenError) as refused:
            auth.sign_up(email, password=PASSWORD + "!", username="Dave")
        answers.add((str(refused.value), refused.value.public_message, refused.value.evidence["username"]))
    assert [name for *_, name in answers] == ["dave"]
    assert (count("users"), count("outbox"), count("attempts")) == (2, 0, 0)


def test_an_address_typed_as_a_username_tells_nothing_either(auth, register, count):
    """It is the address, and asking for it as a name must not answer what asking for it as an address does not."""
    register(auth, email=MAIL)
    assert auth.sign_up(MAIL, password=OTHER_PASSWORD, username=MAIL) is None
    assert auth.sign_up("new@example.com", password=OTHER_PASSWORD, username="New@example.com") is None
    assert auth.get_user("new@example.com").entity.username is None
    assert count("users") == 2


def test_an_address_has_one_sign(auth):
    """More is another mistake than a domain that cannot be."""
    with pytest.raises(InvalidParameterError, match=r"must look like name@example\.com"):
        auth.sign_up("a@b@example.com", password=PASSWORD)


def test_another_persons_address_is_no_username(auth, count):
    """As in `create_user`."""
    with pytest.raises(InvalidParameterError):
        auth.sign_up("mallory@example.com", password=PASSWORD, username=MAIL)
    assert count("users") == 0


@pytest.mark.parametrize("username", [None, "newcomer"])
@pytest.mark.parametrize("is_verified", [True, False], ids=["no verification", "verification"])
def test_a_taken_address_costs_as_much_as_a_free_one(
    make_auth, gatewright_settings, register, statements, computations, username, is_verified
):
    """One hash and the same statements in the same order, time after time, up to the limit of mails and beyond."""
    auth = make_auth(settings=gatewright_settings.with_values(enable_email_verification=not is_verified))
    register(auth, email=MAIL)
    auth.sign_up("first@example.com", password=OTHER_PASSWORD)  # opens connections

    def work(number, email):
        statements.clear()
        computations.clear()
        auth.sign_up(email, password=OTHER_PASSWORD, username=username and f"{username}{number}{email[0]}")
        return shapes_of(statements), list(computations)

    taken, free = ([work(number, email) for number in range(5)] for email in (MAIL, "new@example.com"))
    assert len(taken[0][0]) > 7
    assert len(taken[0][1]) == 1
    assert taken == free == [taken[0]] * 5


@pytest.mark.parametrize(
    ("password", "reason"),
    [("short", "too_short"), ("passwordpassword", "common"), ("my name is carolina", "context")],
)
@pytest.mark.parametrize("taken", [True, False])
def test_a_weak_password_is_refused_before_anything_else(auth, register, count, password, reason, taken):
    """By the same policy as everywhere, whether the address has an account or not."""
    if taken:
        register(auth, email="carolina@example.com")
    with pytest.raises(WeakPasswordError) as refused:
        auth.sign_up("carolina@example.com", password=password)
    assert refused.value.evidence["reason"] == reason
    assert (count("users"), count("outbox"), count("attempts")) == (taken, 0, 0)


def test_nothing_in_the_form_gives_a_right(auth, verification):
    """What is called like a right is a text of the profile and no more; there is no argument that could give one."""
    wishes = {"role": "admin", "roles": "admin", "is_admin": "1", "is_active": "1", "is_verified": "1", "id": "1"}
    auth.create_role("admin")
    auth.sign_up("mallory@example.com", password=PASSWORD, username="mallory", profile=wishes)
    mallory = auth.get_user("mallory")
    assert (mallory.roles, mallory.permissions, mallory.is_verified) == ((), (), False)
    assert mallory.id != "1"
    assert auth.get_profile("mallory") == wishes
    with pytest.raises(TypeError):
        auth.sign_up("eve@example.com", password=PASSWORD, is_verified=True)


def test_many_sign_up_with_one_address_at_once(auth, count, at_once):
    """There is one account, every answer is the same, and each of the others writes to its owner, up to the limit."""
    answers = at_once(auth, [lambda auth: auth.sign_up(MAIL, password=PASSWORD)] * 12)
    assert answers == [None] * 12
    assert count("users") == 1
    kinds = [mail.kind for mail in auth.list_queued_mails()]
    assert sorted(kinds) == ["already_registered"] * 3 + ["email_verification"]


RIVAL = """CREATE TRIGGER rival BEFORE INSERT ON attempts WHEN NOT EXISTS (SELECT * FROM users) BEGIN
    INSERT INTO users (id, username, email, is_active, is_verified, created_at)
    VALUES ('1', '{}', '{}', 1, 1, '2030-01-01T00:00:00.000000'); END"""


def test_an_address_that_somebody_takes_at_that_moment_gets_a_mail(auth, sql):
    """As one that was taken before: it has been looked for already."""
    sql(RIVAL.format("rival", MAIL))
    assert auth.sign_up(MAIL, password=PASSWORD, username="carol") is None
    assert [(mail.kind, mail.email, mail.account_id) for mail in auth.list_queued_mails()] == [
        ("already_registered", MAIL, "1")
    ]
    ((_, line),) = auth.list_audit(event="sign_up_failed")
    assert (line.user_id, line.username, line.reason) == ("1", "rival", "taken")
    assert [user.username for user in auth.list_users()] == ["rival"]


def test_a_username_that_somebody_takes_at_that_moment_is_said(auth, sql):
    """And nothing is written."""
    sql(RIVAL.format("carol", "rival@example.com"))
    with pytest.raises(TakenError):
        auth.sign_up(MAIL, password=PASSWORD, username="carol")
    assert auth.list_queued_mails() == []
    assert [user.email for user in auth.list_users()] == ["rival@example.com"]


def test_many_sign_up_with_one_username_at_once(auth, count, at_once):
    """One gets it; the others are told."""
    calls = [lambda auth, n=n: auth.sign_up(f"m{n}@example.com", password=PASSWORD, username="carol") for n in range(8)]
    answers = at_once(auth, calls)
    assert answers.count(None) == 1
    assert sum(isinstance(answer, TakenError) for answer in answers) == 7
    assert count("users") == count("outbox") == 1


def test_the_hooks_of_a_sign_up(auth, mailboxes, count):
    """``pre_signup`` sees what was typed, ``post_signup`` the new user; a taken address fires the first only."""
    recorder = HookRecorder(auth)
    auth.sign_up(MAIL, password=PASSWORD, username="carol", profile={"city": "Berne"})
    auth.sign_up(MAIL, password=PASSWORD)
    assert recorder.names == ["pre_signup", "post_signup", "pre_signup"]
    assert recorder.of("pre_signup") == [
        {"email": MAIL, "username": "carol", "profile": {"city": "Berne"}},
        {"email": MAIL, "username": None, "profile": {}},
    ]
    user = recorder.of("post_signup")[0]["user"]
    assert (user.id, user.username, user.is_verified) == (auth.get_user("carol").id, "carol", False)
    assert PASSWORD not in repr(recorder.events)


def test_a_hook_refuses_a_sign_up(auth, count):
    """Before anything is written."""

    @auth.hooks.pre_signup
    def refuse(email):
        if email.endswith("@spam.example"):
            raise Denied("no")

    with pytest.raises(Denied):
        auth.sign_up("a@spam.example", password=PASSWORD)
    assert (count("users"), count("attempts")) == (0, 0)


def test_a_hook_changes_what_was_typed(auth):
    """For the next hook and for the account."""
    auth.add_hook("pre_signup", lambda email: {"email": email.replace("+spam", ""), "profile": {"from": "hook"}})
    auth.add_hook("pre_signup", lambda profile: {"username": "carol" if profile == {"from": "hook"} else None})
    auth.sign_up("carol+spam@example.com", password=PASSWORD)
    assert auth.get_user("carol").email == MAIL
    assert auth.get_profile("carol") == {"from": "hook"}


@pytest.mark.parametrize(
    "change",
    [{"email": "nonsense"}, {"email": None}, {"username": ""}, {"username": 5}, {"profile": 5}, {"profile": {"a": 1}}],
)
def test_a_hooks_change_is_checked_like_a_given_value(auth, count, change):
    """By the same error."""
    with pytest.raises(InvalidParameterError):
        auth.sign_up(**{"email": MAIL, "password": PASSWORD} | change)
    auth.add_hook("pre_signup", lambda: change)
    with pytest.raises(InvalidParameterError):
        auth.sign_up(MAIL, password=PASSWORD)
    assert count("users") == 0


def test_a_sign_up_with_nobodys_password_signs_nobody_in(auth, verification):
    """The mail's link proves the address; it is the password that signs in."""
    auth.verify_email(verification)
    with pytest.raises(UserNotFoundError):
        auth.attempt("carol", OTHER_PASSWORD, OURS)


@pytest.mark.parametrize(
    "address",
    [
        *("anna@[127.0.0.1]", "anna@[IPv6:::1]", "anna@[x]", "anna@127.0.0.1", "anna@example.123", "anna@5"),
        *("anna@example..com", "anna@.example.com", "anna@-example.com", "anna@example-.com", "anna@exa mple.com"),
        *("anna@example.com,ben@example.com", "anna@example.com:25", "<anna@example.com>", "anna(x)@example.com"),
        *('"anna b"@example.com', "an,na@example.com", "an..na@example.com", "anna.@example.com", "an;na@example.com"),
        *(f"anna@{'x' * 64}.com", f"{'a' * 65}@example.com", "anna@", "@example.com", "a@b@example.com"),
    ],
)
def test_an_address_that_no_mail_can_reach_is_refused(auth, address):
    """Before there is an account that could never be verified; and so where a link is asked for, or a user is made."""
    acts = [
        lambda: auth.sign_up(address, password=PASSWORD),
        lambda: auth.request_password_reset(address),
        lambda: auth.request_email_verification(address),
        lambda: auth.create_user("carol", email=address, password=PASSWORD),
    ]
    for act in acts:
        with pytest.raises(InvalidParameterError) as refused:
            act()
        assert refused.value.evidence["parameter"] == "email"
    assert auth.list_users() == []


@pytest.mark.parametrize(
    "address",
    [
        *(
            "carol@localhost",
            "carol.b+tag@mail.example.co.uk",
            "o'hara@example.com",
            "a@1and1.example",
            "x_y-z@a_b.example",
        ),
        *("anna@münchen.example", "anna@xn--mnchen-3ya.example", "{a}|b/c=d?e^f`g~h*i!j#k$l%m&n@example.com"),
        *(f"{'a' * 64}@example.com", "anna@हिन्दी.example", "anna@3com.example", "anna@example.x1"),
    ],
)
def test_an_address_that_a_mail_can_reach_is_taken(auth, address):
    """However unusual it looks."""
    auth.sign_up(address, password=PASSWORD)
    assert len(auth.list_queued_mails()) == 1
