"""Verifying an email address: by its link, and without telling anybody whose address it is."""

from __future__ import annotations

import pytest

from gatewright.errors import Denied, InvalidLinkError
from gatewright.testing import HookRecorder
from visitors import OURS, PASSWORD

MAIL = "carol@example.com"


def test_who_asks_again_gets_another_mail(auth, verification, mailboxes):
    """To the address, whatever its spelling."""
    auth.request_email_verification("Carol@Example.com")
    auth.deliver_mails()
    assert mailboxes.kinds() == [("email_verification", MAIL)] * 2
    auth.verify_email(mailboxes.token())
    assert auth.attempt("carol", PASSWORD, OURS).is_verified


def test_who_is_verified_gets_no_mail(auth, verification):
    """There is nothing to verify."""
    auth.verify_email(verification)
    auth.request_email_verification(MAIL)
    assert auth.list_queued_mails() == []


def test_a_mail_to_somebody_verified_meanwhile_is_not_sent(auth, mailboxes):
    """Nor is one to an account that was deactivated, or that has moved to another address."""
    for name in ("carol", "dave", "ellen"):
        auth.sign_up(f"{name}@example.com", password=PASSWORD, username=name)
    auth.verify_user("carol")
    auth.disable_user("dave")
    assert auth.deliver_mails() == 1
    assert mailboxes.kinds() == [("email_verification", "ellen@example.com")]
    assert auth.list_queued_mails() == []
    discarded = [(entry.username, entry.reason) for _, entry in auth.list_audit(event="mail_discarded")]
    assert discarded == [
        ("carol", "email_verification user_verified"),
        ("dave", "email_verification inactive_user"),
    ]


def test_a_mail_to_an_old_address_is_not_sent(auth, mailboxes, sql):
    """Its link could not be used."""
    auth.sign_up(MAIL, password=PASSWORD)
    sql("UPDATE users SET email = 'moved@example.com'")
    assert auth.deliver_mails() == 0
    assert (mailboxes.mails, auth.list_queued_mails()) == ([], [])


def test_the_hooks_of_a_verification(auth, verification):
    """Before, the user is not verified; afterwards they are."""
    recorder = HookRecorder(auth)
    auth.verify_email(verification)
    assert recorder.names == ["pre_email_verification", "post_email_verification"]
    (before,), (after,) = (recorder.of(name) for name in recorder.names)
    assert (before["user"].is_verified, after["user"].is_verified) == (False, True)
    assert before["user"].id == after["user"].id == auth.get_user("carol").id


def test_a_hook_refuses_a_verification(auth, verification):
    """The account is not verified, and the link is not spent."""
    is_open = []

    @auth.hooks.pre_email_verification
    def refuse(user):
        if not is_open:
            raise Denied("not yet")

    with pytest.raises(Denied):
        auth.verify_email(verification)
    assert not auth.get_user("carol").is_verified
    is_open.append(True)
    assert auth.verify_email(verification).is_verified


def test_no_hook_fires_for_a_link_that_is_no_good(auth, verification):
    """There is no user to tell of."""
    recorder = HookRecorder(auth)
    with pytest.raises(InvalidLinkError):
        auth.verify_email("unknown")
    assert recorder.names == []


def test_a_verification_gives_no_session(auth, verification):
    """Whoever opens the mail still has to sign in."""
    auth.verify_email(verification)
    assert auth.list_sessions() == []
