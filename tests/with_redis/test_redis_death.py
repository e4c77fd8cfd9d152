"""A process that dies between any two steps, of either store, leaves nothing half-done that could let somebody in."""

from __future__ import annotations

import inspect
from contextlib import contextmanager
from itertools import count

import pytest

from gatewright import EvrmoreAuth
from gatewright.errors import AuthenticationError
from gatewright.storage.redis import RedisServer
from gatewright.storage.sql import SQLStore
from visitors import OURS, PASSWORD, Visitor


class DeathError(BaseException):
    """The process has ended: nothing after it is done, no ``finally`` either."""


@pytest.fixture
def auth(gatewright_settings, clock):
    with EvrmoreAuth(settings=gatewright_settings, clock=clock) as auth:
        yield auth


@pytest.fixture
def dying(monkeypatch):
    """Die before the step of this number, or never if there is none: a command to Redis, a transaction in SQL."""

    @contextmanager
    def dying(last):
        steps = count()

        def counted(method):
            async def step(*args, **kwargs):
                if next(steps) >= last:
                    raise DeathError
                return await method(*args, **kwargs)

            return step

        with monkeypatch.context() as patched:
            for owner, names in (
                (RedisServer, ("run", "run_all", "evaluate")),
                (SQLStore, (each for each in dir(SQLStore) if each[0] != "_")),
            ):
                for name in names:
                    method = getattr(owner, name)
                    if inspect.iscoroutinefunction(method):
                        patched.setattr(owner, name, counted(method))
            yield

    return dying


@pytest.fixture
def deaths(dying):
    """Run something again and again, each time to one step later, until it lives; yield after each death."""

    def deaths(act):
        for last in count():
            with dying(last):
                try:
                    answer = act()
                except DeathError:
                    answer = None
            yield answer
            if answer is not None:
                assert last > 1
                return

    return deaths


def test_a_wallets_sign_in_is_whole_or_has_to_be_done_again(auth, alice, deaths):
    """Whoever was not answered tries once more, with the same challenge or a new one; nobody is signed in twice."""
    challenges = []

    def sign_in():
        challenge = challenges[-1]
        return auth.authenticate(alice.address, challenge, alice.sign(challenge))

    challenges.append(auth.generate_challenge(alice.address))
    for answer in deaths(sign_in):
        sessions = len(auth.list_sessions())
        assert sessions <= 1
        assert answer is None or sessions == 1
        try:
            sign_in()
            assert sessions == 0
        except AuthenticationError:
            pass
        assert len(auth.list_sessions()) <= 1
        for session in auth.list_sessions():
            auth.revoke_session(session.id)
        challenges.append(auth.generate_challenge(alice.address))


def test_a_visitors_sign_in_is_whole_or_has_not_happened(auth, register, deaths):
    """The session is in both stores, or nobody can use it; the next sign-in works."""
    register(auth)
    visitor = Visitor(auth)

    def sign_in():
        visitor.cookie = {}
        return visitor.request().login("carol", PASSWORD, OURS)

    for answer in deaths(sign_in):
        assert answer is None or not visitor.request().is_guest()
        Visitor(auth).request().login("carol", PASSWORD, OURS)


def test_a_changed_password_ends_sessions_whenever_death_comes(auth, register, deaths):
    """With the change or not at all."""
    register(auth)
    passwords = [PASSWORD]

    def change():
        auth.set_password("carol", f"another long password, number {len(passwords)}")
        return True

    visitor = Visitor(auth)
    visitor.request().login("carol", PASSWORD, OURS)
    for _ in deaths(change):
        new = f"another long password, number {len(passwords)}"
        try:
            auth.attempt("carol", new, OURS)
            is_changed = True
        except AuthenticationError:
            is_changed = False
        assert visitor.request().is_guest() == is_changed
        if is_changed:
            passwords.append(new)
        visitor.request().login("carol", passwords[-1], OURS)
    assert len(passwords) > 1
