"""A password as a step: by name where a sign-in begins, and once more of somebody who is known."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from gatewright import User, UserProvider
from gatewright.errors import AttemptBlockedError, InvalidParameterError, UserNotFoundError
from gatewright.methods.password import Password
from visitors import OURS, PASSWORD, WALLETS, Visitor


@pytest.fixture
def by_wallet(auth, carol, link, alice):
    """A visitor who has signed in with the wallet of carol's account."""
    link(auth, "carol", alice)
    visitor = Visitor(auth)
    challenge = auth.generate_challenge(alice.address)
    visitor.request().login_with_wallet(alice.address, challenge, alice.sign(challenge))
    return visitor


def test_a_sign_in_may_begin_with_it(auth, carol, visitor):
    """By the name that was given."""
    user = visitor.request().prove("password", {"username": "carol", "password": PASSWORD})
    assert (user.id, visitor.request().user().id) == (carol.id, carol.id)


@pytest.mark.parametrize("given", [{}, {"username": None}, {"username": 5}, {"USERNAME": "carol"}])
def test_without_a_name_nobody_is_meant(auth, carol, visitor, given):
    """The refusal says which field is missing."""
    with pytest.raises(InvalidParameterError) as refused:
        visitor.request().prove("password", {"password": PASSWORD} | given)
    assert refused.value.evidence == {"parameter": "username"}


@pytest.mark.parametrize(("username", "is_another"), [("bert", True), ("Erin@Example.com", False), (None, False)])
def test_who_is_named_is_whom_the_provider_knows_by_it(username, is_another):
    """Whatever else its record holds: that may be what another user is called."""

    class KnownByMail(User):
        @property
        def username(self):
            return self.entity.email

    user = KnownByMail(SimpleNamespace(id="1", username="bert", email="erin@example.com"))
    assert Password().names_another(user, {"username": username}) is is_another


def test_a_wallet_is_named_by_its_account_too(auth, carol, link, alice):
    """Its password is the account's, which is asked for by either name."""
    link(auth, "carol", alice)
    user = auth.bypass(alice.address, WALLETS)
    named = [Password().names_another(user, {"username": name}) for name in (alice.address, "Carol", "bert")]
    assert named == [False, False, True]


class Directory(UserProvider):
    """Knows the users of another application, with a password of its own."""

    def __init__(self, people):
        self._people = people

    def load_user_by_username(self, username, password=None):
        if password not in (None, "the directory's password"):
            raise UserNotFoundError("No.")
        return self._people.bypass(username, OURS)


def test_a_password_is_asked_of_who_has_let_its_user_in(make_auth, people, register, clock):
    """Even where that is an account of ours, which has another one."""
    register(people)
    visitor = Visitor(make_auth(providers=[Directory(people)]))
    visitor.request().login("carol", "the directory's password", "Directory")
    clock.advance(hours=1)
    visitor.request().prove("password", {"password": "the directory's password"}, is_confirmation=True)

    assert visitor.request().is_fresh(5)


def test_a_client_that_fails_too_often_is_blocked(make_auth, gatewright_settings, register):
    """Whomever it names; somebody else's client is not."""
    auth = make_auth(settings=gatewright_settings.with_values(attempts_per_client=3))
    register(auth)
    guessing = Visitor(auth, ip_address="192.0.2.1")
    for number in range(3):
        with pytest.raises(UserNotFoundError):
            guessing.request().prove("password", {"username": f"user{number}", "password": "wrong"})
    right = {"username": "carol", "password": PASSWORD}
    with pytest.raises(AttemptBlockedError):
        guessing.request().prove("password", right)

    Visitor(auth, ip_address="192.0.2.2").request().prove("password", right)


def test_a_wallets_account_is_confirmed_by_its_password(by_wallet, carol, clock):
    """The wallet itself has none. Who it is stays as the session knows them."""
    clock.advance(hours=1)
    assert "password" in by_wallet.request().methods(is_confirmation=True)
    user = by_wallet.request().prove("password", {"password": PASSWORD}, is_confirmation=True)

    assert (user.id, user.provider_name) == (carol.id, WALLETS)
    assert by_wallet.request().current_session().provider == WALLETS
    assert by_wallet.request().is_fresh(5)
