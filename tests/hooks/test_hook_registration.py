"""Adding hooks: three ways in, what may be added, and what is refused at once rather than at the first visitor."""

from __future__ import annotations

import asyncio
import functools
from unittest.mock import AsyncMock, MagicMock

import pytest

from gatewright import EvrmoreAuth
from gatewright.errors import HookSignatureError, SuspendedError, UnknownHookError

IN_MEMORY = "sqlite://"


@pytest.fixture
def blocking(gatewright_auth):
    return gatewright_auth


def test_three_ways_in_are_one(auth, alice, sign_in):
    """The method, the decorator and the attribute add to the same point, in the order of adding."""
    calls = []

    def first(user, session):
        calls.append("method")

    assert auth.add_hook("post_auth", first) is first

    @auth.add_hook("post_auth")
    def second(user, session):
        calls.append("decorator")

    @auth.hooks.post_auth
    def third(user, session):
        calls.append("attribute")

    sign_in(auth, alice)

    assert calls == ["method", "decorator", "attribute"]
    assert [function.__name__ for function in (second, third)] == ["second", "third"]


class Counting:
    """A callback that is an object, and one that is a method of it."""

    def __init__(self, calls, mark):
        self._calls = calls
        self._mark = mark

    def __call__(self):
        self._calls.append(self._mark)

    def method(self):
        self._calls.append(f"{self._mark} method")


def test_a_hook_added_twice_is_called_once(auth, alice):
    """Where it was first; a module that is imported twice and an extension that is set up twice do no harm."""
    calls = []
    one, other = Counting(calls, "one"), Counting(calls, "other")
    for _ in range(3):
        for hook in (one, one.method, other, other.method):
            assert auth.add_hook("pre_challenge", hook) == hook
            auth.hooks.pre_challenge(hook)
    auth.generate_challenge(alice.address)

    assert calls == ["one", "one method", "other", "other method"]


def test_a_hook_may_be_added_to_several_points(auth, alice):
    """Once to each."""
    calls = []
    hook = Counting(calls, "one")
    for event in ("pre_challenge", "post_challenge", "pre_challenge"):
        auth.add_hook(event, hook)
    auth.generate_challenge(alice.address)

    assert calls == ["one", "one"]


def test_functions_without_a_name_are_different_ones(auth, alice):
    """Nothing is keyed by name."""
    calls = []
    auth.add_hook("pre_challenge", lambda: calls.append(1))
    auth.add_hook("pre_challenge", lambda: calls.append(2))
    auth.generate_challenge(alice.address)

    assert calls == [1, 2]


def test_hooks_belong_to_one_application(make_auth, alice):
    """Another object, on the same database, has its own."""
    calls = []
    one, other = make_auth(), make_auth()
    one.add_hook("pre_challenge", lambda: calls.append("one"))
    other.generate_challenge(alice.address)

    assert calls == []


class Greeter:
    def __init__(self):
        self.calls = []

    def greet(self, user):
        self.calls.append(user.evrmore_address)

    def __call__(self, session, user):
        self.calls.append(session.evrmore_address)

    @classmethod
    def of_the_class(cls, user):
        CALLS.append(user.evrmore_address)

    @staticmethod
    def static(*, user):
        CALLS.append(user.evrmore_address)


CALLS = []


def note(calls, user):
    calls.append(user.evrmore_address)


@pytest.mark.parametrize(
    "make_hook",
    [
        lambda calls: lambda user: calls.append(user.evrmore_address),
        lambda calls: lambda **parameters: calls.append(parameters["user"].evrmore_address),
        lambda calls: lambda user, **others: calls.append(user.evrmore_address),
        lambda calls: functools.partial(note, calls),
        lambda calls: functools.partial(note, calls=calls),
        lambda calls: functools.lru_cache(lambda user: calls.append(user.evrmore_address)),
    ],
    ids=["lambda", "kwargs", "some-and-kwargs", "partial", "partial-keyword", "wrapped"],
)
def test_any_callable_that_takes_what_the_point_has(auth, alice, sign_in, make_hook):
    """Functions, lambdas, partials and wrappers, with those parameters that they need."""
    calls = []
    auth.add_hook("post_auth", make_hook(calls))
    sign_in(auth, alice)

    assert calls == [alice.address]


def test_objects_methods_and_mocks(auth, alice, sign_in):
    """Bound, class and static methods, callable objects and mocks are callables like any other."""
    CALLS.clear()
    greeter, mock = Greeter(), MagicMock()
    for hook in (greeter, greeter.greet, greeter.of_the_class, greeter.static, mock):
        auth.add_hook("post_auth", hook)
    session = sign_in(auth, alice)

    assert greeter.calls == CALLS == [alice.address] * 2
    mock.assert_called_once()
    assert mock.call_args.kwargs.keys() == {"user", "session"}
    assert mock.call_args.kwargs["session"] is session


def test_a_bound_value_stays_bound(auth, alice, sign_in):
    """A partial that binds a parameter of the point has said what it wants there."""
    calls = []
    auth.add_hook("post_auth", functools.partial(lambda user, session: calls.append((user, session.id)), user="bound"))
    session = sign_in(auth, alice)

    assert calls == [("bound", session.id)]


