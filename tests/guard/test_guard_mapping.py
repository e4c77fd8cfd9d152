"""What lies in the session mapping: a secret, the application's own values and messages, and never a user."""

from __future__ import annotations

import json
from collections.abc import MutableMapping

import pytest

from gatewright.errors import ConfigurationError, InvalidParameterError
from visitors import OURS, PASSWORD, Visitor


class Watched(MutableMapping):
    """A framework's session that is no dict, and counts what is written."""

    def __init__(self):
        self.content = {}
        self.writes = 0

    def __getitem__(self, key):
        return self.content[key]

    def __setitem__(self, key, value):
        self.writes += 1
        self.content[key] = value

    def __delitem__(self, key):
        self.writes += 1
        del self.content[key]

    def __iter__(self):
        return iter(self.content)

    def __len__(self):
        return len(self.content)


class ServerSide(Visitor):
    """A browser whose session mapping lies on the server, the very object on each request."""

    def __init__(self, auth, mapping):
        super().__init__(auth)
        self.cookie = mapping

    def request(self):
        return self.auth.guard(self.cookie)


@pytest.fixture(params=["dict", "mapping", "cookie"])
def browser(request, auth):
    """A visitor over each kind of session mapping that frameworks have."""
    match request.param:
        case "dict":
            return ServerSide(auth, {})
        case "mapping":
            return ServerSide(auth, Watched())
        case _:
            return Visitor(auth)


def test_a_visit_from_first_page_to_sign_out(browser, carol):
    """Over every kind of mapping: guest, signed in, known on the next request, signed out."""
    assert browser.request().is_guest()
    assert browser.request().user() is None
    assert browser.request().login("carol", PASSWORD, OURS).id == carol.id
    assert not browser.request().is_guest()
    assert browser.request().user().id == carol.id
    assert browser.request().is_fully_authenticated()
    browser.request().destroy()
    assert browser.request().is_guest()
    assert not browser.request().is_fully_authenticated()


def test_values_are_kept_over_every_mapping(browser, carol):
    """The application's own values survive requests and sign-in, and die with `destroy`."""
    browser.request().session("cart", {"apples": 3})
    browser.request().session("language", "eo")
    browser.request().login("carol", PASSWORD, OURS)
    assert browser.request().session("cart") == {"apples": 3}
    browser.request().session("language", "en")
    assert browser.request().session() == {"cart": {"apples": 3}, "language": "en"}
    browser.request().destroy()
    assert browser.request().session() == {}
    assert browser.request().session("cart") is None


def test_messages_are_read_once(browser):
    """What a page left for the next one is shown once, over every kind of mapping."""
    browser.cookie["auth"] = {"messages": {"danger": "ERR_LOGIN_INVALID_CREDENTIALS"}}
    assert browser.request().messages() == {"danger": "ERR_LOGIN_INVALID_CREDENTIALS"}
    assert browser.request().messages() == {}


def test_exactly_a_secret_values_and_messages_lie_there(auth, register, visitor):
    """Of the user nothing lies in the mapping: no name, no id, no role, no permission, no hash."""
    auth.create_permission("general.read")
    auth.create_role("editor")
    made = register(auth, "carol", email="carol@example.com", roles=["editor"])
    auth.grant_permission("general.read", role="editor")
    visitor.cookie["auth"] = {"messages": {"info": "HELLO"}}
    visitor.request().session("cart", [1])
    visitor.request().login("carol", PASSWORD, OURS)
    visitor.request().is_granted("general.read")
    assert set(visitor.cookie) == {"auth"}
    assert set(visitor.cookie["auth"]) == {"secret", "data", "messages"}
    assert visitor.cookie["auth"]["data"] == {"cart": [1]}
    text = json.dumps(visitor.cookie)
    for fact in ("carol", made.id, "editor", "general", "argon2", OURS, PASSWORD, auth.list_sessions()[0].id):
        assert fact not in text


