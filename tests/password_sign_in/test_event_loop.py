"""What the two builds do with hashing and with providers: nothing blocks the loop, and nothing grows without bound."""

from __future__ import annotations

import asyncio
import contextvars
import threading

import pytest

from gatewright import AsyncAuth, Auth, User, UserProvider
from gatewright.errors import BusyError, SuspendedError, UserNotFoundError
from gatewright.passwords import PasswordHasher
from visitors import OURS, PASSWORD

PATIENCE = 30
"""Seconds after which a test that waits for an event gives up."""


async def until(condition):
    """Wait for what a thread does, while the loop goes on."""
    async with asyncio.timeout(PATIENCE):
        while not condition():  # noqa: ASYNC110 - threads have no events of asyncio
            await asyncio.sleep(0.001)


class Coroutines(UserProvider):
    """Asks somewhere that takes its time, as an API would."""

    async def load_user_by_username(self, username, password=None):
        await asyncio.sleep(0)
        if username != "carol" or password not in (None, PASSWORD):
            raise UserNotFoundError
        return User({"username": username})


def test_a_coroutine_provider_is_awaited_on_the_loop(gatewright_settings):
    """Under AsyncAuth, sign-in, reload and failure of an `async def` provider work as those of a plain one."""

    async def visit():
        async with AsyncAuth(settings=gatewright_settings, providers=[Coroutines()]) as auth:
            cookie = {}
            await auth.guard(cookie).login("carol", PASSWORD, "Coroutines")
            assert (await auth.guard(cookie).user()).username == "carol"
            with pytest.raises(UserNotFoundError):
                await auth.attempt("carol", "wrong", "Coroutines")
            assert (await auth.bypass("carol", "Coroutines")).username == "carol"

    asyncio.run(visit())


def test_a_coroutine_provider_that_waits_is_refused_by_the_blocking_api(gatewright_settings):
    """Auth cannot wait: the error names the coroutine that did, and the class to use instead."""
    with Auth(settings=gatewright_settings, providers=[Coroutines()]) as auth:
        for use in (
            lambda: auth.attempt("carol", PASSWORD, "Coroutines"),
            lambda: auth.bypass("carol", "Coroutines"),
            lambda: auth.guard({}).login("carol", PASSWORD, "Coroutines"),
        ):
            with pytest.raises(SuspendedError, match=r"load_user_by_username.*AsyncAuth"):
                use()
        assert auth.list_sessions() == []


class Waiting(UserProvider):
    """A plain provider that waits until it is told to go on."""

    def __init__(self):
        self.entered, self.go_on = threading.Event(), threading.Event()

    def load_user_by_username(self, username, password=None):
        self.entered.set()
        assert self.go_on.wait(PATIENCE)
        return User({"username": username})


def test_a_plain_provider_waits_beside_the_loop(gatewright_settings):
    """While a plain provider waits for its database, other coroutines run: one of them lets it go on."""
    provider = Waiting()
    order = []

    async def sign_in(auth):
        await auth.attempt("carol", "any", provider)
        order.append("signed in")

    async def somebody_else():
        await until(provider.entered.is_set)
        order.append("somebody else")
        provider.go_on.set()

    async def both():
        async with AsyncAuth(settings=gatewright_settings, providers=[provider]) as auth:
            await asyncio.wait_for(asyncio.gather(sign_in(auth), somebody_else()), PATIENCE)

    asyncio.run(both())
    assert order == ["somebody else", "signed in"]


@pytest.fixture
def slow_hashing(monkeypatch):
    """Passwords are verified only when the test says so; the hashing itself is the real one."""
    gate = threading.Event()
    running = threading.Semaphore(0)
    verify = PasswordHasher.verify

    def verify_at_the_gate(self, password, *, against):
        running.release()
        assert gate.wait(PATIENCE)
        return verify(self, password, against=against)

    monkeypatch.setattr(PasswordHasher, "verify", verify_at_the_gate)
    return gate, running


async def make_carol(auth):
    await auth.create_user("carol", password=PASSWORD, is_verified=True)


@pytest.mark.parametrize(("threads", "queue"), [(1, 0), (1, 2), (2, 1)])
def test_over_the_limit_sign_in_is_busy(gatewright_settings, slow_hashing, threads, queue):
    """As many as there are threads are hashed, as many as the queue holds wait, and the next are told when to come."""
    gate, _ = slow_hashing
    settings = gatewright_settings.with_values(hashing_threads=threads, hashing_queue=queue)
    room = threads + queue

    async def crowd():
        async with AsyncAuth(settings=settings) as auth:
            await make_carol(auth)
            attempts = [asyncio.create_task(auth.attempt("carol", PASSWORD, OURS)) for _ in range(room + 3)]
            await until(lambda: sum(attempt.done() for attempt in attempts) == 3)
            refused = [attempt.exception() for attempt in attempts if attempt.done()]
            gate.set()
            outcomes = await asyncio.gather(*attempts, return_exceptions=True)
            rows = await auth.list_audit(event="sign_in_failed")
            afterwards = await auth.attempt("carol", PASSWORD, OURS)
            return refused, outcomes, rows, afterwards

    refused, outcomes, rows, afterwards = asyncio.run(crowd())
    assert all(isinstance(error, BusyError) and error.retry_after > 0 for error in refused)
    assert sum(isinstance(outcome, User) for outcome in outcomes) == room
    assert rows == []  # nobody's password was wrong
    assert afterwards.username == "carol"


