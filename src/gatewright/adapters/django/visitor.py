"""The visitor, for views, templates and Django itself."""

from __future__ import annotations

from collections.abc import Coroutine
from functools import partial
from typing import Any, TypeVar

from asgiref.sync import async_to_sync, sync_to_async
from django.contrib.auth import BACKEND_SESSION_KEY, SESSION_KEY, logout
from django.db.models import Model
from django.http import HttpRequest
from django.utils.asyncio import async_unsafe
from django.utils.functional import SimpleLazyObject

from gatewright.adapters.django.auths import get_auth, get_site
from gatewright.adapters.django.signed_in import SignedInUser
from gatewright.adapters.django.translate import DjangoRequest
from gatewright.drive import run_to_completion
from gatewright.model import User
from gatewright.web import Site, Visit

BACKEND = "gatewright.adapters.django.backends.GatewrightBackend"
_SITE, _VISIT, _USER = "_gatewright_site", "_gatewright_visit", "_gatewright_user"

T = TypeVar("T")


def introduce(request: HttpRequest, site: Site) -> None:
    """Expose the visitor to the application: ``request.user``, ``await request.auser()``, ``request.gatewright``.

    If the visitor is a guest to gatewright, it stays the user whom Django knew before.
    """
    before, before_async = getattr(request, "user", None), getattr(request, "auser", None)
    setattr(request, _SITE, site)
    given: Any = request
    given.gatewright = SimpleLazyObject(lambda: visit_of(request))
    given.user = SimpleLazyObject(lambda: _user_of(request, before))
    given.auser = partial(_auser_of, request, before_async)


def request_of_django(request: Any) -> HttpRequest:
    """Return Django's own request, also from the one that Django REST framework passes to its views instead.

    The latter forwards attribute reads to Django's, but stores assigned attributes on itself.
    """
    inner = getattr(request, "_request", None)
    found: HttpRequest = inner if isinstance(inner, HttpRequest) else request
    return found


def visit_of(request: HttpRequest) -> Visit:
    """Return the visit that a request belongs to, opened on first use."""
    return opened_visit(request) or _open_visit(request_of_django(request))


def opened_visit(request: HttpRequest) -> Visit | None:
    """Return the visit that a request belongs to, if it has been opened."""
    visit: Visit | None = getattr(request, _VISIT, None)
    return visit


def is_introduced(request: HttpRequest) -> bool:
    """Return whether a request has passed through the middleware, so that its response can carry cookies."""
    return hasattr(request, _SITE)


def forget_user(request: HttpRequest) -> None:
    """Have the visitor looked up again: they have signed in or out in the meantime."""
    request = request_of_django(request)
    if hasattr(request, _USER):
        delattr(request, _USER)


def introduce_as(request: HttpRequest, user: Any) -> None:
    """Make a user ``request.user``, as Django's own ``login`` and ``logout`` do."""

    async def auser() -> Any:
        return user

    forget_user(request)
    given: Any = request
    given.user, request_of_django(given).auser = user, auser


def login_user(request: HttpRequest, user: User, *, remember: bool = False) -> None:
    """Sign in a user whom the application has authenticated itself; for a password, use `Guard.login`.

    Args:
        request: Django's request.
        user: The user that `Auth.attempt`, `Auth.bypass` or a provider returned.
        remember: Whether to remember the browser beyond this session.

    Raises:
        ConfigurationError: If it is unclear which provider the user comes from.
    """
    visit = visit_of(request)
    wait_for(visit, _sign_in(visit, user, remember=remember))
    introduce_as(request, _as_django_knows(user))


async def alogin_user(request: HttpRequest, user: User, *, remember: bool = False) -> None:
    """Do what `login_user` does."""
    visit = visit_of(request)
    await wait_in_loop(visit, _sign_in(visit, user, remember=remember))
    introduce_as(request, _as_django_knows(user))


def logout_user(request: HttpRequest) -> None:
    """Sign the visitor out, including of Django's own session, and forget the browser."""
    visit = visit_of(request)
    wait_for(visit, visit.log_out())
    end_session_of_django(request)
    introduce_as(request, _nobody())


async def alogout_user(request: HttpRequest) -> None:
    """Do what `logout_user` does."""
    await sync_to_async(logout_user)(request)


def end_session_of_django(request: HttpRequest) -> None:
    """End the visitor's Django session: a user who signs out expects to be signed out completely."""
    if SESSION_KEY in getattr(request, "session", {}):
        logout(request)


