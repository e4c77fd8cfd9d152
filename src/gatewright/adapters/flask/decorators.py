"""Decorators that restrict access to views.

Each decorator goes below ``@app.route``, implies a sign-in, and works with plain, asynchronous and class-based views.
Guests in a browser are redirected to the login page and back; programs get problem details (401, 403).
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from inspect import iscoroutinefunction
from typing import Any, TypeVar, Unpack, cast, overload

import flask

from gatewright.adapters.flask.translate import to_flask
from gatewright.adapters.flask.visitor import current_visit
from gatewright.drive import run_to_completion
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
    note_guarded(view, cure="List the decorator in the class: decorators = [login_required].")
    is_async = iscoroutinefunction(view)

    @wraps(view)
    def guarded(*args: Any, **kwargs: Any) -> Any:
        refused = run_to_completion(refusal(current_visit(), **demands))
        if refused is not None:
            return to_flask(refused)
        answer = flask.current_app.ensure_sync(view) if is_async else view
        return answer(*args, **kwargs)

    return cast(_View, guarded)
