"""Fixtures of this folder: those of users and guards, and visitors who have passkeys."""

from __future__ import annotations

import pytest

from gatewright.methods.passkey import Passkey, PasskeySettings
from gatewright.testing import HookRecorder
from software_authenticator import ORIGIN, SoftwareAuthenticator
from visitors import *  # noqa: F403 - fixtures are found by their presence
from visitors import OURS, PASSWORD, Visitor


@pytest.fixture
def gatewright_settings(gatewright_settings):
    """The site is on https, as passkeys have it; a fresh proof is one of the last ten minutes."""
    return gatewright_settings.with_values(public_url=ORIGIN)


class Person:
    """Somebody with a browser and an authenticator.

    Args:
        visitor: Their browser.
        key: Their authenticator.
    """

    def __init__(self, visitor, key):
        self.visitor = visitor
        self.key = key

    def request(self):
        return self.visitor.request()

    def begin(self):
        return self.visitor.request().begin("passkey")

    def sign_in(self, options=None, **wrong):
        """Sign in, or try to, and return the user."""
        return self.prove(self.key.get(options or self.begin(), **wrong))

    def prove(self, credential):
        return self.visitor.request().prove("passkey", {"credential": credential})

    def enrol(self, options=None, *, name="", **wrong):
        """Enrol a passkey, or try to, and return what the user has."""
        options = options or self.visitor.request().begin_enrolment("passkey")
        credential = self.key.create(options, **wrong)
        self.visitor.request().enrol("passkey", {"credential": credential, "name": name})
        return self.passkeys()

    def passkeys(self):
        return [each for each in self.visitor.request().authenticators() if each.method == "passkey"]


@pytest.fixture
def make_person(register):
    """Make a user who is signed in by their password, in a browser of their own."""

    def make(auth, name, *, key=None, **device):
        register(auth, name)
        visitor = Visitor(auth, **device)
        visitor.request().login(name, PASSWORD, OURS)
        return Person(visitor, key or SoftwareAuthenticator())

    return make


@pytest.fixture
def elsewhere():
    """Take an authenticator to a browser in which nobody is signed in."""
    return lambda auth, key, **device: Person(Visitor(auth, **device), key)


@pytest.fixture
def carol(auth, make_person):
    """Carol, signed in, with a passkey."""
    person = make_person(auth, "carol")
    person.enrol()
    return person


@pytest.fixture
def guest(auth, carol, elsewhere):
    """Carol with another browser, in which she is a guest."""
    return elsewhere(auth, carol.key)


@pytest.fixture
def refusals(auth):
    """Why `auth` has refused to believe somebody, one reason each time."""
    recorder = HookRecorder(auth)
    return lambda: [told["reason"] for told in recorder.of("auth_failed")]


@pytest.fixture
def with_settings(make_auth):
    """Make an application with settings of passkeys."""

    def make(**values):
        return make_auth(methods=[Passkey(PasskeySettings(**values))])

    return make
