"""Fixtures of this folder: those that the tests of users and guards share, and mailboxes."""

from __future__ import annotations

import pytest

from argon2_computations import computations  # noqa: F401 - a fixture is found by its presence
from mailboxes import Mailboxes
from run_statements import *  # noqa: F403
from visitors import *  # noqa: F403 - fixtures are found by their presence


@pytest.fixture
def mailboxes():
    """Where the mails of the test's application go."""
    return Mailboxes()


@pytest.fixture
def make_auth(make_auth, mailboxes):
    """Make applications whose mails go to the mailboxes."""
    return lambda **options: mailboxes.serve(make_auth(**options))


@pytest.fixture
def verification(auth, mailboxes):
    """The secret of the link that carol has been sent after signing up."""
    auth.sign_up("carol@example.com", password="correct horse battery staple", username="carol")
    auth.deliver_mails()
    return mailboxes.token()


@pytest.fixture
def reset(auth, mailboxes, register):
    """The secret of a link with which carol can replace her password."""
    register(auth, email="carol@example.com")
    auth.request_password_reset("carol@example.com")
    auth.deliver_mails()
    return mailboxes.token()
