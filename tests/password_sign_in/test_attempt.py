"""`attempt`: every outcome raises, fires and records what it should."""

from __future__ import annotations

from importlib import import_module

import pytest

from gatewright import MemoryUserProvider, User, UserProvider
from gatewright.errors import (
    ConfigurationError,
    InactiveUserError,
    InvalidParameterError,
    PermissionNotFoundError,
    ProviderUnavailableError,
    UnverifiedUserError,
    UserNotFoundError,
)
from gatewright.testing import HookRecorder
from visitors import OURS, PASSWORD, WALLETS


def audit_of(auth, event):
    return [entry for _, entry in auth.list_audit(event=event)]


def test_the_right_password_returns_the_user_and_tells_nobody(auth, carol, hooks):
    """`attempt` proves; it signs nobody in: no session, and no event."""
    user = auth.attempt("carol", PASSWORD, OURS)
    assert (user.id, user.username, user.provider_name) == (carol.id, "carol", OURS)
    assert hooks.names == []
    assert auth.list_sessions() == []


@pytest.mark.parametrize(
    "spelling", ["carol", "CAROL", "  Carol ", "\uff43\uff41\uff52\uff4f\uff4c", "carol.", "Carol@Example.COM"]
)
def test_a_name_in_another_spelling_is_the_same_name(auth, register, spelling):
    """Case, width, outer spaces and a trailing dot make no other user; the email address is a name as well."""
    made = register(auth, "Carol", email="carol@example.com")
    assert auth.attempt(spelling, PASSWORD, OURS).id == made.id


@pytest.mark.parametrize(
    ("username", "password"), [("carol", "wrong"), ("nobody", PASSWORD), ("carol", PASSWORD + " ")]
)
def test_who_cannot_be_proven_is_not_found(auth, carol, hooks, username, password):
    """A wrong password and an unknown name fire the same two events and leave the same row."""
    with pytest.raises(UserNotFoundError):
        auth.attempt(username, password, OURS)
    assert hooks.events == [
        ("login_failed", {"username": username}),
        ("auth_failed", {"username": username, "method": "password", "reason": "user_not_found"}),
    ]
    (entry,) = audit_of(auth, "sign_in_failed")
    assert (entry.username, entry.provider, entry.method) == (username, OURS, "password")
    assert entry.reason == "user_not_found"


@pytest.mark.parametrize(
    ("state", "error", "event", "reason"),
    [
        ({"is_active": False}, InactiveUserError, "login_inactive_user", "inactive_user"),
        ({"is_verified": False}, UnverifiedUserError, "login_unverified_user", "unverified_user"),
        ({"is_active": False, "is_verified": False}, InactiveUserError, "login_inactive_user", "inactive_user"),
    ],
    ids=["inactive", "unverified", "both"],
)
def test_who_is_proven_but_not_admitted(auth, register, hooks, state, error, event, reason):
    """The right password of an inactive or unverified user raises its error, and its event is given the user."""
    made = register(auth, **state)
    with pytest.raises(error):
        auth.attempt("carol", PASSWORD, OURS)
    assert hooks.names == [event, "auth_failed"]
    assert hooks.of(event)[0]["user"].id == made.id
    assert hooks.of("auth_failed") == [{"username": "carol", "method": "password", "reason": reason}]
    (entry,) = audit_of(auth, "sign_in_failed")
    assert (entry.user_id, entry.username, entry.reason) == (made.id, "carol", reason)


@pytest.mark.parametrize("state", [{"is_active": False}, {"is_verified": False}], ids=["inactive", "unverified"])
def test_a_wrong_password_tells_nothing_of_the_users_state(auth, register, hooks, state):
    """Only who knows the password learns that a user is inactive or unverified."""
    register(auth, **state)
    with pytest.raises(UserNotFoundError):
        auth.attempt("carol", "wrong", OURS)
    assert hooks.names == ["login_failed", "auth_failed"]


class Refusing(UserProvider):
    """Refuses while it loads, as the document allows."""

    def __init__(self, error):
        self._error = error

    def load_user_by_username(self, username, password=None):
        raise self._error


