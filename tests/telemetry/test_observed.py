"""Every operation is watched, of either build."""

from __future__ import annotations

import inspect
from contextlib import closing

import pytest
from starlette.testclient import TestClient

from gatewright import AsyncAuth, AsyncEvrmoreAuth, AsyncGuard, Auth, EvrmoreAuth, Guard
from gatewright.auth.bridge import async_facade_of, blocking_guard_of
from gatewright.auth.observed import operations_of
from target_applications import PRIVATE, flask_application, starlette_application

PASSWORD = "correct horse battery staple"
LOOK_UPS = {"current_session", "is_fully_authenticated", "is_guest", "user"}


@pytest.mark.parametrize("kind", [AsyncAuth, AsyncEvrmoreAuth, AsyncGuard])
def test_whatever_asks_the_store_is_an_operation(kind):
    """But for the four that ask who is visiting, which is looked up once."""
    methods = inspect.getmembers(kind, lambda each: inspect.iscoroutinefunction(inspect.unwrap(each)))
    public = {name for name, _ in methods if not name.startswith("_")}

    assert operations_of(kind).keys() == public - LOOK_UPS | ({"_look_up"} if kind is AsyncGuard else set())


@pytest.mark.parametrize(
    ("asynchronous", "blocking"), [(AsyncAuth, Auth), (AsyncEvrmoreAuth, EvrmoreAuth), (AsyncGuard, Guard)]
)
def test_the_builds_have_the_same_operations(asynchronous, blocking):
    """By the same names."""
    assert operations_of(asynchronous) == operations_of(blocking)


def test_a_subclass_is_watched_in_what_it_has_of_ours(make_auth, sample):
    """What it overrides, too; what it adds is its own."""

    class Own(EvrmoreAuth):
        def list_users(self, **filters):
            return super().list_users(**filters)

        def visitor_count(self):
            return 7

        @staticmethod
        def version():
            return "1"

    auth = make_auth(Own, metrics=True)

    assert (auth.list_users(), auth.visitor_count(), auth.version()) == ([], 7, "1")
    assert isinstance(auth, Own)
    assert sample("gatewright_operations_total", operation="list_users", outcome="ok") == 1
    assert sample("gatewright_operations_total", operation="visitor_count", outcome="ok") == 0


def test_what_the_pages_call_is_watched(make_auth, sample):
    """Over a blocking build too, and by the guard that a view of Flask gets."""
    face = async_facade_of(make_auth(metrics=True))
    guard = face.guard({})
    with pytest.raises(StopIteration):
        guard.sessions().send(None)
    blocking_guard_of(guard).sessions()

    assert sample("gatewright_operations_total", operation="sessions", outcome="ok") == 2


@pytest.mark.parametrize("framework", ["flask", "starlette"])
def test_who_signs_in_on_a_page_is_counted(make_auth, sample, framework):
    """As is everybody who is recognised afterwards, and whoever a limit refuses."""
    build = EvrmoreAuth if framework == "flask" else AsyncEvrmoreAuth
    auth = make_auth(build, metrics=True, attempts_per_client_and_account=1)
    with closing(EvrmoreAuth(settings=auth.parts.settings)) as operator:
        operator.create_user("ada", password=PASSWORD, is_verified=True)
    if framework == "flask":
        client = flask_application(auth).test_client()
    else:
        client = TestClient(starlette_application(auth), client=("192.0.2.7", 50000))

    def sign_in(username):
        return client.post("/api/login", json={"email": username, "password": PASSWORD}).status_code

    assert [sign_in("ada"), client.get(PRIVATE).status_code] == [200, 200]
    assert [sign_in("nobody"), sign_in("nobody")] == [401, 429]
    assert sample("gatewright_operations_total", operation="login", outcome="ok") == 1
    assert sample("gatewright_operations_total", operation="login", outcome="user_not_found") == 1
    assert sample("gatewright_operations_total", operation="recognise", outcome="ok") >= 1
    assert sample("gatewright_rate_limited_total", operation="login", outcome="login_attempt_blocked") == 1
