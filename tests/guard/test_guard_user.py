"""Who is visiting: loaded afresh once a request, and checked every time."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from gatewright import User, UserProvider
from gatewright.errors import PermissionNotFoundError, ProviderUnavailableError, UserNotFoundError
from gatewright.testing import Wallet
from visitors import OURS, PASSWORD, WALLETS, Visitor


class People(UserProvider):
    """The application's own users, who can be changed behind its back; counts how often it is asked."""

    def __init__(self):
        self.people = {"carol": {"id": 1, "username": "carol", "active": 1, "verified": 1}}
        self.roles = ["user"]
        self.loads = 0
        self.error = None

    def load_user_by_username(self, username, password=None):
        self.loads += 1
        if self.error is not None:
            raise self.error
        if username not in self.people or password not in (None, PASSWORD):
            raise UserNotFoundError
        return User(dict(self.people[username]), self.roles)


@pytest.fixture
def people():
    return People()


@pytest.fixture
def visitor(make_auth, people):
    visitor = Visitor(make_auth(providers=[people]))
    visitor.request().login("carol", PASSWORD, "People")
    return visitor


def test_the_user_is_loaded_once_a_request(visitor, people):
    """However often a page asks, the provider is asked once; the next request asks again."""
    for _ in range(2):
        people.loads = 0
        guard = visitor.request()
        first = guard.user()
        assert guard.user() is first
        guard.is_guest(), guard.is_role("user"), guard.is_granted("x"), guard.is_fully_authenticated(), guard.sessions()
        assert people.loads == 1


def test_a_guest_costs_no_load(make_auth, people):
    """Without a secret nobody is asked for."""
    guard = make_auth(providers=[people]).guard({})
    assert guard.is_guest()
    assert guard.user() is None
    assert people.loads == 0


def test_the_signed_in_user_is_not_loaded_again_in_the_same_request(visitor, people):
    """Right after `login` the guard knows who it is."""
    people.loads = 0
    guard = visitor.request()
    user = guard.login("carol", PASSWORD, "People")
    assert guard.user() is user
    assert people.loads == 1


def test_changes_act_on_the_next_request(visitor, people):
    """Entity and roles are the provider's of today, not those of the sign-in."""
    people.people["carol"]["email"] = "new@example.com"
    people.roles = ["user", "admin"]
    user = visitor.request().user()
    assert (user.email, user.roles, user.provider_name) == ("new@example.com", ("user", "admin"), "People")
    people.roles = []
    assert not visitor.request().is_role("admin")


@pytest.mark.parametrize(
    "change",
    [
        lambda people: people.people["carol"].update(active=0),
        lambda people: people.people["carol"].update(verified=0),
        lambda people: people.people.clear(),
        lambda people: setattr(people, "error", PermissionNotFoundError()),
        lambda people: people.people["carol"].update(id=2),
    ],
    ids=["inactive", "unverified", "deleted", "unknown permission", "another person of that name"],
)
def test_who_may_no_longer_be_let_in_is_a_guest_every_time(visitor, people, change):
    """Not only on the first request afterwards: on each, and twice in one request."""
    change(people)
    for _ in range(3):
        guard = visitor.request()
        assert guard.is_guest()
        assert guard.user() is None
        assert guard.user() is None
        assert not guard.is_role("user")
        assert not guard.is_fully_authenticated()
        assert guard.sessions() == []
        assert guard.revoke_all_sessions() == 0


def test_who_is_let_in_again_is_known_again(visitor, people):
    """A user who was inactive for a while, of the application's own, need not sign in again: nothing was ended."""
    people.people["carol"]["active"] = 0
    assert visitor.request().is_guest()
    people.people["carol"]["active"] = 1
    assert visitor.request().user().username == "carol"


def test_a_provider_that_is_down_is_an_error_and_no_guest(visitor, people):
    """Nobody is let in, and nobody is thrown out: the next request finds the visitor signed in."""
    people.error = ProviderUnavailableError()
    guard = visitor.request()
    for ask in (guard.user, guard.is_guest, lambda: guard.is_role("user")):
        with pytest.raises(ProviderUnavailableError):
            ask()
    people.error = None
    assert visitor.request().user().username == "carol"


