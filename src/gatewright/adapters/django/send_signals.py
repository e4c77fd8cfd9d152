"""Announce sign-ins and sign-outs on gatewright's pages through the signals that Django's own ``login`` sends.

Projects use ``user_logged_in`` to set ``last_login``, merge baskets and write logs, and ``user_login_failed`` to detect
attacks. The user is already signed in, so a receiver that raises changes nothing: Django logs it.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.contrib.auth.signals import user_logged_in, user_login_failed
from django.db.models import Model
from django.http import HttpRequest

from gatewright.adapters.django.page_events import PageEvents
from gatewright.adapters.django.visitor import BACKEND, introduce_as

_BY_PAGE = "_gatewright_signed_in_by_page"
_SENDER = "django.contrib.auth"
_MASKED = "********************"


def send_signals(request: HttpRequest, events: PageEvents) -> None:
    """Send Django's signals, under WSGI."""
    for signal, about in _signals(request, events):
        signal.send_robust(request=request, **about)


async def send_signals_in_loop(request: HttpRequest, events: PageEvents) -> None:
    """Send Django's signals, under ASGI."""
    for signal, about in _signals(request, events):
        await signal.asend_robust(request=request, **about)


def is_by_page(request: HttpRequest) -> bool:
    """Return whether one of gatewright's pages sends the signal: the session already exists."""
    return hasattr(request, _BY_PAGE)


def _signals(request: HttpRequest, events: PageEvents) -> Iterator[tuple[Any, dict[str, Any]]]:
    if events.user is not None and isinstance(events.user.entity, Model):
        user: Any = events.user.entity
        user.backend = BACKEND
        setattr(request, _BY_PAGE, True)
        introduce_as(request, user)
        yield user_logged_in, {"sender": user.__class__, "user": user}
    elif events.failed is not None:
        credentials = {"username": events.failed[0], "password": _MASKED}
        yield user_login_failed, {"sender": _SENDER, "credentials": credentials}
