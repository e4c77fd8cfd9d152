"""Decorators for views that not everybody may use, plain or ``async def``.

A browser is led to the login page and back, or shown a page that says why not; a program gets a 401 or a 403.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

from asgiref.sync import iscoroutinefunction
from django.http import HttpRequest

from gatewright.adapters.django.translate import to_django
from gatewright.adapters.django.visitor import visit_of, wait_for, wait_in_loop
from gatewright.web.access import refusal

View = Callable[..., Any]


def login_required(view: View) -> View:
    """Let nobody in who is not signed in."""
    return _require(view)


def verified_required(view: View) -> View:
    """Let nobody in whose account is not verified."""
    return _require(view, is_verified=True)


def fully_authenticated_required(view: View) -> View:
    """Have a visitor who is merely remembered prove once more who they are."""
    return _require(view, is_fully_authenticated=True)


def role_required(*roles: str) -> Callable[[View], View]:
    """Let nobody in who has not every one of these roles."""
    return lambda view: _require(view, roles=roles)


def permission_required(*permissions: str) -> Callable[[View], View]:
    """Let nobody in who may not do every one of these things."""
    return lambda view: _require(view, permissions=permissions)


def _require(view: View, **needs: Any) -> View:
    @functools.wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        visit = visit_of(request)
        answer = wait_for(visit, refusal(visit, **needs))
        return view(request, *args, **kwargs) if answer is None else to_django(answer, method=request.method)

    @functools.wraps(view)
    async def guarded_in_loop(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        visit = visit_of(request)
        answer = await wait_in_loop(visit, refusal(visit, **needs))
        return await view(request, *args, **kwargs) if answer is None else to_django(answer, method=request.method)

    return guarded_in_loop if iscoroutinefunction(view) else guarded
