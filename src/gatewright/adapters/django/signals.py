"""Make Django's own sign-in and sign-out, above all in its admin, those of the visit: there is one session to end."""

from __future__ import annotations

from typing import Any

from django.contrib.auth import BACKEND_SESSION_KEY
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest

from gatewright.adapters.django.auths import get_auth
from gatewright.adapters.django.backends import provider_of_django
from gatewright.adapters.django.send_signals import is_by_page
from gatewright.adapters.django.visitor import (
    BACKEND,
    forget_user,
    introduce_as,
    is_introduced,
    request_of_django,
    visit_of,
    wait_for,
)
from gatewright.errors import SecondFactorRequiredError
from gatewright.model import User
from gatewright.web import Visit


def sign_in(*, request: HttpRequest, user: Any, **_: Any) -> None:
    """Open a session for a user whom gatewright's backend has authenticated and Django has just signed in. If a second
    factor is still required, nobody is signed in, and the middleware redirects them to give it.

    A request that has not passed through the middleware, such as the one that Django's test client creates, has no
    response to carry a cookie. Then the session's secret is stored in Django's session.
    """
    request = request_of_django(request)
    if is_by_page(request) or request.session.get(BACKEND_SESSION_KEY) != BACKEND:
        return
    name, provider = provider_of_django()
    known = provider.user_of(user)
    known.provider_name = name
    if is_introduced(request):
        visit = visit_of(request)
        try:
            wait_for(visit, _open_session(visit, known))
        except SecondFactorRequiredError:
            request.session.flush()  # Django has already signed them in
            introduce_as(request, AnonymousUser())
            raise
        forget_user(request)
    else:
        get_auth().guard(request.session).store(known)


def sign_out(*, request: HttpRequest, **_: Any) -> None:
    """End the session of a visitor whom Django is about to sign out."""
    if is_introduced(request):
        visit = visit_of(request)
        wait_for(visit, visit.log_out())
        forget_user(request)
    if request.session.get(BACKEND_SESSION_KEY) == BACKEND:
        get_auth().guard(request.session).destroy()


def end_sessions(*, instance: Any, created: bool, **_: Any) -> None:
    """End every session of a Django user whose password has been changed, by any form or command."""
    is_changed = getattr(instance, "_password", None) is not None  # Django keeps it from set_password until saved
    if is_changed and not created:
        name, provider = provider_of_django()
        get_auth().invalidate_all_tokens(provider.user_class(instance).id, provider=name)


async def _open_session(visit: Visit, user: User) -> None:
    await visit.guard.store(user)
    await visit.signed_in()
    await visit.auth.hooks.login_success.fire(user=user)
