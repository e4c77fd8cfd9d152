"""`destroy`: the session is over everywhere, and the visit forgets everything."""

from __future__ import annotations

import pytest

from gatewright import User, UserProvider
from gatewright.errors import InactiveUserError, ProviderUnavailableError
from gatewright.testing import HookRecorder
from visitors import OURS, PASSWORD, Visitor


def test_it_ends_the_session_everywhere(auth, signed_in, count):
    """The row is ended, so that a copy of the cookie opens nothing any more; it stays there until it is purged."""
    thief = signed_in.thief()
    signed_in.request().destroy()
    assert thief.request().is_guest()
    assert auth.list_sessions() == []
    assert count("sessions") == 1


def test_it_forgets_everything(signed_in):
    """Nothing of ours is left in the mapping."""
    signed_in.request().session("cart", [1])
    signed_in.cookie["auth"]["messages"] = {"info": "HELLO"}
    guard = signed_in.request()
    guard.destroy()
    assert signed_in.cookie == {}
    assert guard.is_guest()
    assert guard.user() is None
    assert guard.session() == guard.messages() == {}


def test_the_hook_fires_once(signed_in, hooks):
    """However often it is called, by the visitor or with a copy of the cookie."""
    thief = signed_in.thief()
    guard = signed_in.request()
    guard.destroy()
    guard.destroy()
    signed_in.request().destroy()
    thief.request().destroy()
    assert hooks.events == [("logout", {})]


def test_a_guest_signs_out_of_nothing(auth, visitor, hooks):
    """A guest's values are forgotten; no session ends and no hook fires."""
    visitor.request().session("cart", [1])
    visitor.request().destroy()
    assert visitor.cookie == {}
    assert hooks.names == []
    assert auth.list_audit(event="signed_out") == []


def test_other_sessions_of_the_user_go_on(auth, signed_in):
    """Signing out here is not signing out there."""
    elsewhere = Visitor(auth)
    elsewhere.request().login("carol", PASSWORD, OURS)
    signed_in.request().destroy()
    assert not elsewhere.request().is_guest()


def test_one_can_sign_in_again(signed_in):
    """In the same request, and in the next."""
    guard = signed_in.request()
    guard.destroy()
    guard.login("carol", PASSWORD, OURS)
    assert guard.user().username == "carol"
    assert signed_in.request().user().username == "carol"


class Fragile(UserProvider):
    """May refuse to load anybody at any moment."""

    error = None

    def load_user_by_username(self, username, password=None):
        if self.error is not None:
            raise self.error
        return User({"username": username})


@pytest.mark.parametrize("error", [InactiveUserError(), ProviderUnavailableError()], ids=lambda error: error.code)
def test_whoever_no_longer_loads_can_still_sign_out(make_auth, error):
    """The session ends although its user is inactive or the provider is down: no copy of it comes back to life."""
    provider = Fragile()
    auth = make_auth(providers=[provider])
    hooks = HookRecorder(auth)
    visitor = Visitor(auth)
    visitor.request().login("carol", "any", provider)
    thief = visitor.thief()
    provider.error = error
    hooks.clear()
    visitor.request().destroy()
    assert hooks.names == ["logout"]
    provider.error = None
    assert thief.request().is_guest()


def test_eight_at_once_sign_out_once(auth, signed_in, hooks, at_once):
    """A double click, or eight: one of them ends the session."""
    cookies = [signed_in.thief().cookie for _ in range(8)]
    outcomes = at_once(auth, [lambda auth, cookie=cookie: auth.guard(cookie).destroy() for cookie in cookies])
    assert outcomes == [None] * 8
    assert hooks.names == ["logout"]
    assert len(auth.list_audit(event="signed_out")) == 1


def test_a_failing_hook_undoes_nothing(auth, signed_in, caplog):
    """Who wanted out is out, whatever `logout` hooks do."""

    def fail():
        raise RuntimeError("broken")

    auth.add_hook("logout", fail)
    thief = signed_in.thief()
    signed_in.request().destroy()
    assert signed_in.request().is_guest()
    assert thief.request().is_guest()
    assert "RuntimeError" in caplog.text


def test_a_database_that_fails_ends_nothing_by_halves(signed_in, sql):
    """What could not be ended stays in the visitor's hands, so that they can try again."""
    sql("CREATE TRIGGER broken BEFORE UPDATE ON sessions BEGIN SELECT RAISE(FAIL, 'disk'); END")
    guard = signed_in.request()
    with pytest.raises(Exception, match="disk"):
        guard.destroy()
    assert not guard.is_guest()
    sql("DROP TRIGGER broken")
    signed_in.request().destroy()
    assert signed_in.cookie == {}
    assert signed_in.request().is_guest()


def test_a_propagated_error_of_a_hook_finds_the_visitor_out(make_auth, register):
    """The session has ended before the hook was told: in this request and in the next."""
    auth = make_auth(propagate_hook_errors=True)
    register(auth)

    @auth.hooks.logout
    def fail():
        raise RuntimeError("broken")

    visitor = Visitor(auth)
    visitor.request().login("carol", PASSWORD, OURS)
    guard = visitor.request()
    with pytest.raises(RuntimeError):
        guard.destroy()
    assert guard.is_guest()
    assert visitor.request().is_guest()
