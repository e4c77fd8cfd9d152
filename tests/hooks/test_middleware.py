"""A middleware: several hooks of one sign-in, as methods of one class."""

from __future__ import annotations

import sys
from types import SimpleNamespace

import pytest

from gatewright.errors import ConfigurationError, HookSignatureError
from gatewright.hooks import AuthMiddleware

PASSWORD = "correct horse battery staple"
OURS = "SQLUserProvider"


class Watching(AuthMiddleware):
    """Keeps what it is told."""

    def __init__(self):
        self.told = []

    def on_login_success(self, user):
        self.told.append(("success", user.username))

    def on_login_failed(self, username):
        self.told.append(("failed", username))

    def on_logout(self):
        self.told.append(("logout",))


def test_its_methods_are_hooks(auth):
    """Whatever way in is taken: the library's own guard fires them too."""
    watching = auth.add_middleware(Watching())
    auth.create_user("carol", password=PASSWORD, is_verified=True)
    guard = auth.guard({})
    with pytest.raises(Exception, match="no such user"):
        guard.login("carol", "wrong", OURS)
    guard.login("carol", PASSWORD, OURS)
    guard.destroy()

    assert watching.told == [("failed", "carol"), ("success", "carol"), ("logout",)]


@pytest.mark.parametrize("given", [Watching, "gatewright.hooks:AuthMiddleware"])
def test_a_class_or_its_name_will_do(auth, given):
    """The object that was made is returned."""
    assert isinstance(auth.add_middleware(given), AuthMiddleware)


@pytest.mark.parametrize("kind", ["class", "name", "object"])
def test_one_that_is_there_is_not_added_again(auth, kind, monkeypatch):
    """A class or a name stands for one object, however often it is given."""
    monkeypatch.setitem(sys.modules, "watching", SimpleNamespace(Watching=Watching))
    given = {"class": Watching, "name": "watching:Watching", "object": Watching()}[kind]
    watching = auth.add_middleware(given)
    assert auth.add_middleware(given) is watching
    assert auth.add_middleware(watching) is watching
    with pytest.raises(Exception, match="no such user"):
        auth.guard({}).login("carol", "wrong", OURS)

    assert watching.told == [("failed", "carol")]


@pytest.mark.parametrize("given", [None, 5, object, "nowhere:Nothing", "os:nothing", "os", "", "os:path"])
def test_what_is_no_middleware_is_refused(auth, given):
    """The error says what one is."""
    with pytest.raises(ConfigurationError, match="iddleware"):
        auth.add_middleware(given)


def test_a_method_that_asks_for_too_much_is_refused(auth):
    """As any hook."""

    class Greedy(AuthMiddleware):
        def on_logout(self, user):
            """Ask for what the event does not give."""

    with pytest.raises(HookSignatureError, match="user"):
        auth.add_middleware(Greedy)


class Misspelt(AuthMiddleware):
    """Nobody would ever call its method."""

    def on_login_succes(self, user): ...


def test_a_method_of_no_event_is_refused(auth):
    """With the one that may have been meant."""
    with pytest.raises(ConfigurationError, match=r"matches no event. Did you mean on_login_success\?"):
        auth.add_middleware(Misspelt)
