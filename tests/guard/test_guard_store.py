"""`store` and `login`: a session for a proven user, and the provider that will reload them."""

from __future__ import annotations

import pytest

from gatewright import MemoryUserProvider, User, UserProvider
from gatewright.errors import AuthenticationError, ConfigurationError, InactiveUserError, UserNotFoundError
from gatewright.testing import HookRecorder
from visitors import OURS, PASSWORD, Visitor


class Member(User):
    pass


class Members(UserProvider):
    user_class = Member

    def load_user_by_username(self, username, password=None):
        return self.user_class({"username": username}, ["member"])


class OtherMembers(Members):
    """Has users of the same class."""


class Guests(UserProvider):
    """Makes users of a class of their own, and of another one besides."""

    user_class = type("Visitant", (User,), {})

    def load_user_by_username(self, username, password=None):
        return self.user_class({"username": username}, ["visitant"])


@pytest.fixture
def auth(make_auth):
    return make_auth(providers=[Members(), Guests()])


def test_store_returns_the_session_and_keeps_its_secret(auth, visitor):
    """The one time that the secret is seen is as the session's token."""
    session = visitor.request().store(Member({"username": "carol", "id": 7}))
    assert session.token == visitor.secret
    assert (session.user_id, session.username, session.provider) == ("7", "carol", "Members")
    assert session.is_active
    assert session.is_fully_authenticated
    assert session.token not in repr(session)


def test_the_only_fitting_provider_is_remembered(auth, visitor):
    """Where one provider has users of exactly this class, nobody has to name it."""
    visitor.request().store(Member({"username": "carol"}))
    assert visitor.request().user().roles == ("member",)
    visitor.request().store(Guests.user_class({"username": "carol"}))
    assert visitor.request().user().roles == ("visitant",)


def test_a_subclass_fits_nothing_by_itself(auth, visitor):
    """A class of users that no provider has is an error that says what would cure it."""
    stranger = type("Stranger", (Member,), {})({"username": "carol"})
    with pytest.raises(ConfigurationError, match=r"store\(user, provider\)"):
        visitor.request().store(stranger)
    assert visitor.request().is_guest()
    visitor.request().store(stranger, "Members")
    assert visitor.request().user().username == "carol"


def test_two_fitting_providers_are_an_error(make_auth):
    """Which of them would reload the user is not for the guard to guess; the error names both."""
    auth = make_auth(providers=[Members(), OtherMembers()])
    visitor = Visitor(auth)
    with pytest.raises(ConfigurationError, match="Members, OtherMembers"):
        visitor.request().store(Member({"username": "carol"}))
    assert visitor.request().is_guest()
    assert auth.list_sessions() == []
    session = visitor.request().store(Member({"username": "carol"}), "OtherMembers")
    assert session.provider == "OtherMembers"


def test_the_provider_that_proved_the_user_is_the_one(make_auth):
    """What `attempt` and `bypass` return knows where it came from, whatever else would fit."""
    auth = make_auth(providers=[Members(), OtherMembers()])
    for prove in (lambda: auth.attempt("carol", "any", "OtherMembers"), lambda: auth.bypass("carol", "OtherMembers")):
        assert auth.guard({}).store(prove()).provider == "OtherMembers"
        assert auth.guard({}).store(prove(), "Members").provider == "OtherMembers"


def test_the_provider_may_be_the_object(auth):
    """Name and object mean the same."""
    provider = auth.load_user_provider("Guests")
    assert auth.guard({}).store(User({"username": "carol"}), provider).provider == "Guests"


def test_an_unknown_provider_is_an_error(auth, visitor):
    """And nobody is signed in."""
    with pytest.raises(ConfigurationError, match="Members"):
        visitor.request().store(User({"username": "carol"}), "Nobody")
    assert visitor.request().is_guest()


def test_our_own_user_is_stored_without_a_name(auth, visitor, register):
    """What `get_user` returns is ours, and nobody has to say so."""
    register(auth)
    visitor.request().store(auth.get_user("carol"))
    assert visitor.request().user().username == "carol"


@pytest.mark.parametrize("entity", [{}, {"username": ""}, {"username": None, "email": None}], ids=repr)
def test_a_user_without_a_name_cannot_be_stored(auth, visitor, entity):
    """Nothing could reload them, and all such users would be one."""
    with pytest.raises(ConfigurationError):
        visitor.request().store(Member(entity))
    assert auth.list_sessions() == []