@pytest.mark.parametrize(
    ("error", "event", "parameters", "reason"),
    [
        (UserNotFoundError(), "login_failed", {"username": "carol"}, "user_not_found"),
        (InactiveUserError(), "login_inactive_user", {"user": None}, "inactive_user"),
        (UnverifiedUserError(), "login_unverified_user", {"user": None}, "unverified_user"),
        (PermissionNotFoundError(), "login_failed", {"username": "carol"}, "permission_not_found"),
    ],
)
def test_a_provider_that_refuses_while_loading(make_auth, error, event, parameters, reason):
    """The four exceptions of loading are outcomes: the error itself, its event, without a user, and a row."""
    auth = make_auth(providers=[Refusing(error)])
    hooks = HookRecorder(auth)
    with pytest.raises(type(error)) as raised:
        auth.attempt("carol", PASSWORD, "Refusing")
    assert raised.value is error
    assert hooks.events == [
        (event, parameters),
        ("auth_failed", {"username": "carol", "method": "password", "reason": reason}),
    ]
    assert [entry.reason for entry in audit_of(auth, "sign_in_failed")] == [reason]


def test_a_provider_that_is_down_is_no_failed_attempt(make_auth):
    """Where users come from cannot be reached: nobody's password was wrong, so no failure is told or recorded."""
    auth = make_auth(providers=[Refusing(ProviderUnavailableError())])
    hooks = HookRecorder(auth)
    with pytest.raises(ProviderUnavailableError):
        auth.attempt("carol", PASSWORD, "Refusing")
    assert hooks.names == []
    assert auth.list_audit() == []


class Plain(UserProvider):
    """Has the document's methods only, and would let anybody in without a password."""

    def load_user_by_username(self, username, password=None):
        return User({"username": username})


class Coroutines(UserProvider):
    """The same, for an event loop."""

    async def load_user_by_username(self, username, password=None):
        return User({"username": username})


@pytest.mark.parametrize(
    "password",
    [None, "", 0, 1, [], ["x"], {}, True, False, b"", PASSWORD.encode(), ("x",)],
    ids=lambda value: f"{value!r}",
)
@pytest.mark.parametrize("provider", [OURS, WALLETS, "MemoryUserProvider", "Plain", "Coroutines"])
def test_no_password_is_an_error_for_every_kind_of_provider(make_auth, register, provider, password):
    """What is not a string, or an empty one, never becomes a bypass, whoever loads the user."""
    memory = MemoryUserProvider([{"email": "carol", "password": None}])
    auth = make_auth(providers=[memory, Plain(), Coroutines()])
    register(auth, password=None)
    with pytest.raises(InvalidParameterError, match="password") as refused:
        auth.attempt("carol", password, provider)
    assert refused.value.evidence == {"parameter": "password"}
    with pytest.raises(InvalidParameterError, match="password"):
        auth.guard({}).login("carol", password, provider)
    assert auth.list_sessions() == []


def test_a_missing_password_is_a_mistake_of_the_caller(auth):
    """`attempt` cannot even be called without one."""
    with pytest.raises(TypeError):
        auth.attempt("carol", provider=OURS)
    with pytest.raises(InvalidParameterError, match="must be a str, not bytes"):
        auth.attempt("carol", PASSWORD.encode(), OURS)


def test_providers_are_named_or_given(make_auth, register):
    """The name of a class and the object itself mean the same provider."""
    provider = Plain()
    auth = make_auth(providers=[provider])
    by_name = auth.attempt("carol", "any", "Plain")
    by_object = auth.attempt("carol", "any", provider)
    assert by_name.provider_name == by_object.provider_name == "Plain"


def test_an_unknown_provider_is_answered_with_the_known_ones(auth):
    """Whoever mistypes a name is shown those there are."""
    for use in (
        lambda: auth.load_user_provider("MyUserProvidr"),
        lambda: auth.attempt("carol", PASSWORD, "MyUserProvidr"),
        lambda: auth.bypass("carol", "MyUserProvidr"),
        lambda: auth.guard({}).login("carol", PASSWORD, "MyUserProvidr"),
    ):
        with pytest.raises(ConfigurationError, match=r"SQLUserProvider, WalletUserProvider"):
            use()


IMPORTED = """
from gatewright import User, UserProvider

class Imported(UserProvider):
    def load_user_by_username(self, username, password=None):
        return User({"username": username}, ["imported"])

class Plain(Imported):
    pass

class Needy(Imported):
    def __init__(self, connection):
        pass

something_else = 5
"""


