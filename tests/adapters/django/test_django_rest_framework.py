"""Views of Django REST framework, which are given a request of its own around Django's."""

from __future__ import annotations

import sys
from types import ModuleType

import pytest
from django.contrib.auth import authenticate, login, logout
from django.http import HttpResponse
from django.test import AsyncClient, override_settings
from django.test import Client as DjangoClient
from django.urls import include, path
from rest_framework.authentication import SessionAuthentication
from rest_framework.decorators import api_view
from rest_framework.permissions import IsAuthenticated
from rest_framework.views import APIView

from gatewright.adapters.django import (
    alogin_user,
    alogout_user,
    get_async_auth,
    get_auth,
    login_required,
    login_user,
    logout_user,
    visit_of,
)

PASSWORD = "correct horse battery staple"


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


class Methods(APIView):
    @login_required
    def get(self, request):
        return HttpResponse(str(request.user))


class VisitorAuthentication(SessionAuthentication):
    """As the tutorial has it."""

    def enforce_csrf(self, request):
        if not visit_of(request).is_programs:
            super().enforce_csrf(request)


class Posts(APIView):
    authentication_classes = (VisitorAuthentication,)
    permission_classes = (IsAuthenticated,)

    def post(self, request):
        return HttpResponse(str(request.user))


@pytest.fixture
def views(monkeypatch):
    """The views on the paths of their names, plain ones twice: Django's, and the framework's."""
    urls = ModuleType("urls_of_rest_framework")
    plain = [sign_in, sign_out, sign_in_by_django, sign_out_by_django, whoami]
    urls.urlpatterns = [
        path("", include("gatewright.adapters.django.urls")),
        path("sign_in_async", sign_in_async),
        path("rest/methods", Methods.as_view()),
        path("rest/posts", Posts.as_view()),
        *(path(view.__name__, view) for view in plain),
        *(path(f"rest/{view.__name__}", api_view(["GET"])(view)) for view in plain),
    ]
    monkeypatch.setitem(sys.modules, urls.__name__, urls)
    with override_settings(ROOT_URLCONF=urls.__name__):
        yield


@pytest.fixture
def ida(django_users):
    return django_users.create_user("ida", "ida@example.com", PASSWORD)


@pytest.mark.parametrize("below", ["", "rest/"], ids=["of Django", "around it"])
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
    refused = client.get(f"/rest/{name}").status_code
    client.get("/rest/sign_in")

    assert (refused, client.get(f"/rest/{name}").content) == (401, b"ida")


def test_a_program_posts_by_its_token(views, people, alice, sign_in):
    """Which no page of another site can send; a cookie needs Django's token against forgery as ever."""
    client = DjangoClient(enforce_csrf_checks=True)
    token = sign_in(people, alice).token

    assert client.post("/rest/posts", headers={"Authorization": f"Bearer {token}"}).status_code == 200
    assert client.post("/rest/posts").status_code == 403


def test_a_cookie_needs_djangos_check_all_the_same(views, ida):
    client = DjangoClient(enforce_csrf_checks=True)
    client.get("/rest/sign_in")

    for basic in ({}, {"Authorization": "Basic eDp5"}):
        answer = client.post("/rest/posts", headers=basic)
        assert (answer.status_code, b"CSRF Failed" in answer.content) == (403, True)