def test_login_proves_stores_and_tells(auth, visitor, register):
    """One call: the user comes back, a session is there, and the hooks fire in their order."""
    made = register(auth)
    hooks = HookRecorder(auth)
    user = visitor.request().login("carol", PASSWORD, OURS)
    assert user.id == made.id
    assert hooks.names == ["post_auth", "login_success"]
    (post_auth,) = hooks.of("post_auth")
    assert post_auth["user"] is hooks.of("login_success")[0]["user"] is user
    assert (post_auth["session"].token, post_auth["session"].provider) == (visitor.secret, OURS)


def test_store_tells_that_a_session_was_made(auth, visitor, hooks):
    """`post_auth` fires whenever a session has been made; a login it was not."""
    visitor.request().store(Member({"username": "carol"}))
    assert hooks.names == ["post_auth"]


def test_a_failed_login_makes_no_session(auth, visitor, register):
    """The error is `attempt`'s, and the visitor is a guest."""
    register(auth, is_active=False)
    for password, error in ((PASSWORD, InactiveUserError), ("wrong", UserNotFoundError)):
        with pytest.raises(error):
            visitor.request().login("carol", password, OURS)
    assert visitor.cookie == {}
    assert auth.list_sessions() == []


def test_the_account_remembers_its_last_login(auth, visitor, register, clock):
    """Signing in by password is written down like signing in by wallet."""
    assert register(auth).last_login is None
    clock.advance(hours=3)
    visitor.request().login("carol", PASSWORD, OURS)
    assert auth.get_user("carol").last_login == clock.now()


def test_a_hook_that_denies_the_session_leaves_none(make_auth, register):
    """Where hook errors reach the caller, a failing `post_auth` takes the session back: no orphan, no secret."""
    auth = make_auth(propagate_hook_errors=True)
    register(auth)
    visitor = Visitor(auth)

    def refuse(user):
        raise RuntimeError("no more visitors today")

    auth.add_hook("post_auth", refuse)
    with pytest.raises(RuntimeError):
        visitor.request().login("carol", PASSWORD, OURS)
    assert visitor.cookie == {}
    assert visitor.request().is_guest()
    assert auth.list_sessions() == []


def test_a_failing_hook_is_otherwise_only_logged(auth, visitor, register, caplog):
    """By default the sign-in goes on, and neither password nor secret stands in the log."""
    register(auth)

    def fail(user, session):
        raise RuntimeError(f"broken for {session.token}")

    auth.add_hook("post_auth", fail)
    visitor.request().login("carol", PASSWORD, OURS)
    assert visitor.request().user().username == "carol"
    assert "RuntimeError" in caplog.text
    assert visitor.secret not in caplog.text
    assert PASSWORD not in caplog.text


def test_a_memory_providers_users_come_and_stay(make_auth):
    """The ready provider of a list works through a whole visit."""
    hasher = MemoryUserProvider([])
    users = [{"email": "carol@example.com", "password": hasher.hash_password(PASSWORD), "roles": ["admin"], "shoe": 41}]
    visitor = Visitor(make_auth(providers=[MemoryUserProvider(users)]))
    visitor.request().login("carol@example.com", PASSWORD, "MemoryUserProvider")
    user = visitor.request().user()
    assert (user.username, user.roles, user.entity.shoe) == ("carol@example.com", ("admin",), 41)
    assert not hasattr(user.entity, "password")


def test_a_user_disabled_meanwhile_gets_no_session(auth, visitor, register):
    """Between the proof and the session an administrator was quicker: nothing comes to life later either."""
    register(auth)
    user = auth.attempt("carol", PASSWORD, OURS)
    auth.disable_user("carol")
    with pytest.raises(InactiveUserError):
        visitor.request().store(user)
    auth.enable_user("carol")
    assert visitor.request().is_guest()
    assert auth.list_sessions() == []


def test_a_user_deleted_meanwhile_gets_no_session(auth, visitor, register, sql):
    """Nor does one who is gone."""
    register(auth)
    user = auth.attempt("carol", PASSWORD, OURS)
    sql("DELETE FROM users")
    with pytest.raises(AuthenticationError):
        visitor.request().store(user)
    assert visitor.cookie == {}
    assert auth.list_sessions() == []