def test_no_more_passwords_are_hashed_at_once_than_there_are_threads(gatewright_settings, slow_hashing):
    """Memory is bounded by the threads, however many sign in."""
    gate, running = slow_hashing
    settings = gatewright_settings.with_values(hashing_threads=2, hashing_queue=8)

    async def crowd():
        async with AsyncAuth(settings=settings) as auth:
            await make_carol(auth)
            attempts = [asyncio.create_task(auth.attempt("carol", PASSWORD, OURS)) for _ in range(6)]
            for _ in range(2):
                await until(lambda: running.acquire(blocking=False))
            for _ in range(50):
                await asyncio.sleep(0.001)
            started_too_early = running.acquire(blocking=False)
            gate.set()
            await asyncio.gather(*attempts)
            return started_too_early

    assert asyncio.run(crowd()) is False


def test_changing_passwords_is_bounded_too(gatewright_settings, slow_hashing):
    """Making users and changing passwords stand in the same line as signing in."""
    gate, running = slow_hashing
    settings = gatewright_settings.with_values(hashing_threads=1, hashing_queue=0)

    async def crowd():
        async with AsyncAuth(settings=settings) as auth:
            await make_carol(auth)
            attempt = asyncio.create_task(auth.attempt("carol", PASSWORD, OURS))
            await until(lambda: running.acquire(blocking=False))
            with pytest.raises(BusyError):
                await auth.create_user("dave", password=PASSWORD)
            with pytest.raises(BusyError):
                await auth.set_password("carol", "another sentence of hers")
            gate.set()
            await attempt
            return [user.username for user in await auth.list_users()]

    assert asyncio.run(crowd()) == ["carol"]


def test_a_cancelled_sign_in_gives_its_place_back(gatewright_settings, slow_hashing):
    """Visitors who go away do not fill the line for good."""
    gate, running = slow_hashing
    settings = gatewright_settings.with_values(hashing_threads=1, hashing_queue=0)

    async def crowd():
        async with AsyncAuth(settings=settings) as auth:
            await make_carol(auth)
            for _ in range(5):
                attempt = asyncio.create_task(auth.attempt("carol", PASSWORD, OURS))
                await until(lambda: running.acquire(blocking=False))
                attempt.cancel()
                gate.set()
                await asyncio.wait([attempt])
                gate.clear()
            gate.set()
            return await auth.attempt("carol", PASSWORD, OURS)

    assert asyncio.run(crowd()).username == "carol"


def test_cancelled_sign_ins_leave_no_hashing_behind(gatewright_settings, slow_hashing):
    """Twenty visitors who come and go while the one thread is busy cost nothing afterwards."""
    gate, running = slow_hashing
    settings = gatewright_settings.with_values(hashing_threads=1, hashing_queue=1)

    async def crowd():
        async with AsyncAuth(settings=settings) as auth:
            await make_carol(auth)
            first = asyncio.create_task(auth.attempt("carol", PASSWORD, OURS))
            await until(lambda: running.acquire(blocking=False))
            for _ in range(20):
                attempt = asyncio.create_task(auth.attempt("carol", PASSWORD, OURS))
                await asyncio.wait([attempt], timeout=0.01)
                attempt.cancel()
                await asyncio.wait([attempt])
            gate.set()
            await first
            await auth.attempt("carol", PASSWORD, OURS)

    asyncio.run(crowd())
    hashed = 0
    while running.acquire(blocking=False):
        hashed += 1
    assert hashed == 1  # the last attempt; the first one has been taken off above


request_id = contextvars.ContextVar("request_id", default="none")


class Tracing(UserProvider):
    """Notes the request in which it is asked, as a logging provider would."""

    def __init__(self):
        self.seen = []

    def load_user_by_username(self, username, password=None):
        self.seen.append((request_id.get(), threading.current_thread() is threading.main_thread()))
        return User({"username": username})


class Tracer(Tracing):
    """The same in a coroutine."""

    async def load_user_by_username(self, username, password=None):
        return super().load_user_by_username(username, password)


@pytest.mark.parametrize(("kind", "on_the_loop"), [(Tracing, False), (Tracer, True)], ids=["plain", "coroutine"])
def test_context_variables_reach_the_provider(gatewright_settings, kind, on_the_loop):
    """A provider sees the context of the request that asks, in the pool as on the loop."""
    provider = kind()

    async def one(auth, name):
        request_id.set(name)
        await auth.attempt("carol", "any", provider)

    async def several():
        async with AsyncAuth(settings=gatewright_settings, providers=[provider]) as auth:
            await asyncio.gather(*(one(auth, f"request {number}") for number in range(5)))

    asyncio.run(several())
    assert sorted(provider.seen) == [(f"request {number}", on_the_loop) for number in range(5)]


def test_the_blocking_api_calls_the_provider_where_it_is_called(gatewright_settings):
    """Auth brings no threads of its own: provider, context and hashing stay with the caller."""
    provider = Tracing()
    with Auth(settings=gatewright_settings, providers=[provider]) as auth:
        contextvars.copy_context().run(lambda: (request_id.set("mine"), auth.attempt("carol", "any", provider)))
    assert provider.seen == [("mine", True)]
