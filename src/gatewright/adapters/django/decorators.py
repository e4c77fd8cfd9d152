"""Decorators for views that not everybody may use, plain or ``async def``.

A browser is led to the login page and back, or shown a page that says why not; a program gets a 401 or a 403.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any, Unpack

from asgiref.sync import iscoroutinefunction
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.cache import patch_vary_headers

from gatewright.adapters.django.translate import to_django
from gatewright.adapters.django.visitor import visit_of, wait_for, wait_in_loop
from gatewright.web.access import refusal
from gatewright.web.demands import Demands, demanded_freshness, demanded_names

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


def fresh_required(
    view: View | None = None, *, minutes: float | None = None, aal: int = 0
) -> View | Callable[[View], View]:
    """Let in only visitors who have proven who they are a short while ago; the others do so once more.

    With parentheses or without: ``@fresh_required`` and ``@fresh_required(minutes=5, aal=2)``.

    Args:
        view: What is guarded.
        minutes: How long ago it may have been at most; None for the setting ``fresh_minutes``.
        aal: The authentication assurance level that their session must have (NIST SP 800-63B-4): 2 asks for a second
            factor.

    Raises:
        ConfigurationError: If ``minutes`` is not above 0, or ``aal`` not 0 to 3.
    """
    fresh, level = demanded_freshness("@fresh_required", True if minutes is None else minutes, aal)

    def guard(view: View) -> View:
        return _guarded(view, fresh=fresh, aal=level)

    return guard if view is None else guard(view)


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
        if answer is not None:
            return to_django(answer, method=request.method)
        return _of_one_visitor(view(request, *args, **kwargs))

    @functools.wraps(view)
    async def guarded_in_loop(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        visit = visit_of(request)
        answer = await wait_in_loop(visit, refusal(visit, **demands))
        if answer is not None:
            return to_django(answer, method=request.method)
        return _of_one_visitor(await view(request, *args, **kwargs))

    return guarded_in_loop if iscoroutinefunction(view) else guarded


def _of_one_visitor(response: Any) -> Any:
    """Say of an answer whose it is, already here: a ``cache_page`` around the decorator would give it to everybody."""
    if isinstance(response, HttpResponseBase):
        patch_vary_headers(response, ("Cookie", "Authorization"))
    return response
