"""Django's caches keep nothing that is one visitor's, wherever they stand."""

from __future__ import annotations

from types import ModuleType

import pytest
from django.core.cache import cache
from django.http import HttpResponse
from django.middleware.cache import UpdateCacheMiddleware
from django.urls import include, path
from django.views.decorators.cache import cache_page

from django_project import MIDDLEWARE
from gatewright.adapters.django import login_required

FETCH = "django.middleware.cache.FetchFromCacheMiddleware"


@cache_page(60)
@login_required
def hello(request):
    return HttpResponse(f"hello {request.user.get_username()}")


@cache_page(60)
@login_required
async def hello_async(request):
    return HttpResponse(f"hello {(await request.auser()).get_username()}")


def who(request):
    return HttpResponse(request.user.get_username() or "guest")


class OlderUpdateCacheMiddleware(UpdateCacheMiddleware):
    """What it was in older releases of Django: it heeded no directive of ``Cache-Control`` but ``private``."""

    def process_response(self, request, response):
        directive = response.headers.pop("Cache-Control", None)
        response = super().process_response(request, response)
        if directive is not None:
            response.headers["Cache-Control"] = directive
        return response


@pytest.fixture(autouse=True)
def _empty_cache():
    cache.clear()
    yield
    cache.clear()


@pytest.fixture
def project(change):
    urls = ModuleType("urls_of_caches")
    urls.urlpatterns = [
        path("", include("gatewright.adapters.django.urls")),
        path("who", who),
        path("hello", hello),
        path("hello-async", hello_async),
    ]

    def project(*middleware):
        change(of_django={"ROOT_URLCONF": urls, "MIDDLEWARE": [*middleware]})

    return project


@pytest.mark.parametrize("view", ["/hello", "/hello-async"])
def test_a_cached_view_is_its_visitors(project, open_browser, anna, log_in, view):
    """Even where ``cache_page`` stands around the decorator, a guest does not get what a user has got."""
    project(*MIDDLEWARE)
    browser, guest = open_browser(), open_browser()
    log_in(browser)
    assert browser.get(view).text == "hello anna"
    assert guest.get(view).status == 303
    assert browser.get(view).text == "hello anna"


@pytest.mark.parametrize("is_last", [False, True])
def test_a_cache_of_the_whole_site(project, open_browser, anna, log_in, is_last):
    """The cache stands above or below us: each visitor has a form of their own, and nothing outlasts a session."""
    ours, rest = "gatewright.adapters.django.middleware.GatewrightMiddleware", list(MIDDLEWARE)
    rest.remove(ours)
    project(f"{__name__}.OlderUpdateCacheMiddleware", *rest, *((FETCH, ours) if is_last else (ours, FETCH)))
    pages = [open_browser().get("/login", headers=[("Cookie", "consent=yes")]) for _ in range(2)]
    assert len({page.form("/login").fields["csrf_token"] for page in pages}) == 2
    assert [open_browser().get("/gatewright/style.css").status for _ in range(2)] == [200, 200]

    browser, thief = open_browser(), open_browser()
    log_in(browser)
    thief.cookies.update(browser.cookies)
    assert thief.get("/who").text == "anna"
    browser.send("POST", "/api/logout", headers=[("Content-Type", "application/json")])
    assert thief.get("/who").text == "guest"
