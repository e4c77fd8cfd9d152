"""The document's examples of sessions, roles and permissions, each request with a guard of its own."""

from __future__ import annotations

import pytest

from visitors import Visitor


@pytest.fixture
def auth(make_auth, provider):
    return make_auth(providers=[provider])


@pytest.fixture
def visitor(auth):
    return Visitor(auth)


@pytest.fixture
def alice(auth):
    return auth.load_user_provider("MyUserProvider").load_user_by_username("alice@brown.com")


def greeting(guard):
    return "Hi Guest!" if guard.is_guest() else f"Welcome {guard.user().entity.name}!"


def test_a_stored_user_is_there_on_the_next_request(visitor, alice):
    """`store` needs the user only: the provider is the one whose users are of this class."""
    assert greeting(visitor.request()) == "Hi Guest!"
    visitor.request().store(alice)
    assert greeting(visitor.request()) == "Welcome Alice Brown!"
    assert type(visitor.request().user()).__name__ == "MyUser"


def test_nobody_stored_is_nobody(visitor):
    """Without a stored user, `user` is None and the visitor a guest."""
    assert visitor.request().user() is None
    assert visitor.request().is_guest()


def test_custom_data_is_set_got_and_listed(visitor):
    """One method sets with two arguments, gets with one, and gives all with none."""
    visitor.request().session("my_value", "foo")
    visitor.request().session("other", [1, 2])
    assert visitor.request().session("my_value") == "foo"
    assert visitor.request().session("never set") is None
    assert visitor.request().session() == {"my_value": "foo", "other": [1, 2]}


def test_destroy_deletes_everything(visitor, alice):
    """After `destroy` neither the user nor a value of the session is left."""
    visitor.request().store(alice)
    visitor.request().session("my_value", "foo")
    visitor.request().destroy()
    assert visitor.request().is_guest()
    assert visitor.request().session() == {}


def test_roles_are_asked_by_name(visitor, alice):
    """The provider gives everybody the role user, and nobody admin."""
    visitor.request().store(alice)
    assert visitor.request().is_role("user")
    assert not visitor.request().is_role("admin")


def test_a_role_is_asked_of_another_user(auth, visitor):
    """With a user as second argument the question is about them, even where the visitor is a guest."""
    alice = auth.load_user_provider("MyUserProvider").bypass("alice@brown.com")
    assert visitor.request().is_role("user", alice)
    assert not visitor.request().is_role("admin", alice)
    assert not visitor.request().is_role("user")


def test_permissions_are_asked_by_name(make_auth, provider):
    """What the provider supplies is granted, and needs no declaration; with a user, the question is about them."""
    load = provider.load_user_by_username
    provider.load_user_by_username = lambda username, password=None: type(load(username))(
        load(username, password).entity, ["user"], ["general.read"]
    )
    auth = make_auth(providers=[provider])
    alice = auth.load_user_provider("MyUserProvider").bypass("alice@brown.com")
    visitor = Visitor(auth)
    assert visitor.request().is_granted("general.read", alice)
    assert not visitor.request().is_granted("general.read")
    visitor.request().store(alice)
    assert visitor.request().is_granted("general.read")
    assert not visitor.request().is_granted("general.write")


def test_the_session_of_an_unverified_user_counts_for_nothing(visitor, provider, alice):
    """The user is reloaded and checked on each request: once unverified, she is a guest, twice in a row too."""
    visitor.request().store(alice)
    provider.users = tuple(row | {"verified": 0} for row in provider.users)
    assert visitor.request().is_guest()
    assert visitor.request().is_guest()
    provider.users = tuple(row | {"verified": 1} for row in provider.users)
    assert visitor.request().user().username == "alice@brown.com"
