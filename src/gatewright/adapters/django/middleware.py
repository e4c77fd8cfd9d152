"""The middleware: it serves the pages, and tells the application who is visiting."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from contextlib import suppress
from functools import partial
from typing import Any
from urllib.parse import unquote

from asgiref.sync import iscoroutinefunction, markcoroutinefunction, sync_to_async
from django.conf import settings
from django.contrib.auth import REDIRECT_FIELD_NAME, logout
from django.db.models import Model
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from gatewright.adapters.django.auths import get_async_site, get_site, prepare
from gatewright.adapters.django.page_events import collect_events
from gatewright.adapters.django.send_signals import send_signals, send_signals_in_loop
from gatewright.adapters.django.translate import (
    DjangoRequest,
    add_headers,
    keep_from_cache,
    script_of,
    to_django,
    whole_path_of,
    with_body,
)
from gatewright.adapters.django.visitor import (
    end_session_of_django,
    go_on_with,
    introduce,
    introduce_as,
    kept_by_django,
    kept_by_django_in_loop,
    opened_visit,
    visit_of,
    wait_for,
)
from gatewright.drive import run_to_completion
from gatewright.errors import (
    GatewrightError,
    ProviderUnavailableError,
    SecondFactorRequiredError,
    StoreUnavailableError,
    TransportError,
)
from gatewright.web import Request, Response, Site, Visit
from gatewright.web.access import answer_to, denied, failure, headers_beside
from gatewright.web.negotiation import wants_page
from gatewright.web.problems import transport_problem
from gatewright.web.request_ids import begin
from gatewright.web.routes import STATIC
from gatewright.web.security_headers import protect

_SIGNED_OUT = (204, 303)
"""Statuses of a sign-out, as JSON and as a page."""

_LED_ON = (302, 404)
"""Statuses of application responses that gatewright may replace."""

_IS_OF_DJANGO = "_gatewright_is_of_django"


class GatewrightMiddleware:
    """Serves the pages ahead of a project's views, and makes ``request.user`` the visitor.

    It belongs below Django's ``AuthenticationMiddleware``, if there is one. Pages are served here, before any view:
    Django's routing, slash redirects and CSRF check do not apply to them.

    Args:
        get_response: Serves the application's requests.

    Raises:
        ConfigurationError: If a setting or the controller is unsafe or cannot work, so that no server starts with it.
        StoreUnavailableError: If the database cannot be opened or migrated.
    """

    sync_capable = True
    async_capable = True

    def __init__(self, get_response: Callable[[HttpRequest], Any]) -> None:
        prepare()
        self._get_response = get_response
        self._is_async = iscoroutinefunction(get_response)
        if self._is_async:
            markcoroutinefunction(self)

    def __call__(self, request: HttpRequest) -> HttpResponseBase | Awaitable[HttpResponseBase]:
        """Serve a page, or let the application respond."""
        return self._serve_in_loop(request) if self._is_async else self._serve(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponseBase | None:
        """Respond if a view needed what the database cannot provide now, such as the visitor's roles; or if a view,
        such as the admin's, signed in a visitor who must still give a second factor.
        """
        if not isinstance(exception, StoreUnavailableError | SecondFactorRequiredError):
            return None
        visit = visit_of(request)
        return to_django(wait_for(visit, failure(visit, exception)), method=request.method)

    def _serve(self, request: HttpRequest) -> HttpResponseBase:
        site = get_site().below(script_of(request))
        begin(site, partial(DjangoRequest, request, site.mount))
        head = _page_asked_for(site, request)
        if head is not None:
            _, kept = kept_by_django(request) if _may_go_on(head, request) else (False, None)
            with collect_events() as events:
                answer = run_to_completion(_answer_page(site, head, request, kept))
            send_signals(request, events)
            if events.has_logged_out or _has_logged_out(site, head, answer):
                _log_out_of_django(request)
            return to_django(answer, method=head.method, page_of=request)
        introduce(request, site)
        response = self._get_response(request)
        return run_to_completion(_finished(site, request, response)) if _concerns_us(request, response) else response

    async def _serve_in_loop(self, request: HttpRequest) -> HttpResponseBase:
        site = get_async_site().below(script_of(request))
        begin(site, partial(DjangoRequest, request, site.mount))
        head = _page_asked_for(site, request)
        if head is not None:
            _, kept = await kept_by_django_in_loop(request) if _may_go_on(head, request) else (False, None)
            with collect_events() as events:
                answer = await _answer_page(site, head, request, kept)
            await send_signals_in_loop(request, events)
            if events.has_logged_out or _has_logged_out(site, head, answer):
                await sync_to_async(_log_out_of_django)(request)
            return to_django(answer, method=head.method, page_of=request)
        introduce(request, site)
        response = await self._get_response(request)
        return await _finished(site, request, response) if _concerns_us(request, response) else response


def _page_asked_for(site: Site, request: HttpRequest) -> Request | None:
    """Return a request for one of the pages, or None if it is the application's."""
    if not site.routes.may_know(whole_path_of(request).removeprefix(site.mount)):
        return None
    head = DjangoRequest(request, site.mount)
    return head if head.mount == site.mount and site.serves(head) else None


