"""Forms under Django's own protection, and as Django's own test client sends them."""

from __future__ import annotations

import re
import sys
from types import ModuleType
from urllib.parse import urlencode

import pytest
from django.conf import settings
from django.http import HttpResponse
from django.template import engines
from django.test import Client, RequestFactory
from django.urls import include, path

from gatewright.adapters.django import (
    alogin_user,
    alogout_user,
    get_async_auth,
    get_auth,
    login_user,
    logout_user,
    permission_required,
    role_required,
)
from gatewright.adapters.django.context_processors import visitor
from gatewright.errors import ConfigurationError
from gatewright.web.request import LARGEST_BODY

PASSWORD = "correct horse battery staple"
CSRF = "django.middleware.csrf.CsrfViewMiddleware"
PAGE = """<form action="/note">{% csrf_token %}</form><form action="/logout"><input type="hidden" name="csrf_token"
 value="{{ gatewright_csrf_token }}"></form>"""


def page(request):
    return HttpResponse(engines["django"].from_string(PAGE).render({}, request))


def note(request):
    return HttpResponse(f"{request.POST['note']} {request.user.get_username()}")


def enter(request):
    login_user(request, get_auth().bypass("anna", "SQLUserProvider"), remember="remember" in request.GET)
    return HttpResponse(request.user.get_username())


def leave(request):
    logout_user(request)
    return HttpResponse(request.user.get_username())


async def enter_async(request):
    user = await get_async_auth().bypass("anna", "SQLUserProvider")
    await alogin_user(request, user, remember="remember" in request.GET)
    return HttpResponse((await request.auser()).get_username())


async def leave_async(request):
    await alogout_user(request)
    return HttpResponse((await request.auser()).get_username())


def read_form(get_response):
    """A middleware that looks at every form."""

    def answer(request):
        request.POST.get("x")
        return get_response(request)

    return answer


urls = ModuleType("gatewright_test_form_urls")
urls.urlpatterns = [
    path("", include("gatewright.adapters.django.urls")),
    path("page", page),
    path("note", note),
    path("enter", enter),
    path("leave", leave),
    path("enter-async", enter_async),
    path("leave-async", leave_async),
]
urls.read_form = read_form
sys.modules[urls.__name__] = urls


@pytest.fixture
def project(change):
    """The project with pages of ours and of its own."""

    def project(middleware):
        change(of_django={"ROOT_URLCONF": urls.__name__, "MIDDLEWARE": middleware})

    return project


def token_in(answer, name, action="/login"):
    return re.search(rf'action="{action}".*?name="{name}"\s*value="(\w+)"', answer.content.decode(), re.DOTALL)[1]


@pytest.mark.parametrize("is_above", [True, False])
def test_each_form_has_the_protection_of_its_page(project, anna, is_above):
    """Django's middleware looks at no form of ours, above it or below; the project's have Django's token."""
    ours = list(settings.MIDDLEWARE)
    project([CSRF, *ours] if is_above else [*ours, CSRF])
    client = Client(enforce_csrf_checks=True)
    login = {"email": "anna", "password": PASSWORD}
    assert client.post("/login", login).status_code == 403
    token = token_in(client.get("/login"), "csrf_token")
    assert client.post("/login", login | {"csrf_token": token}).status_code == 303

    shown = client.get("/page")
    theirs = token_in(shown, "csrfmiddlewaretoken", "/note")
    assert client.post("/note", {"note": "hello"}).status_code == 403
    assert client.post("/note", {"note": "hello", "csrfmiddlewaretoken": theirs}).content == b"hello anna"
    assert client.post("/logout", {"csrfmiddlewaretoken": theirs}).status_code == 403
    assert client.post("/logout", {"csrf_token": token_in(shown, "csrf_token", "/logout")}).status_code == 303


@pytest.mark.parametrize("kind", ["application/x-www-form-urlencoded", "multipart/form-data"])
def test_a_middleware_above_ours_may_read_the_form(project, anna, kind):
    """Django then keeps no body of a multipart form; what is too large stays so."""
    project([f"{urls.__name__}.read_form", *settings.MIDDLEWARE])
    client = Client()
    fields = {"csrf_token": token_in(client.get("/login"), "csrf_token"), "email": "anna", "password": PASSWORD}

    def post(**changes):
        multipart = (fields | changes,)
        encoded = (urlencode(fields | changes), kind)
        return client.post("/login", *(multipart if kind == "multipart/form-data" else encoded))

    assert post(email="x" * LARGEST_BODY).status_code == 413
    assert post(csrf_token="x").status_code == 403
    assert post().status_code == 303


def test_the_template_of_a_mail_is_a_guests(project):
    """Rendered with a request that a command has made up."""
    project(list(settings.MIDDLEWARE))
    context = visitor(RequestFactory().get("/"))
    assert (context["current_user"].is_authenticated, context["current_user"].get_username()) == (False, "")


@pytest.mark.parametrize("end", ["", "-async"])
@pytest.mark.parametrize("remember", [False, True])
def test_a_user_who_is_proven_elsewhere_is_signed_in_and_out(project, open_browser, anna, end, remember):
    """Under WSGI and ASGI, in plain and asynchronous views; and remembered, if that is asked."""
    project(list(settings.MIDDLEWARE))
    browser = open_browser()
    assert browser.get(f"/enter{end}?remember" if remember else f"/enter{end}").text == "anna"
    assert any("remember" in name for name in browser.cookies) == remember
    assert browser.get("/account").status == 200
    assert browser.get(f"/leave{end}").text == ""
    assert browser.get("/account").status == 303
    assert not any("remember" in name for name in browser.cookies)


@pytest.mark.parametrize("decorator", [role_required, permission_required])
@pytest.mark.parametrize("names", [(), ("",), (lambda: "a view",), ("admin", None), (["admin"],)])
def test_a_decorator_that_demands_nothing_is_refused(decorator, names):
    """One that was not called takes the view for a name, and would let everybody in."""
    with pytest.raises(ConfigurationError, match="Name what is required"):
        decorator(*names)
