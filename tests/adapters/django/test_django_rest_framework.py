"""Views that are given a request of their own around Django's, as Django REST framework gives them."""

from __future__ import annotations

import sys
from types import ModuleType

import pytest
from django.contrib.auth import authenticate, login, logout
from django.http import HttpResponse
from django.test import AsyncClient, override_settings
from django.test import Client as DjangoClient
from django.urls import include, path

from gatewright.adapters.django import (
    alogin_user,
    alogout_user,
    get_async_auth,
    get_auth,
    login_required,
    login_user,
    logout_user,
)

PASSWORD = "correct horse battery staple"


class Wrapped:
    """Answers for Django's request, keeps what is set on it, and has ``user`` set on both, as theirs does."""

    def __init__(self, request):
        self._request = request

    def __getattr__(self, name):
        return getattr(self._request, name)

    @property
    def user(self):
        return self._request.user

    @user.setter
    def user(self, value):
        self._request.user = value


def wrapping(view):
    return lambda request: view(Wrapped(request))


def said_before_and_after(request, act):
    before = str(request.user)
    act()
    return HttpResponse(f"{before}, then {request.user}")


def proven():
    return get_auth().attempt("ida", PASSWORD, "DjangoUserProvider")


def sign_in(request):
    return said_before_and_after(request, lambda: login_user(request, proven()))


def sign_out(request):
    return said_before_and_after(request, lambda: logout_user(request))


def sign_in_by_django(request):
    def act():
        login(request, authenticate(request, username="ida", password=PASSWORD))

    return said_before_and_after(request, act)


def sign_out_by_django(request):
    return said_before_and_after(request, lambda: logout(request))


async def sign_in_async(request):
    before = str(await request.auser())
    await alogin_user(request, await proven_in_loop())
    between = f"{request.user} {await request.auser()}"
    await alogout_user(request)
    return HttpResponse(f"{before}, then {between}, then {request.user} {await request.auser()}")


async def proven_in_loop():
    return await get_async_auth().attempt("ida", PASSWORD, "DjangoUserProvider")


@login_required
def whoami(request):
    return HttpResponse(str(request.user))


class Methods:
    @login_required
    def get(self, request):
        return HttpResponse(str(request.user))


@pytest.fixture
def views(monkeypatch):
    """The views on the paths of their names, plain ones twice: as they are, and with such a request."""
    urls = ModuleType("urls_of_wrapped_requests")
    plain = [sign_in, sign_out, sign_in_by_django, sign_out_by_django, whoami]
    urls.urlpatterns = [
        path("", include("gatewright.adapters.django.urls")),
        path("sign_in_async", sign_in_async),
        path("wrapped/methods", wrapping(Methods().get)),
        *(path(view.__name__, view) for view in plain),
        *(path(f"wrapped/{view.__name__}", wrapping(view)) for view in plain),
    ]
    monkeypatch.setitem(sys.modules, urls.__name__, urls)
    with override_settings(ROOT_URLCONF=urls.__name__):
        yield


@pytest.fixture
def ida(django_users):
    return django_users.create_user("ida", "ida@example.com", PASSWORD)


@pytest.mark.parametrize("below", ["", "wrapped/"], ids=["of Django", "around it"])
@pytest.mark.parametrize("by", ["", "_by_django"], ids=["ours", "Django's"])
def test_a_view_that_signs_in_and_out_knows_whom(views, ida, below, by):
    """Even where somebody has asked before who is visiting; and so does the next request."""
    client = DjangoClient()

    assert client.get(f"/{below}sign_in{by}").content == b"AnonymousUser, then ida"
    assert client.get("/whoami").content == b"ida"
    assert client.get(f"/{below}sign_out{by}").content == b"ida, then AnonymousUser"
    assert client.get("/whoami").status_code == 401


def test_an_asynchronous_view_that_signs_in_and_out_knows_whom(views, ida, run):
    async def visit():
        return (await AsyncClient().get("/sign_in_async")).content

    assert run.run(visit()) == b"AnonymousUser, then ida ida, then AnonymousUser AnonymousUser"


@pytest.mark.parametrize("name", ["whoami", "methods"])
def test_our_decorators_know_such_a_request(views, ida, name):
    client = DjangoClient()
    refused = client.get(f"/wrapped/{name}").status_code
    client.get("/wrapped/sign_in")

    assert (refused, client.get(f"/wrapped/{name}").content) == (401, b"ida")