def test_a_removed_provider_makes_guests(make_auth, people, visitor):
    """Whom nothing can reload is a guest, and is known again once the provider is back."""
    without = Visitor(make_auth())
    without.cookie = visitor.cookie
    assert without.request().is_guest()
    assert without.request().is_guest()
    assert visitor.request().user().username == "carol"


def test_our_own_users_are_checked_every_time(auth, signed_in):
    """Deactivated: a guest on every request, and after reactivation the old session is over."""
    auth.disable_user("carol")
    assert signed_in.request().is_guest()
    assert signed_in.request().is_guest()
    auth.enable_user("carol")
    assert signed_in.request().is_guest()


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE users SET is_active = false",
        "UPDATE users SET is_verified = 0",
        "DELETE FROM users",
        "DELETE FROM sessions",
        "UPDATE sessions SET is_active = false",
    ],
)
def test_what_an_operator_changes_by_hand_acts_at_once(auth, signed_in, sql, statement):
    """The tables are the truth: each of these makes a guest of the visitor, every time."""
    sql(statement)
    assert signed_in.request().is_guest()
    assert signed_in.request().user() is None


def test_the_users_rights_are_those_of_today(auth, signed_in):
    """A role that is given and taken acts on the next request, without a new sign-in."""
    auth.create_role("editor")
    assert not signed_in.request().is_role("editor")
    auth.assign_role("editor", username="carol")
    assert signed_in.request().is_role("editor")
    auth.unassign_role("editor", username="carol")
    assert not signed_in.request().is_role("editor")


def test_a_wallets_user_is_reloaded_by_the_wallet(auth, register, link):
    """Whoever came in by a wallet stays signed in as its owner, and is a guest once it is unlinked."""
    wallet = Wallet.new("alice")
    made = register(auth)
    link(auth, "carol", wallet)
    visitor = Visitor(auth)
    visitor.request().store(auth.bypass(wallet.address, WALLETS))
    assert visitor.request().user().id == made.id
    assert visitor.request().user().id == made.id
    assert auth.unlink_wallet("carol", wallet.address)
    assert visitor.request().is_guest()


def test_roles_and_grants_of_another_user_are_theirs(auth, register, visitor, people):
    """Asked about somebody, the guard answers about them: whoever visits, or nobody."""
    dave = User({"username": "dave"}, ["admin"], ["general.read"])
    for guard in (visitor.request(), visitor.auth.guard({})):
        assert guard.is_role("admin", dave)
        assert not guard.is_role("user", dave)
        assert guard.is_granted("general.read", dave)
        assert not guard.is_granted("general.write", dave)
    assert not visitor.request().is_role("admin")
    assert not visitor.request().is_granted("general.read")


class Empty(User):
    """A user that counts as false, as a class with a length may."""

    def __len__(self):
        return 0


def test_a_user_who_counts_as_false_is_still_the_one_asked_about(visitor):
    """The visitor's rights never stand in for those of the user in question."""
    nobody = Empty(SimpleNamespace(username="nobody"))
    assert visitor.request().is_role("user")
    assert not visitor.request().is_role("user", nobody)
    assert not visitor.request().is_granted("x", nobody)


def test_two_guards_of_one_visit_agree(auth, carol):
    """A second guard over the same mapping, made later in the request, sees what the first one did."""
    cookie = {}
    first = auth.guard(cookie)
    first.login("carol", PASSWORD, OURS)
    assert auth.guard(cookie).user().id == carol.id
    first.session("shared", 1)
    assert auth.guard(cookie).session("shared") == 1
    auth.guard(cookie).login("carol", PASSWORD, OURS)
    assert len(auth.list_sessions()) == 1
    auth.guard(cookie).destroy()
    assert auth.guard(cookie).is_guest()
    assert auth.list_sessions() == []
