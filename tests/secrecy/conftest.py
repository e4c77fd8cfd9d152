"""Applications on every store, and a life of users that goes through every operation."""

from __future__ import annotations

import pytest

from gatewright.methods.email_code import EmailCode, EmailCodeSettings
from gatewright.methods.passkey import Passkey, PasskeySettings
from mailboxes import Mailboxes
from span_exporter import *  # noqa: F403 - fixtures are found by their presence
from whole_life import Life


@pytest.fixture
def gatewright_settings(gatewright_settings):
    """Metrics are counted, and spans are kept."""
    return gatewright_settings.with_values(
        metrics=True,
        tracing=True,
        public_url="https://localhost",
        attempts_per_account=1000,
        attempts_per_client_and_account=1000,
    )


@pytest.fixture
def make_auth(make_auth):
    """Make applications that take every method."""
    methods = [EmailCode(EmailCodeSettings(email_code="both")), Passkey(PasskeySettings())]

    return lambda **options: make_auth(methods=methods, **options)


@pytest.fixture
def life(make_auth, clock):
    """Everything, not yet done."""
    mailboxes = Mailboxes()
    return Life(mailboxes.serve(make_auth()), mailboxes, clock)
