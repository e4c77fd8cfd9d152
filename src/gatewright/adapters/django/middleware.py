"""The middleware: it answers the pages, and tells the application who is visiting."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from asgiref.sync import iscoroutinefunction, markcoroutinefunction, sync_to_async
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from gatewright.adapters.django.auths import get_async_site, get_site
from gatewright.adapters.django.translate import (
    add_headers,
    headers_in,
    read_head,
    script_of,
    to_django,
    with_body,
)
from gatewright.adapters.django.visitor import end_session_of_django, introduce, opened_visit
from gatewright.drive import run_to_completion
from gatewright.errors import ProviderUnavailableError, StoreUnavailableError, TransportError
from gatewright.web import Request, Response, Site
from gatewright.web.access import failure, headers_beside


class GatewrightMiddleware:
    """Puts the pages before a project's views, and makes ``request.user`` the visitor.

    Its place is below Django's ``AuthenticationMiddleware``, where there is one. A page is answered here, before any
    view: no routing, slash or CSRF check of Django's has a say in it.

    Args:
        get_response: What answers the application's requests.
    """

    sync_capable = True
    async_capable = True

    def __init__(self, get_response: Callable[[HttpRequest], Any]) -> None:
        self._get_response = get_response
        self._is_async = iscoroutinefunction(get_response)
        if self._is_async:
            markcoroutinefunction(self)

    def __call__(self, request: HttpRequest) -> HttpResponseBase | Awaitable[HttpResponseBase]:
        """Answer a page, or have the application answer."""
        return self._serve_in_loop(request) if self._is_async else self._serve(request)

    def _serve(self, request: HttpRequest) -> HttpResponseBase:
        site = get_site().below(script_of(request))
        head = read_head(request, site.mount)
        if _is_page(site, head):
            answer = run_to_completion(_answer_page(site, head, request))
            if _has_logged_out(site, head, answer):
                end_session_of_django(request)
            return to_django(answer, method=head.method, is_page=True)
        introduce(request, site)
        response: HttpResponseBase = self._get_response(request)
        return run_to_completion(_finished(site, request, response))

    async def _serve_in_loop(self, request: HttpRequest) -> HttpResponseBase:
        site = get_async_site().below(script_of(request))
        head = read_head(request, site.mount)
        if _is_page(site, head):
            answer = await _answer_page(site, head, request)
            if _has_logged_out(site, head, answer):
                await sync_to_async(end_session_of_django)(request)
            return to_django(answer, method=head.method, is_page=True)
        introduce(request, site)
        return await _finished(site, request, await self._get_response(request))


def _is_page(site: Site, head: Request) -> bool:
    return head.mount == site.mount and site.serves(head)


async def _answer_page(site: Site, head: Request, request: HttpRequest) -> Response:
    try:
        return await site.answer(site.open(with_body(head, request)))
    except TransportError as error:
        return site.refuse(head, error.status)


async def _finished(site: Site, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
    """Add to an answer of the application what the visit needs, if the application has looked at its visitor.

    Where nobody can tell who that is, because a database is away, neither could the application. And where the
    application knows nothing of an address, the pages may.
    """
    led = site.detour(read_head(request, site.mount)) if response.status_code == 404 else None
    if led is not None:
        response = to_django(led, method=request.method)
    visit = opened_visit(request)
    if visit is None:
        return response
    try:
        add_headers(response, await headers_beside(visit, headers_in(response)))
    except (StoreUnavailableError, ProviderUnavailableError) as error:
        return to_django(await failure(visit, error), method=request.method)
    return response


def _has_logged_out(site: Site, head: Request, answer: Response) -> bool:
    return head.mount + head.path == site.path("logout") and answer.status == 303