@pytest.mark.parametrize("event", ["post_login", "POST_AUTH", "", " post_auth", None, 1, ["post_auth"], "\ud800"])
def test_an_unknown_point_lists_the_known_ones(auth, event):
    """Both ways of ``add_hook`` refuse it at once."""
    for add in (lambda: auth.add_hook(event, print), lambda: auth.add_hook(event)):
        with pytest.raises(UnknownHookError) as refused:
            add()

        assert [point.name for point in auth.hooks if point.name not in str(refused.value)] == []


def test_a_typo_in_an_attribute_is_an_attribute_error(auth):
    """As everywhere in Python, and for type checkers too."""
    with pytest.raises(AttributeError, match="post_atuh"):
        auth.hooks.post_atuh  # noqa: B018 - reading it is the test


def positional_only(user, /, session): ...
def positional_only_and_more(user, /, **others): ...
def misspelt(usr): ...
def misspelt_and_more(usr, **others): ...
def of_another_point(token): ...


@pytest.mark.parametrize(
    ("hook", "named"),
    [
        (positional_only, "user"),
        (positional_only_and_more, "user"),
        (misspelt, "usr"),
        (misspelt_and_more, "usr"),
        (of_another_point, "token"),
    ],
)
def test_a_hook_that_could_never_be_called_is_refused(auth, hook, named):
    """The error names the point, what it has, and what the callback asks for."""
    with pytest.raises(HookSignatureError, match="post_auth") as refused:
        auth.add_hook("post_auth", hook)

    assert "user, session" in str(refused.value)
    assert named in str(refused.value)


@pytest.mark.parametrize("thing", ["post_auth", 1, [], object(), True, None])
def test_what_cannot_be_called_is_refused(auth, thing):
    """At once, by its type."""
    with pytest.raises(HookSignatureError, match=f"must be callable, not {type(thing).__name__}"):
        auth.add_hook("post_auth", thing)
    with pytest.raises(HookSignatureError, match="without parentheses"):
        auth.hooks.post_auth(thing)


async def coroutine_function(user): ...


class AsyncGreeter:
    async def __call__(self, user): ...

    async def greet(self, user): ...


COROUTINE_HOOKS = {
    "function": lambda: coroutine_function,
    "method": lambda: AsyncGreeter().greet,
    "object": AsyncGreeter,
    "partial": lambda: functools.partial(coroutine_function),
    "mock": AsyncMock,
}


@pytest.mark.parametrize("kind", COROUTINE_HOOKS)
def test_coroutine_functions_are_refused_by_the_blocking_class(blocking, kind):
    """The message says what to do instead."""
    with pytest.raises(HookSignatureError, match="asynchronous counterpart"):
        blocking.add_hook("post_auth", COROUTINE_HOOKS[kind]())


def test_coroutine_functions_are_awaited_by_the_asynchronous_class(gatewright_async_auth, alice):
    """All of them, one after the other, in the order of adding, and plain ones between them."""
    calls = []

    async def slow(user):
        await asyncio.sleep(0)
        calls.append("slow")

    class Slow:
        async def __call__(self, user):
            await asyncio.sleep(0)
            calls.append("object")

    mock = AsyncMock()
    for hook in (slow, lambda: calls.append("plain"), Slow(), functools.partial(slow), mock):
        gatewright_async_auth.add_hook("post_auth", hook)

    async def visit():
        challenge = await gatewright_async_auth.generate_challenge(alice.address)
        await gatewright_async_auth.authenticate(alice.address, challenge, alice.sign(challenge))

    asyncio.run(visit())

    assert calls == ["slow", "plain", "object", "slow"]
    mock.assert_awaited_once()


async def waits_for_ever():
    await asyncio.Event().wait()


class SuspendingAwaitable:
    def __await__(self):
        yield


@pytest.mark.parametrize(
    ("awaitable", "named"), [(waits_for_ever, "waits_for_ever"), (SuspendingAwaitable, "SuspendingAwaitable")]
)
def test_a_disguised_coroutine_is_found_out_when_it_suspends(blocking, alice, awaitable, named):
    """A plain function that returns what has to be waited for fails at once, by name, and leaves nothing half-done."""
    blocking.add_hook("post_auth", lambda: awaitable())
    challenge = blocking.generate_challenge(alice.address)

    async def inside_an_event_loop():
        blocking.authenticate(alice.address, challenge, alice.sign(challenge))

    with pytest.raises(SuspendedError, match=f"{named}.* suspended.*AsyncEvrmoreAuth"):
        asyncio.run(inside_an_event_loop())

    assert blocking.list_sessions() == []
    assert blocking.get_challenge_details(challenge).used


def test_an_awaitable_that_does_not_suspend_is_no_trouble(blocking, alice):
    """It is awaited, and its answer counts."""

    async def at_once():
        return {"expire_minutes": 1}

    blocking.add_hook("pre_challenge", lambda: at_once())
    record = blocking.get_challenge_details(blocking.generate_challenge(alice.address))

    assert (record.expires_at - record.created_at).total_seconds() == 60


def test_builtins_without_a_signature_get_every_parameter():
    """Some callables written in C do not say what they take; ``dict`` takes any keywords."""
    with EvrmoreAuth(IN_MEMORY) as auth:
        auth.add_hook("post_challenge", dict)

        assert auth.generate_challenge(auth.create_wallet_address()[0])
