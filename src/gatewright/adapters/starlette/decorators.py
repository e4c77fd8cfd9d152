"""Decorators for endpoints that not everybody may use."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import HTTPConnection
from starlette.status import WS_1008_POLICY_VIOLATION
from starlette.websockets import WebSocket

from gatewright.adapters.starlette.translation import ready
from gatewright.adapters.starlette.visitor import visit_of
from gatewright.web.access import refusal

Endpoint = Callable[..., Any]
AsyncEndpoint = Callable[..., Awaitable[Any]]


def login_required(endpoint: Endpoint) -> AsyncEndpoint:
    """Let nobody in who is not signed in: browsers are led to the login page and back, programs get a 401."""
    return require()(endpoint)


def require(
    *,
    verified: bool = False,
    role: str | Sequence[str] = (),
    permission: str | Sequence[str] = (),
    fully_authenticated: bool = False,
) -> Callable[[Endpoint], AsyncEndpoint]:
    """Let nobody in who is not signed in, or who lacks something: those get a 403.

    For functions and methods, plain or ``async def``, that take a request or a WebSocket.

    Args:
        verified: Whether the account must be verified.
        role: A role that is needed, or several, every one of which is.
        permission: A permission that is needed, or several, every one of which is.
        fully_authenticated: Whether a visitor who is merely remembered must prove once more who they are.
    """

    def decorate(endpoint: Endpoint) -> AsyncEndpoint:
        @functools.wraps(endpoint)
        async def guarded(*args: Any, **kwargs: Any) -> Any:
            connection = _connection_in(args, kwargs)
            response = await refusal(
                visit_of(connection),
                is_verified=verified,
                roles=names_in(role),
                permissions=names_in(permission),
                is_fully_authenticated=fully_authenticated,
            )
            if response is None:
                return await _call(endpoint, *args, **kwargs)
            if isinstance(connection, WebSocket):
                return await connection.close(WS_1008_POLICY_VIOLATION)
            return ready(response)

        return guarded

    return decorate


def names_in(given: str | Sequence[str]) -> tuple[str, ...]:
    """Return one name or several as several."""
    return (given,) if isinstance(given, str) else tuple(given)


async def _call(endpoint: Endpoint, *args: Any, **kwargs: Any) -> Any:
    if inspect.iscoroutinefunction(endpoint):
        return await endpoint(*args, **kwargs)
    return await run_in_threadpool(endpoint, *args, **kwargs)


def _connection_in(args: Sequence[Any], kwargs: Mapping[str, Any]) -> HTTPConnection:
    for each in (*args, *kwargs.values()):
        if isinstance(each, HTTPConnection):
            return each
    raise TypeError("The endpoint was called without a request or a WebSocket among its arguments.")
