"""The asynchronous build of an auth, in which the project's code runs where Django runs synchronous code.

Plain hooks and voters would run on the event loop, and plain providers in gatewright's thread pool. But in a Django
project all of them may use the ORM, which refuses to work on an event loop, and in one of gatewright's threads would
leave its connections open and not see a test's transaction. So they run in the thread that Django reserves for a
request's synchronous code.
"""

from __future__ import annotations

import inspect
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import replace
from typing import Any

from asgiref.sync import sync_to_async

from gatewright.access import Voter
from gatewright.auth import AsyncAuth, Auth
from gatewright.drive import run_to_completion
from gatewright.hooks.hook_point import HookPoint
from gatewright.methods import Method
from gatewright.ports import Call
from gatewright.providers import SQLUserProvider, UserProvider, WalletUserProvider


def make_async_auth(auth: Auth, providers: Sequence[UserProvider], methods: Sequence[Method] = ()) -> AsyncAuth:
    """Return an asynchronous auth with the settings, hooks and voters of a blocking one.

    Args:
        auth: The blocking one. Whatever is added to it later also applies to the asynchronous one.
        providers: Where users come from; may have ``async def`` methods.
        methods: Authentication methods that have their own settings.
    """
    made = AsyncAuth(settings=auth.settings, providers=providers, methods=methods)
    made._parts = replace(made.parts, call=_CallInDjango(made.parts.call), voters=_Voters(auth.parts.voters))
    for point in auth.hooks:
        made.add_hook(point.name, _fire_in_django(point))
    return made


def _fire_in_django(point: HookPoint) -> Callable[..., Awaitable[dict[str, Any]]]:
    def fire(parameters: dict[str, Any]) -> dict[str, Any]:
        return run_to_completion(point.fire(**parameters))

    async def forward(**parameters: Any) -> dict[str, Any]:
        if point.is_empty:  # looked up for each call: hooks may be added later
            return {}
        return await sync_to_async(fire)(parameters)

    return forward


class _Voters(list[Voter]):
    """The voters of this build, after those of the other one."""

    def __init__(self, others: Sequence[Voter]) -> None:
        super().__init__()
        self._others = others

    def __iter__(self) -> Iterator[Voter]:
        for voter in self._others:
            awaited: Any = sync_to_async(voter)
            yield awaited
        yield from super().__iter__()


class _CallInDjango:
    """Calls the project's functions: coroutine functions on the event loop, plain ones in Django's thread.

    Args:
        pooled: Calls the plain functions of gatewright's own providers, which do not depend on Django.
    """

    def __init__(self, pooled: Call) -> None:
        self._pooled = pooled

    async def __call__(self, function: Callable[..., Any], *args: Any) -> Any:
        """Return what ``function`` returns."""
        if inspect.iscoroutinefunction(function) or _is_ours(function):
            return await self._pooled(function, *args)
        answer = await sync_to_async(function)(*args)
        return await answer if inspect.isawaitable(answer) else answer


def _is_ours(function: Any) -> bool:
    method = getattr(function, "func", function)  # for a functools.partial
    return isinstance(getattr(method, "__self__", None), SQLUserProvider | WalletUserProvider)
