"""Fixtures of this folder: applications whose users are sent codes by email, and their mailboxes."""

from __future__ import annotations

import pytest

from gatewright.errors import InvalidProofError, SecondFactorRequiredError
from gatewright.methods.email_code import EmailCode, EmailCodeSettings
from mailboxes import Mailboxes
from run_statements import *  # noqa: F403
from visitors import *  # noqa: F403 - fixtures are found by their presence
from visitors import OURS, PASSWORD, Visitor

CAROL = "carol@example.com"


@pytest.fixture
def mailboxes():
    """Where the mails of the test's application go."""
    return Mailboxes()


@pytest.fixture
def mailing(make_auth, mailboxes, gatewright_settings):
    """Make an application that mails codes for a purpose, and that has carol."""

    def mailing(email_code="both", *, digits=8, settings=None, **options):
        method = EmailCode(EmailCodeSettings(email_code=email_code, email_code_digits=digits))
        in_force = gatewright_settings.with_values(notify_new_devices=False, **settings or {})
        auth = mailboxes.serve(make_auth(settings=in_force, methods=[method], **options))
        if not auth.list_users():
            auth.create_user("carol", email=CAROL, password=PASSWORD, is_verified=True)
        return auth

    return mailing


@pytest.fixture
def auth(mailing):
    """An application where mailed codes are good for everything."""
    return mailing()


@pytest.fixture
def strict(mailing):
    """An application where everybody needs a second factor."""
    return mailing(settings={"second_factor": "required"})


@pytest.fixture
def receive(mailboxes):
    """Have the mails sent, and return the last code and the secret of its link."""

    def receive(auth):
        auth.deliver_mails()
        mailed = [(code, link) for code, (_, link, _) in zip(mailboxes.codes, mailboxes.written, strict=True) if code]
        code, link = mailed[-1]  # of the same moment may be a notice
        return code, link.rpartition(".")[2]

    return receive


@pytest.fixture
def ask(auth, receive):
    """Ask for a code in a new browser, and return the browser, the code and the secret of the link."""

    def ask(auth=auth, email=CAROL, **device):
        visitor = Visitor(auth, **device)
        visitor.request().begin("email_code", {"email": email})
        return visitor, *receive(auth)

    return ask


@pytest.fixture
def give_password():
    """Give carol's password in a new browser, which is not enough, and return the browser."""

    def give_password(auth, password=PASSWORD, **device):
        visitor = Visitor(auth, **device)
        with pytest.raises(SecondFactorRequiredError):
            visitor.request().login("carol", password, OURS)
        return visitor

    return give_password


@pytest.fixture
def refusal():
    """Have a visitor's code refused, and return why."""

    def refusal(visitor, given):
        with pytest.raises(InvalidProofError) as refused:
            visitor.request().prove("email_code", given)
        assert visitor.request().is_guest()
        return refused.value.evidence["reason"]

    return refusal
