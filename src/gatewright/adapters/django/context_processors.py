"""What every template can use if ``TEMPLATES`` lists `visitor` among its context processors."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from gatewright.adapters.django.visitor import visit_of


def visitor(request: HttpRequest) -> dict[str, Any]:
    """Return ``current_user``, the visitor, and ``gatewright_csrf_token``, which gatewright's forms must send back.

    A request that a command creates to render an email counts as a guest's.

    ``<input type="hidden" name="csrf_token" value="{{ gatewright_csrf_token }}">`` makes a logout button work.
    """
    from django.contrib.auth.models import AnonymousUser  # importable only once the apps are loaded

    return {
        "current_user": request.user if hasattr(request, "user") else AnonymousUser(),
        "gatewright_csrf_token": SimpleLazyObject(lambda: visit_of(request).csrf_token()),
    }
