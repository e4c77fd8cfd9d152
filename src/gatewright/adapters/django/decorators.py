"""Decorators for views that not everybody may use, plain or ``async def``.

A browser is led to the login page and back, or shown a page that says why not; a program gets a 401 or a 403.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any, Unpack

from asgiref.sync import iscoroutinefunction
from django.http import HttpRequest

from gatewright.adapters.django.translate import to_django
from gatewright.adapters.django.visitor import visit_of, wait_for, wait_in_loop
from gatewright.web.access import refusal
from gatewright.web.demands import Demands, demanded_names

View = Callable[..., Any]


def login_required(view: View) -> View:
    """Let in only visitors who are signed in."""
    return _guarded(view)


def verified_required(view: View) -> View:
    """Let in only visitors who are signed in and verified."""
    return _guarded(view, is_verified=True)


def fully_authenticated_required(view: View) -> View:
    """Let in only visitors who have proven who they are in this session; a merely remembered one does so first."""
    return _guarded(view, is_fully_authenticated=True)


def role_required(*roles: str) -> Callable[[View], View]:
    """Let in only visitors who have all of these roles.

    Raises:
        ConfigurationError: If no role is named.
    """
    names = demanded_names("@role_required", roles)
    return lambda view: _guarded(view, roles=names)


def permission_required(*permissions: str) -> Callable[[View], View]:
    """Let in only visitors who have all of these permissions; ``branch.*`` asks for anything below ``branch``.

    Raises:
        ConfigurationError: If no permission is named.
    """
    names = demanded_names("@permission_required", permissions)
    return lambda view: _guarded(view, permissions=names)


def _guarded(view: View, **demands: Unpack[Demands]) -> View:
    @functools.wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        visit = visit_of(request)
        answer = wait_for(visit, refusal(visit, **demands))
        return view(request, *args, **kwargs) if answer is None else to_django(answer, method=request.method)

    @functools.wraps(view)
    async def guarded_in_loop(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        visit = visit_of(request)
        answer = await wait_in_loop(visit, refusal(visit, **demands))
        return await view(request, *args, **kwargs) if answer is None else to_django(answer, method=request.method)

    return guarded_in_loop if iscoroutinefunction(view) else guarded
