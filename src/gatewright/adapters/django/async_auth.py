"""The asynchronous build of an auth, in which the project's own code runs where Django runs plain code.

Plain hooks and voters would run in the event loop and plain providers in our thread pool. But in a Django project all
of them may use the ORM, which refuses to work in an event loop, and in one of our threads would leave its connections
open and see nothing of a test's transaction. So they run in the thread that Django keeps for a request's plain code.
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
    """Return an asynchronous auth with the settings, the hooks and the voters of a blocking one.

    Args:
        auth: The blocking one. What is added to it later holds for the asynchronous one, too.
        providers: Where users come from; may have methods that are ``async def``.
        methods: Ways of proving who one is that have settings of their own.
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
        return await sync_to_async(fire)(parameters)

    return forward


class _Voters(list[Voter]):
    """Voters of this build, after those of the other one."""

    def __init__(self, others: Sequence[Voter]) -> None:
        super().__init__()
        self._others = others

    def __iter__(self) -> Iterator[Voter]:
        for voter in self._others:
            awaited: Any = sync_to_async(voter)
            yield awaited
        yield from super().__iter__()


class _CallInDjango:
    """Calls the project's functions: coroutine functions on the loop, plain ones in Django's thread.

    Args:
        pooled: What calls the plain ones of our own providers, which know nothing of Django.
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
    method = getattr(function, "func", function)  # of a functools.partial
    return isinstance(getattr(method, "__self__", None), SQLUserProvider | WalletUserProvider)