@pytest.fixture
def importable(tmp_path, monkeypatch):
    """A package of the application's with a provider in it."""
    package = tmp_path / "shop_with_users"
    package.mkdir()
    (package / "__init__.py").write_text("")
    (package / "people.py").write_text(IMPORTED)
    monkeypatch.syspath_prepend(tmp_path)
    return "shop_with_users.people"


def test_a_provider_is_imported_by_its_full_name(auth, importable):
    """`package.module:Class` is imported and made once, and known by its class from then on."""
    provider = auth.load_user_provider(f"{importable}:Imported")
    assert auth.load_user_provider("Imported") is provider
    assert auth.load_user_provider(f"{importable}:Imported") is provider
    assert auth.attempt("carol", "any", f"{importable}:Imported").roles == ("imported",)


def test_a_provider_that_was_given_is_not_made_again(make_auth, importable):
    """By its full name it is the same; a namesake in another module is not."""
    module = import_module(importable)
    given = module.Imported()
    auth = make_auth(providers=[given, Plain()])
    assert auth.load_user_provider(f"{importable}:Imported") is given
    assert type(auth.load_user_provider(f"{importable}:Plain")) is module.Plain
    assert type(auth.load_user_provider("Plain")) is Plain


@pytest.mark.parametrize("by", ["{}:Imported", "Imported"], ids=["full name", "short name"])
def test_another_process_imports_it_to_reload_its_users(make_auth, importable, by):
    """Whoever signed in by an imported provider is known to a second worker, and after a restart."""
    auth = make_auth()
    auth.load_user_provider(f"{importable}:Imported")
    cookie = {}
    auth.guard(cookie).login("carol", "any", by.format(importable))
    assert make_auth().guard(cookie).user().roles == ("imported",)


def test_a_provider_that_can_no_longer_be_imported_makes_guests(make_auth, importable, sql):
    """Its users are guests, and nothing breaks."""
    cookie = {}
    make_auth().guard(cookie).login("carol", "any", f"{importable}:Imported")
    for gone in (
        f"{importable}:Gone",
        "gone.altogether:Imported",
        f"{importable}:something_else",
        "os:getcwd",
        ":",
        "",
    ):
        sql("UPDATE sessions SET provider = ?", gone)
        assert make_auth().guard(cookie).is_guest()


@pytest.mark.parametrize(
    ("name", "error"),
    [
        *(
            (name, "cannot be created")
            for name in ("{}:Missing", "{}.missing:Imported", "{}:Needy", "{}:something_else")
        ),
        *((name, "There is no user provider") for name in ("{}:", ":Imported", ":", "{}")),
        ("..up:Imported", "cannot be created"),
        ("{}:Imported:Imported", "has no attribute 'Imported:Imported'"),
        ("collections:OrderedDict", "not of type OrderedDict"),
    ],
)
def test_what_cannot_be_imported_is_an_error_of_configuration(auth, importable, name, error):
    """A wrong module, a wrong class, one that needs arguments and one that is no provider: each says so."""
    with pytest.raises(ConfigurationError, match=error):
        auth.load_user_provider(name.format(importable))


@pytest.mark.parametrize(("given", "shown"), [(Plain, "Plain"), (5, "of type int")])
def test_what_is_no_provider_is_an_error_of_configuration(make_auth, given, shown):
    """A class is none, not even a provider's."""
    with pytest.raises(ConfigurationError, match=f"not {shown}\\."):
        make_auth(providers=[given])


class Namesakes:
    """Another class called Plain."""

    class Plain(UserProvider):
        def load_user_by_username(self, username, password=None):
            return User({"username": username}, ["admin"])


def test_a_namesake_of_a_known_provider_is_refused(make_auth):
    """Two providers of one name: a session could reload its user from the wrong one, so the second is an error."""
    auth = make_auth(providers=[Plain()])
    for namesake in (Namesakes.Plain(), Plain()):
        with pytest.raises(ConfigurationError, match="Plain"):
            auth.attempt("carol", "any", namesake)
    assert auth.attempt("carol", "any", "Plain").roles == ()


def test_two_providers_of_one_name_are_refused_at_the_start(make_auth):
    """Nothing decides which of the two a session would mean."""
    with pytest.raises(ConfigurationError, match="Plain"):
        make_auth(providers=[Plain(), Namesakes.Plain()])


@pytest.mark.parametrize("wrong", [None, 5, object(), Plain, "Plain", []], ids=lambda value: f"{value!r:.20}")
def test_what_is_no_provider_is_refused_at_the_start(make_auth, wrong):
    """A name, a class or anything else in `providers` is an error there, not at the first sign-in."""
    with pytest.raises(ConfigurationError):
        make_auth(providers=[wrong])


