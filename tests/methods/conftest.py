"""Fixtures of this folder: users and visitors, and those who have enrolled something."""

from __future__ import annotations

import pytest

from authenticator_apps import enrol_app
from gatewright.errors import InvalidProofError, SecondFactorRequiredError
from visitors import *  # noqa: F403 - fixtures are found by their presence
from visitors import OURS, PASSWORD, Visitor


@pytest.fixture
def begin_sign_in(auth):
    """Give a password, carol's by default, in a new browser, which is not enough, and return the browser."""

    def begin_sign_in(auth=auth, *, username="carol", **device):
        visitor = Visitor(auth, **device)
        with pytest.raises(SecondFactorRequiredError):
            visitor.request().login(username, PASSWORD, OURS)
        return visitor

    return begin_sign_in


@pytest.fixture
def app(signed_in, clock):
    """Carol's authenticator app, whose first code was used a minute ago."""
    app = enrol_app(signed_in.request(), clock)
    clock.advance(seconds=60)
    return app


@pytest.fixture
def reasons(people):
    """Why proofs were refused, oldest first, as the audit record has it."""
    return lambda: [each.reason for _, each in people.list_audit(event="sign_in_failed")]


@pytest.fixture
def refusal(reasons):
    """Have a visitor's proof refused, and return why."""

    def refusal(visitor, method, given):
        with pytest.raises(InvalidProofError) as refused:
            visitor.request().prove(method, given)
        assert reasons()[-1] == refused.value.evidence["reason"]
        return refused.value.evidence["reason"]

    return refusal