def _may_go_on(head: Request, request: HttpRequest) -> bool:
    """Return whether a page may be for a visitor whom only Django's own session knows. Files are for everybody."""
    return settings.SESSION_COOKIE_NAME in request.COOKIES and not head.path.startswith(STATIC)


async def _answer_page(site: Site, head: Request, request: HttpRequest, kept: Any) -> Response:
    try:
        visit = site.open(with_body(head, request))
        if kept is not None:
            with suppress(GatewrightError):  # if the visitor cannot be recognised now, the page says so
                await go_on_with(visit, kept)
        if _is_logout(site, head):
            await _note_visitor(visit, request)
        return await site.answer(visit)
    except TransportError as error:
        return site.refuse(head, error.status)


def _concerns_us(request: HttpRequest, response: HttpResponseBase) -> bool:
    """Return whether gatewright may have to add to an application's response, or replace it."""
    return response.status_code in _LED_ON or opened_visit(request) is not None


async def _finished(site: Site, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
    """Add what the visit needs to an application's response, if the application has accessed its visitor.

    If the visitor cannot be looked up because a database is unavailable, the application cannot look them up either.
    """
    try:
        response = await _led_on(site, request, response)
        visit = opened_visit(request)
        if visit is None:
            return response
        vary, has_cache_control = response.get("Vary"), response.has_header("Cache-Control")
        beside = await headers_beside(visit, vary=(vary,) if vary else (), has_cache_control=has_cache_control)
        add_headers(response, beside)
        if ("Cache-Control", "no-store") in beside:
            keep_from_cache(request)
    except (StoreUnavailableError, ProviderUnavailableError) as error:
        return to_django(await failure(visit_of(request), error), method=request.method)
    return response


async def _led_on(site: Site, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
    """Return the application's response, or its replacement.

    The pages may know a URL that the application does not. And Django's own guards redirect everybody to the login
    page, including scripts, which would insert it into their page, and signed-in users who lack a permission.
    """
    led = None
    if response.status_code == 404:
        led = site.detour(DjangoRequest(request, site.mount))
    elif response.status_code == 302 and _is_to_login(site, response.headers.get("Location", "")):
        led = await _instead_of_login(site, request)
    return response if led is None else to_django(led, method=request.method)


async def _instead_of_login(site: Site, request: HttpRequest) -> Response | None:
    """Return the response to a visitor whom a Django guard sends to the login page, or None if they may go there.

    The login page would redirect a signed-in visitor back to where they came from, in an endless loop.
    """
    head, visit = DjangoRequest(request, site.mount), opened_visit(request)
    is_person = wants_page(head)
    if is_person and "login" not in site.settings.auth_route_auto_redirect:
        return None
    user = None if visit is None else await visit.user()
    if visit is not None and user is not None:
        return await answer_to(visit, denied(visit, user, "what a guard of Django's demands"))
    if is_person:
        return None
    visit = visit or site.open(head)
    return protect(visit.lead_to("login", transport_problem(401)), visit.client)


def _is_to_login(site: Site, location: str) -> bool:
    path, _, query = location.partition("?")
    return unquote(path) == site.path("login") and f"{REDIRECT_FIELD_NAME}=" in query


async def _note_visitor(visit: Visit, request: HttpRequest) -> None:
    """Make ``request.user`` the user who is about to sign out, recognised or not: Django's signal names them."""
    try:
        user = await visit.user()
    except GatewrightError:
        return
    if user is not None and isinstance(user.entity, Model):
        introduce_as(request, user.entity)
        setattr(request, _IS_OF_DJANGO, True)


def _is_logout(site: Site, head: Request) -> bool:
    found = site.routes.find(head.path) or site.routes.find_in_api(head.path)
    return found is not None and found[0] == "logout"


def _has_logged_out(site: Site, head: Request, answer: Response) -> bool:
    return _is_logout(site, head) and answer.status in _SIGNED_OUT


def _log_out_of_django(request: HttpRequest) -> None:
    """End the visitor's Django session, too, and notify Django's receivers of every user of its model."""
    if hasattr(request, _IS_OF_DJANGO) and hasattr(request, "session"):
        logout(request)
    else:
        end_session_of_django(request)