def kept_by_django(request: HttpRequest) -> tuple[bool, Any]:
    """Return whether gatewright's backend has signed in Django's own session, and what it has stored there, or None.

    It stores a sign-in there if no browser is at hand, as for Django's test client.
    """
    session = getattr(request, "session", {})
    if session.get(BACKEND_SESSION_KEY) != BACKEND:
        return False, None
    return True, session.get(get_auth().settings.auth_session_var)


async def kept_by_django_in_loop(request: HttpRequest) -> tuple[bool, Any]:
    """Do what `kept_by_django` does."""
    session = getattr(request, "session", None)
    if session is None or await session.aget(BACKEND_SESSION_KEY) != BACKEND:
        return False, None
    return True, await session.aget(get_auth().settings.auth_session_var)


def take_over(request: HttpRequest) -> bool:
    """Continue a guest's visit from what Django's own session has stored, and return whether that session is now void.

    It is void if gatewright's backend signed in there and the visit has since ended: then nobody is signed in.
    """
    is_ours, kept = kept_by_django(request)
    visit = visit_of(request)
    return is_ours and wait_for(visit, go_on_with(visit, kept))


async def take_over_in_loop(request: HttpRequest) -> bool:
    """Do what `take_over` does."""
    is_ours, kept = await kept_by_django_in_loop(request)
    visit = visit_of(request)
    return is_ours and await wait_in_loop(visit, go_on_with(visit, kept))


async def go_on_with(visit: Visit, kept: Any) -> bool:
    """Continue a guest's visit from what Django's own session has stored; return whether the visit was a guest's."""
    if await visit.user() is not None:
        return False
    if kept is not None:
        visit.go_on_with(kept)
    return True


def wait_for(visit: Visit, coroutine: Coroutine[Any, Any, T]) -> T:
    """Return the result of a visit's coroutine. For synchronous code, under WSGI or ASGI."""
    if visit.site.is_blocking:
        return run_to_completion(coroutine)
    return async_to_sync(_awaited)(coroutine)


async def wait_in_loop(visit: Visit, coroutine: Coroutine[Any, Any, T]) -> T:
    """Return the result of a visit's coroutine. For ``async def`` code, under WSGI or ASGI."""
    if visit.site.is_blocking:
        return await sync_to_async(run_to_completion)(coroutine)
    return await coroutine


async def _awaited(coroutine: Coroutine[Any, Any, T]) -> T:
    return await coroutine


def _open_visit(request: HttpRequest) -> Visit:
    site: Site = getattr(request, _SITE, None) or get_site()
    visit = site.open(DjangoRequest(request, site.mount))
    setattr(request, _VISIT, visit)
    return visit


def _user_of(request: HttpRequest, before: Any) -> Any:
    user = getattr(request, _USER, None)
    if user is None:
        user = _load_user(request, before)
        setattr(request, _USER, user)
    return user


@async_unsafe("In an async view, call `await request.auser()` first; then request.user works too.")
def _load_user(request: HttpRequest, before: Any) -> Any:
    visit = visit_of(request)
    user = wait_for(visit, visit.user())
    if user is None and take_over(request):
        user, before = wait_for(visit, visit.user()), None
    return _as_django_knows(user) or before or _nobody()


async def _auser_of(request: HttpRequest, before: Any) -> Any:
    user = getattr(request, _USER, None)
    if user is None:
        user = await _aload_user(request, before)
        setattr(request, _USER, user)
    return user


async def _aload_user(request: HttpRequest, before: Any) -> Any:
    visit = visit_of(request)
    user = await wait_in_loop(visit, visit.user())
    if user is None and await take_over_in_loop(request):
        user, before = await wait_in_loop(visit, visit.user()), None
    return _as_django_knows(user) or (await before() if before else _nobody())


async def _sign_in(visit: Visit, user: User, *, remember: bool) -> None:
    await visit.guard.store(user)
    await visit.signed_in(is_remembered=remember)


def _as_django_knows(user: User | None) -> Any:
    """Return a user as Django's code expects one: a model instance, or an object with the same interface."""
    if user is None or isinstance(user.entity, Model):
        return user and user.entity
    return SignedInUser(user)


def _nobody() -> Any:
    from django.contrib.auth.models import AnonymousUser

    return AnonymousUser()
