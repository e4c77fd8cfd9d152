"""A visitor proves once more that it is them, with their own password and under the same limits."""

from __future__ import annotations

import pytest

from gatewright import MemoryUserProvider
from gatewright.errors import AttemptBlockedError, AuthenticationError, GatewrightError, UserNotFoundError
from gatewright.providers.user_provider import default_hasher
from visitors import OURS, PASSWORD, WALLETS, Visitor

HERE = "192.0.2.1"


@pytest.fixture
def recalled(auth, carol):
    """A visitor who is merely remembered, and has put something aside."""
    guard = auth.guard({})
    guard.login("carol", PASSWORD, OURS)
    visitor = Visitor(auth, ip_address=HERE)
    visitor.request().recall(guard.remember())
    visitor.request().session("basket", ["book"])
    return visitor


def test_the_right_password_makes_the_visit_a_full_one(recalled, hooks):
    """In a new session, which ends the old one; what the visit kept is still there."""
    before, old = recalled.request().current_session(), recalled.thief()
    hooks.clear()
    assert recalled.request().confirm_password(PASSWORD) is None
    guard = recalled.request()
    assert guard.is_fully_authenticated()
    assert guard.user().username == "carol"
    assert guard.current_session().id != before.id
    assert guard.session("basket") == ["book"]
    assert old.request().is_guest()
    assert hooks.names == ["post_auth"]


@pytest.mark.parametrize("password", ["wrong", PASSWORD.upper(), PASSWORD + " "])
def test_a_wrong_password_changes_nothing(recalled, hooks, password):
    """The visit stays what it was, and the failure is told and recorded like that of a sign-in."""
    before = recalled.request().current_session()
    hooks.clear()
    with pytest.raises(UserNotFoundError):
        recalled.request().confirm_password(password)
    assert recalled.request().current_session() == before
    assert hooks.names == ["login_failed", "auth_failed"]
    _, entry = recalled.auth.list_audit(event="sign_in_failed")[-1]
    assert (entry.username, entry.client, entry.reason) == ("carol", HERE, "user_not_found")


def test_somebody_elses_password_is_wrong(recalled, register):
    """Only the visitor's own will do."""
    register(recalled.auth, "dave", password="quiet lamp under seven hills")
    with pytest.raises(UserNotFoundError):
        recalled.request().confirm_password("quiet lamp under seven hills")


def test_the_limits_are_those_of_a_sign_in(recalled):
    """Four failures, here or at the login, and the next one is blocked, even with the right password."""
    auth = recalled.auth
    for act in [lambda: recalled.request().confirm_password("wrong")] * 2 + [
        lambda: auth.attempt("carol", "wrong", OURS, ip_address=HERE)
    ] * 2:
        with pytest.raises(UserNotFoundError):
            act()
    for act in (
        lambda: recalled.request().confirm_password(PASSWORD),
        lambda: recalled.request().change_password(PASSWORD, "quiet lamp under seven hills"),
        lambda: auth.attempt("carol", PASSWORD, OURS, ip_address=HERE),
    ):
        with pytest.raises(AttemptBlockedError):
            act()
    assert not recalled.request().is_fully_authenticated()


def test_a_guest_has_nothing_to_confirm(visitor, carol):
    """It is no way to sign in."""
    with pytest.raises(AuthenticationError) as caught:
        visitor.request().confirm_password(PASSWORD)
    assert type(caught.value) is AuthenticationError
    assert visitor.cookie == {}


@pytest.mark.parametrize("password", ["", None, [], {}, True])
def test_no_password_confirms_nothing(recalled, password):
    """Whatever is no password is refused."""
    with pytest.raises(GatewrightError):
        recalled.request().confirm_password(password)
    assert not recalled.request().is_fully_authenticated()


def test_a_user_who_was_disabled_meanwhile_confirms_nothing(recalled):
    """The visit is over."""
    recalled.auth.disable_user("carol")
    with pytest.raises(AuthenticationError):
        recalled.request().confirm_password(PASSWORD)


def test_users_of_other_providers_confirm_there(make_auth):
    """The provider that loads the visitor compares the password."""
    users = [{"email": "carol", "password": default_hasher().hash(PASSWORD)}]
    auth = make_auth(providers=[MemoryUserProvider(users)])
    visitor = Visitor(auth)
    visitor.request().store(auth.bypass("carol", "MemoryUserProvider"))
    with pytest.raises(UserNotFoundError):
        visitor.request().confirm_password("wrong")
    visitor.request().confirm_password(PASSWORD)
    assert visitor.request().current_session().provider == "MemoryUserProvider"


def test_an_account_that_came_by_wallet_has_its_password(auth, carol, link, alice, visitor):
    """Whoever signed in with a wallet confirms with the account's password, and stays signed in by the wallet."""
    link(auth, "carol", alice)
    challenge = auth.generate_challenge(alice.address)
    visitor.request().login_with_wallet(alice.address, challenge, alice.sign(challenge))
    visitor.request().confirm_password(PASSWORD)
    session = visitor.request().current_session()
    assert (session.provider, session.username) == (WALLETS, alice.address)


def test_an_account_without_a_password_has_none_to_confirm(auth, alice, visitor):
    """Its owner signs with the wallet again."""
    challenge = auth.generate_challenge(alice.address)
    visitor.request().login_with_wallet(alice.address, challenge, alice.sign(challenge))
    with pytest.raises(UserNotFoundError):
        visitor.request().confirm_password(PASSWORD)
    challenge = auth.generate_challenge(alice.address)
    visitor.request().login_with_wallet(alice.address, challenge, alice.sign(challenge))
    assert visitor.request().is_fully_authenticated()
