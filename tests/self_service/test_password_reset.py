"""Replacing a forgotten password: everything that the old one has let in is out."""

from __future__ import annotations

import pytest

from gatewright.errors import Denied, InvalidLinkError, InvalidParameterError, UserNotFoundError
from gatewright.testing import HookRecorder, Wallet
from visitors import OURS, PASSWORD, Visitor

MAIL = "carol@example.com"
NEW = "quiet lamp under seven hills"


def test_the_new_password_is_the_password(auth, reset):
    """And the old one is none any more."""
    auth.reset_password(reset, NEW)
    assert auth.attempt("carol", NEW, OURS).username == "carol"
    with pytest.raises(UserNotFoundError):
        auth.attempt("carol", PASSWORD, OURS)


def test_a_reset_ends_all_sessions_of_the_user(auth, reset, register, sign_in, link):
    """In cookies and in tokens, by password and by wallet; other people's stay. Nobody is signed in by it."""
    wallet = Wallet.new("carols")
    link(auth, "carol", wallet)
    token = sign_in(auth, wallet).token
    visitors = [Visitor(auth) for _ in range(3)]
    for visitor in visitors:
        visitor.request().login("carol", PASSWORD, OURS)
    dave = register(auth, "dave", email="dave@example.com")
    other = Visitor(auth)
    other.request().login("dave", PASSWORD, OURS)
    auth.reset_password(reset, NEW)
    assert [visitor.request().is_guest() for visitor in visitors] == [True] * 3
    assert auth.validate_token(token) is None
    assert [session.user_id for session in auth.list_sessions()] == [dave.id]


def test_a_reset_tells_the_owner(auth, reset, mailboxes):
    """By a mail to the address, without a secret in it."""
    auth.reset_password(reset, NEW)
    assert auth.deliver_mails() == 1
    assert mailboxes.kinds()[-1] == ("password_changed", MAIL)
    assert mailboxes.links()[-1] == "http://localhost:8000/login"


def test_the_owner_is_told_in_the_language_and_at_the_address_of_the_page(auth, reset):
    """In which they have just chosen the password."""
    auth.reset_password(reset, NEW, language="de", base_url="https://shop.example/auth")
    (mail,) = auth.list_queued_mails()
    assert (mail.kind, mail.language, mail.base_url) == ("password_changed", "de", "https://shop.example/auth")


def test_a_changed_password_tells_the_owner_too(auth, register, mailboxes):
    """Whoever has an address, and only they."""
    register(auth, email=MAIL)
    register(auth, "dave")
    wakes = []
    for username in ("carol", "dave"):
        auth.set_password(username, NEW)
        wakes.append(mailboxes.wakes)
    auth.deliver_mails()
    assert mailboxes.kinds() == [("password_changed", MAIL)]
    assert wakes == [1, 1]


def test_a_changed_password_makes_links_useless(auth, reset):
    """What was asked for before is void."""
    auth.set_password("carol", NEW)
    with pytest.raises(InvalidLinkError):
        auth.reset_password(reset, "yet another sentence of hers")
    assert auth.attempt("carol", NEW, OURS).username == "carol"


def remember(sql, user):
    """Let a browser be remembered, by hand."""
    sql(
        "INSERT INTO remembered VALUES (?, ?, 'carol', ?, '2030', '2040', '2030', ?, x'01', NULL, '')",
        f"series of {user.username}",
        user.id,
        OURS,
        user.id,
    )


@pytest.mark.parametrize(
    "act",
    [
        lambda auth, token: auth.reset_password(token, NEW),
        lambda auth, token: auth.set_password("carol", NEW),
        lambda auth, token: auth.disable_user("carol"),
    ],
    ids=["reset", "change", "deactivation"],
)
def test_no_browser_is_remembered_any_longer(auth, reset, register, sql, act):
    """After a reset, a change of the password or a deactivation; other people's browsers are."""
    remember(sql, auth.get_user("carol"))
    remember(sql, register(auth, "dave"))
    act(auth, reset)
    assert sql("SELECT id FROM remembered") == [("series of dave",)]


def test_an_account_of_a_wallet_gets_a_password_by_its_address(auth, link, mailboxes, sql):
    """Whoever has an address can be sent a link, password or not."""
    auth.create_user(email=MAIL, is_verified=True)
    link(auth, MAIL, Wallet.new("carols"))
    auth.request_password_reset(MAIL)
    auth.deliver_mails()
    auth.reset_password(mailboxes.token(), NEW)
    assert auth.attempt(MAIL, NEW, OURS).email == MAIL


def test_a_mail_goes_to_the_stored_address_only(auth, register, mailboxes):
    """Whatever spelling was typed, and never to anything beside it."""
    register(auth, email=MAIL)
    for typed in ("CAROL@EXAMPLE.COM", "  carol@example.com. ", "\uff43arol@example.com"):
        auth.request_password_reset(typed)
    auth.deliver_mails()
    assert [mail.to for mail in mailboxes.mails] == [MAIL] * 3


def test_a_name_is_no_address(auth, register):
    """An account that goes by its name gets no mail by it."""
    register(auth, email=MAIL)
    with pytest.raises(InvalidParameterError):
        auth.request_password_reset("carol")
    assert auth.list_queued_mails() == []


def test_the_hooks_of_a_reset(auth, reset):
    """Both are given the user, and neither the password."""
    recorder = HookRecorder(auth)
    auth.reset_password(reset, NEW)
    assert recorder.names == ["pre_password_reset", "post_password_reset"]
    assert [parameters["user"].username for _, parameters in recorder.events] == ["carol", "carol"]
    assert NEW not in repr(recorder.events)
    assert reset not in repr(recorder.events)


def test_a_hook_refuses_a_reset(auth, reset):
    """The password stays, and so does the link."""
    is_open = []

    @auth.hooks.pre_password_reset
    def refuse():
        if not is_open:
            raise Denied("not yet")

    with pytest.raises(Denied):
        auth.reset_password(reset, NEW)
    assert auth.attempt("carol", PASSWORD, OURS).username == "carol"
    is_open.append(True)
    assert auth.reset_password(reset, NEW).username == "carol"


def test_a_reset_does_not_verify_the_address(auth, mailboxes):
    """That is the other link's affair."""
    auth.create_user("carol", email=MAIL, password=PASSWORD)
    auth.request_password_reset(MAIL)
    auth.deliver_mails()
    auth.reset_password(mailboxes.token(), NEW)
    assert not auth.get_user("carol").is_verified