@pytest.mark.parametrize("answer", [None, {"username": "carol"}, "carol", 5], ids=lambda value: f"{value!r}")
def test_a_provider_that_returns_no_user_is_named(make_auth, answer):
    """Who forgot the exception, or the user class, is told so, and nobody is signed in."""

    class Forgetful(UserProvider):
        def load_user_by_username(self, username, password=None):
            return answer

    auth = make_auth(providers=[Forgetful()])
    for use in (auth.attempt, auth.guard({}).login):
        with pytest.raises(ConfigurationError, match="Forgetful"):
            use("carol", "any", "Forgetful")
    with pytest.raises(ConfigurationError, match="Forgetful"):
        auth.bypass("carol", "Forgetful")
    assert auth.list_sessions() == []


@pytest.mark.parametrize("answer", [False, True, 0, "no"])
@pytest.mark.parametrize("check", ["check_user_is_active", "check_user_is_verified"])
def test_a_check_that_answers_instead_of_raising_lets_nobody_in(make_auth, check, answer):
    """Whoever writes False for a deactivated user would let them in."""
    careless = type("Careless", (Plain,), {check: lambda self, user: answer})
    auth = make_auth(providers=[careless()])
    for use in (auth.attempt, auth.guard({}).login):
        with pytest.raises(
            ConfigurationError, match=rf"Careless.{check} returned {answer!r}.*raise (Inactive|Unverified)User"
        ):
            use("carol", "any", "Careless")
    with pytest.raises(ConfigurationError, match=check):
        auth.bypass("carol", "Careless")
    assert auth.list_sessions() == []


def test_a_session_ends_in_an_error_where_a_check_answers(make_auth):
    """When the user is reloaded, too."""
    answers = []
    careless = type("Careless", (Plain,), {"check_user_is_active": lambda self, user: answers[0] if answers else None})
    auth, visit = make_auth(providers=[careless()]), {}
    auth.guard(visit).login("carol", "any", "Careless")
    answers.append(False)
    with pytest.raises(ConfigurationError, match="check_user_is_active returned False"):
        auth.guard(visit).user()


@pytest.mark.parametrize("roles", ["admin", None, 5])
def test_rights_that_are_no_collection_are_no_failed_sign_in(make_auth, roles):
    """The application is wrong, and not the visitor's password."""

    class Careless(UserProvider):
        def load_user_by_username(self, username, password=None):
            return User({"username": username}, roles)

    auth = make_auth(providers=[Careless()])
    with pytest.raises(ConfigurationError, match="collections of names"):
        auth.attempt("carol", "any", "Careless")
    assert audit_of(auth, "sign_in_failed") == []


@pytest.mark.parametrize(
    "found", [User({"username": "carol"}), (User({"username": "carol"}),), {"username": "carol"}, 5, True]
)
def test_what_find_must_return_is_told(make_auth, found):
    """A user with their hash, and not one alone."""
    careless = type("Careless", (MemoryUserProvider,), {"find": lambda self, username: found})
    with pytest.raises(ConfigurationError, match=r"Careless\.find must return a user and their password hash, or None"):
        make_auth(providers=[careless([])]).attempt("carol", "any", "Careless")


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        (
            {"load_user_by_username": lambda self, username: None},
            r"cannot .*\(username, password",
        ),
        (
            {"load_user_by_username": lambda self, username, password: None},
            r"cannot .*\(username\)",
        ),
        ({"bypass": lambda self: None}, "bypass cannot be called"),
        ({"check_user_is_active": lambda self: None}, "check_user_is_active cannot be called"),
        ({"check_user_is_verified": lambda self, user, more: None}, "check_user_is_verified cannot be called"),
        ({"find": lambda self: None}, "find cannot be called"),
        ({"user_class": dict}, "user_class must be a subclass of User"),
        ({"user_class": User({})}, "user_class must be a subclass of User"),
    ],
)
def test_a_provider_whose_methods_nobody_can_call_is_refused_at_the_start(make_auth, wrong, said):
    """And not at the first sign-in; the error names the class."""
    with pytest.raises(ConfigurationError, match=rf"^Careless\..*{said}"):
        make_auth(providers=[type("Careless", (Plain,), wrong)()])
