"""Decorators that restrict access to views, plain or ``async def``.

A browser is redirected to the login page and back, or shown a page that explains why; a program gets a 401 or 403.
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Sequence
from typing import Any, TypeVar, Unpack, cast, overload

from asgiref.sync import iscoroutinefunction
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.views import View as ClassBasedView

from gatewright.adapters.django.translate import add_headers, to_django
from gatewright.adapters.django.visitor import (
    request_of_django,
    take_over,
    take_over_in_loop,
    visit_of,
    wait_for,
    wait_in_loop,
)
from gatewright.web.access import refusal
from gatewright.web.demands import Demands, demanded_minutes, demanded_names
from gatewright.web.unguarded import note_guarded

_View = TypeVar("_View", bound=Callable[..., Any])


def login_required(view: _View) -> _View:
    """Allow only signed-in visitors."""
    return _guarded(view)


def verified_required(view: _View) -> _View:
    """Allow only signed-in, verified visitors."""
    return _guarded(view, is_verified=True)


def fully_authenticated_required(view: _View) -> _View:
    """Allow only visitors who authenticated in this session; a merely remembered one has to do so first."""
    return _guarded(view, is_fully_authenticated=True)


@overload
def fresh_required(view: _View) -> _View: ...


@overload
def fresh_required(*, minutes: float | None = None, aal: int = 0) -> Callable[[_View], _View]: ...


def fresh_required(
    view: _View | None = None, *, minutes: float | None = None, aal: int = 0
) -> _View | Callable[[_View], _View]:
    """Allow only visitors who authenticated recently; others have to do so again.

    With parentheses or without: ``@fresh_required`` and ``@fresh_required(minutes=5, aal=2)``.

    Args:
        view: The view to protect.
        minutes: Maximum age of the last proof, in minutes; None for the setting ``fresh_minutes``.
        aal: The minimum authentication assurance level of their session (NIST SP 800-63B-4): 2 requires a second
            factor.

    Raises:
        ConfigurationError: If ``minutes`` is not a number above 0, or ``aal`` is not 0 to 3.
    """
    fresh, level = demanded_minutes("@fresh_required", minutes, aal)

    def guard(view: _View) -> _View:
        return _guarded(view, fresh=fresh, aal=level)

    return guard if view is None else guard(view)


def role_required(*roles: str) -> Callable[[_View], _View]:
    """Allow only visitors who have all of these roles.

    Raises:
        ConfigurationError: If no role is given.
    """
    names = demanded_names('@role_required("...")', roles)
    return lambda view: _guarded(view, roles=names)


def permission_required(*permissions: str) -> Callable[[_View], _View]:
    """Allow only visitors who have all of these permissions; ``branch.*`` requires anything below ``branch``.

    Raises:
        ConfigurationError: If no permission is given.
    """
    names = demanded_names('@permission_required("...")', permissions)
    return lambda view: _guarded(view, permissions=names)


def _guarded(view: _View, **demands: Unpack[Demands]) -> _View:
    note_guarded(view, cure="Write @method_decorator(login_required, name='dispatch'), from django.utils.decorators.")
    bound_to = getattr(getattr(view, "func", view), "__self__", None)  # set by method_decorator

    @functools.wraps(view)
    def guarded(*args: Any, **kwargs: Any) -> Any:
        request = args[0] if args else None
        if not isinstance(request, HttpRequest):  # the view is a method, or the request is not Django's own
            if _is_awaited(request):
                return guarded_in_loop(*args, **kwargs)
            request = _request_in(args)
        visit = visit_of(request)
        answer = wait_for(visit, refusal(visit, **demands))
        if answer is not None and take_over(request):
            answer = wait_for(visit, refusal(visit, **demands))
        if answer is not None:
            return to_django(answer, method=request.method)
        return _of_one_visitor(view(*args, **kwargs))

    @functools.wraps(view)
    async def guarded_in_loop(*args: Any, **kwargs: Any) -> Any:
        request = _request_in(args)
        visit = visit_of(request)
        answer = await wait_in_loop(visit, refusal(visit, **demands))
        if answer is not None and await take_over_in_loop(request):
            answer = await wait_in_loop(visit, refusal(visit, **demands))
        if answer is not None:
            return to_django(answer, method=request.method)
        given = view(*args, **kwargs)
        return _of_one_visitor(await given if inspect.isawaitable(given) else given)

    return cast(_View, guarded_in_loop if iscoroutinefunction(view) or _is_awaited(bound_to) else guarded)


def _is_awaited(owner: object) -> bool:
    """Return whether a plain method's result is awaited: ``dispatch`` of an asynchronous class."""
    return isinstance(owner, ClassBasedView) and owner.view_is_async


def _request_in(args: Sequence[Any]) -> HttpRequest:
    """Return the request that a view received, as a function or as a method of a class."""
    for each in map(request_of_django, args[:2]):
        if isinstance(each, HttpRequest):
            return each
    raise TypeError("The view was called without a request.")


def _of_one_visitor(response: Any) -> Any:
    """Mark a response as one visitor's already here: a ``cache_page`` around the decorator would serve it to all."""
    if isinstance(response, HttpResponseBase):
        add_headers(response, (("Vary", "Cookie, Authorization"),))
    return response