def test_the_secret_is_long_random_and_unknown_to_the_database(auth, visitor, carol, sql):
    """256 bits, another one at each sign-in; what the database keeps cannot be turned back into it."""
    secrets = set()
    for _ in range(3):
        visitor.request().login("carol", PASSWORD, OURS)
        secrets.add(visitor.secret)
    assert len(secrets) == 3
    assert all(len(secret) == 43 for secret in secrets)
    rows = repr([sql(f"SELECT * FROM {table}") for table in ("sessions", "users", "audit")])
    assert not any(secret in rows for secret in secrets)


def test_the_key_is_a_setting(make_auth, gatewright_settings, register):
    """`auth_session_var` names the one key; the framework's other values stay as they are."""
    auth = make_auth(settings=gatewright_settings.with_values(auth_session_var="who"))
    register(auth)
    mapping = {"auth": "the application's own", "_flashes": ["hello"]}
    auth.guard(mapping).login("carol", PASSWORD, OURS)
    assert set(mapping) == {"auth", "_flashes", "who"}
    assert auth.guard(mapping).user().username == "carol"
    auth.guard(mapping).destroy()
    assert mapping == {"auth": "the application's own", "_flashes": ["hello"]}


def test_reading_writes_nothing(auth, carol):
    """Asking questions never touches the mapping, so that no framework sends a cookie for it."""
    mapping = Watched()
    for prepare in (lambda: None, lambda: auth.guard(mapping).login("carol", PASSWORD, OURS)):
        prepare()
        mapping.writes = 0
        guard = auth.guard(mapping)
        guard.user(), guard.is_guest(), guard.is_role("x"), guard.is_granted("x"), guard.session(), guard.session("x")
        guard.messages(), guard.sessions(), guard.is_fully_authenticated()
        assert mapping.writes == 0


def test_each_change_is_a_write_that_a_framework_notices(auth):
    """Frameworks see changes by assignment to the key, so a nested change is an assignment too."""
    mapping = Watched()
    for number in range(3):
        auth.guard(mapping).session("number", number)
        assert mapping.writes == number + 1


@pytest.mark.parametrize("value", [1, -1.5, "text", True, False, [1, [2]], {"a": {"b": None}}, "\u2028", "", 0, []])
def test_what_json_can_write_is_kept(visitor, value):
    """Values come back equal on the next request, empty ones too."""
    visitor.request().session("value", value)
    assert visitor.request().session("value") == value


def test_a_value_is_the_same_in_this_request_and_the_next(visitor):
    """What JSON turns into something else is turned at once: there is no difference to discover later."""
    guard = visitor.request()
    guard.session("value", {1: (2, 3)})
    assert guard.session("value") == visitor.request().session("value") == {"1": [2, 3]}


CIRCLE = []
CIRCLE.append(CIRCLE)


@pytest.mark.parametrize(
    "value",
    [object(), {1, 2}, b"bytes", float("nan"), float("inf"), print, CIRCLE, {"a": object()}, {(1, 2): 3}, 10**5000],
    ids=lambda value: type(value).__name__,
)
def test_what_json_cannot_write_is_refused(visitor, value):
    """The error says so and names the value; what was kept before is still there."""
    visitor.request().session("kept", 1)
    with pytest.raises(InvalidParameterError, match="the_name"):
        visitor.request().session("the_name", value)
    assert visitor.request().session() == {"kept": 1}


@pytest.mark.parametrize("name", [5, b"x", [], {}, ("a",), 10**5000], ids=lambda name: type(name).__name__)
def test_a_value_is_named_by_a_text(visitor, name):
    """Getting and setting under anything else is an error."""
    for arguments in [(name,), (name, 1)]:
        with pytest.raises(InvalidParameterError):
            visitor.request().session(*arguments)


def test_all_values_are_a_copy(visitor):
    """Changing the returned mapping changes nothing that is kept."""
    visitor.request().session("kept", 1)
    guard = visitor.request()
    guard.session().clear()
    guard.session()["more"] = 2
    assert guard.session() == {"kept": 1}


@pytest.mark.parametrize("wrong", [None, 5, "text", [], object()], ids=lambda wrong: type(wrong).__name__)
def test_what_is_no_mapping_is_refused(auth, wrong):
    """A guard over something else says so when it is made."""
    with pytest.raises(ConfigurationError):
        auth.guard(wrong)
