"""Decorators that restrict access to endpoints.

For functions and methods, plain or ``async def``, that take a request or a WebSocket. Browsers are redirected to the
login page and back, or shown a page that explains the refusal; programs get a 401 or 403; WebSockets are closed.
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, Unpack, overload

from starlette.concurrency import run_in_threadpool
from starlette.requests import HTTPConnection
from starlette.status import WS_1008_POLICY_VIOLATION
from starlette.websockets import WebSocket

from gatewright.adapters.starlette.translation import to_starlette
from gatewright.adapters.starlette.visitor import visit_of
from gatewright.web.access import refusal
from gatewright.web.demands import Demands, demanded_minutes, demanded_names
from gatewright.web.unguarded import note_guarded

Endpoint = Callable[..., Any]
AsyncEndpoint = Callable[..., Awaitable[Any]]


def login_required(endpoint: Endpoint) -> AsyncEndpoint:
    """Allow only signed-in visitors."""
    return _guarded(endpoint)


def verified_required(endpoint: Endpoint) -> AsyncEndpoint:
    """Allow only signed-in, verified visitors."""
    return _guarded(endpoint, is_verified=True)


def fully_authenticated_required(endpoint: Endpoint) -> AsyncEndpoint:
    """Allow only visitors who authenticated in this session; a merely remembered one has to do so first."""
    return _guarded(endpoint, is_fully_authenticated=True)


@overload
def fresh_required(endpoint: Endpoint) -> AsyncEndpoint: ...


@overload
def fresh_required(*, minutes: float | None = None, aal: int = 0) -> Callable[[Endpoint], AsyncEndpoint]: ...


def fresh_required(
    endpoint: Endpoint | None = None, *, minutes: float | None = None, aal: int = 0
) -> AsyncEndpoint | Callable[[Endpoint], AsyncEndpoint]:
    """Allow only visitors who authenticated recently; others have to do so again.

    With parentheses or without: ``@fresh_required`` and ``@fresh_required(minutes=5, aal=2)``.

    Args:
        endpoint: The endpoint to protect.
        minutes: Maximum age of the last proof, in minutes; None for the setting ``fresh_minutes``.
        aal: The minimum authentication assurance level of their session (NIST SP 800-63B-4): 2 requires a second
            factor.

    Raises:
        ConfigurationError: If ``minutes`` is not a number above 0, or ``aal`` is not 0 to 3.
    """
    fresh, level = demanded_minutes("@fresh_required", minutes, aal)

    def guard(endpoint: Endpoint) -> AsyncEndpoint:
        return _guarded(endpoint, fresh=fresh, aal=level)

    return guard if endpoint is None else guard(endpoint)


def role_required(*roles: str) -> Callable[[Endpoint], AsyncEndpoint]:
    """Allow only visitors who have all of these roles.

    Raises:
        ConfigurationError: If no role is given.
    """
    names = demanded_names('@role_required("...")', roles)
    return lambda endpoint: _guarded(endpoint, roles=names)


def permission_required(*permissions: str) -> Callable[[Endpoint], AsyncEndpoint]:
    """Allow only visitors who have all of these permissions; ``branch.*`` requires anything below ``branch``.

    Raises:
        ConfigurationError: If no permission is given.
    """
    names = demanded_names('@permission_required("...")', permissions)
    return lambda endpoint: _guarded(endpoint, permissions=names)


def _guarded(endpoint: Endpoint, **demands: Unpack[Demands]) -> AsyncEndpoint:
    note_guarded(endpoint, cure="Decorate its methods.")

    @functools.wraps(endpoint)
    async def guarded(*args: Any, **kwargs: Any) -> Any:
        connection = _connection_in(args, kwargs)
        response = await refusal(visit_of(connection), **demands)
        if response is None:
            return await _call(endpoint, *args, **kwargs)
        if isinstance(connection, WebSocket):
            return await connection.close(WS_1008_POLICY_VIOLATION)
        return to_starlette(response)

    return guarded


async def _call(endpoint: Endpoint, *args: Any, **kwargs: Any) -> Any:
    if inspect.iscoroutinefunction(endpoint):
        return await endpoint(*args, **kwargs)
    return await run_in_threadpool(endpoint, *args, **kwargs)


def _connection_in(args: Sequence[Any], kwargs: Mapping[str, Any]) -> HTTPConnection:
    for each in (*args, *kwargs.values()):
        if isinstance(each, HTTPConnection):
            return each
    raise TypeError("The endpoint was called without a request or a WebSocket among its arguments.")
