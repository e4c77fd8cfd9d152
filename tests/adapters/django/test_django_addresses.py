"""Which address a visitor comes back to, and who is led away from one at all."""

from __future__ import annotations

import json
import sys
from types import ModuleType
from urllib.parse import unquote

import pytest
from django.contrib.auth import decorators as of_django
from django.contrib.auth.mixins import LoginRequiredMixin
from django.core.handlers.asgi import ASGIHandler
from django.core.handlers.wsgi import WSGIHandler
from django.http import HttpResponse
from django.urls import include, path
from django.views import View
from django.views.decorators.csrf import csrf_exempt
from werkzeug.test import Client

from addresses import ADDRESSES, PEOPLE, SCRIPTS, of_page, way_back
from gatewright.adapters.django import (
    fully_authenticated_required,
    login_required,
    permission_required,
    role_required,
    verified_required,
)

PASSWORD = "correct horse battery staple"


@csrf_exempt
def tags(request, rest=""):
    return HttpResponse("tags")


@csrf_exempt
async def tags_async(request, rest=""):
    return HttpResponse("tags")


class Tags(LoginRequiredMixin, View):
    def get(self, request, rest):
        return HttpResponse("tags")


urls = ModuleType("gatewright_address_urls")
urls.urlpatterns = [
    path("auth/", include("gatewright.adapters.django.urls")),
    path("tags/<path:rest>", login_required(tags)),
    path("async/<path:rest>", login_required(tags_async)),
    path("verified/<path:rest>", verified_required(tags)),
    path("edit/<path:rest>", permission_required("edit")(tags_async)),
    path("of-django/<path:rest>", of_django.login_required(tags)),
    path("of-django-async/<path:rest>", of_django.login_required(tags_async)),
    path("mixin/<path:rest>", Tags.as_view()),
    path("admin-area", role_required("admin")(tags)),
    path("transfer", fully_authenticated_required(tags)),
    path("account/", tags),
]
sys.modules[urls.__name__] = urls
at_root = ModuleType("gatewright_address_urls_at_root")
at_root.urlpatterns = [path("", include("gatewright.adapters.django.urls")), *urls.urlpatterns[1:]]
sys.modules[at_root.__name__] = at_root


@pytest.fixture
def open_below(change, open_browser):
    """Open a browser on the project with the pages below a path."""

    def open_below(prefix, **options):
        change(of_django={"ROOT_URLCONF": urls.__name__ if prefix else at_root.__name__})
        return open_browser(**options)

    return open_below


@pytest.fixture
def browser(open_below):
    return open_below("")


@pytest.mark.parametrize("target", ADDRESSES)
def test_a_sign_in_leads_to_exactly_what_was_asked_for(browser, anna, log_in, target):
    """To the letter."""
    assert way_back(browser, log_in, target) == target


@pytest.mark.parametrize("view", ["async", "verified", "edit"])
def test_every_decorator_does_so(browser, anna, log_in, view):
    """Plain and asynchronous."""
    assert way_back(browser, log_in, f"/{view}/C%23%2F?a=%23") == f"/{view}/C%23%2F?a=%23"


@pytest.mark.parametrize(
    "target",
    [
        *(each.replace("/tags/", "/of-django/") for each in ADDRESSES if "%E9" not in each),
        "/of-django-async/C%23%2F?a=%23",
        "/mixin/C%23%2F?a=%23",
    ],
)
def test_what_djangos_own_guards_name_is_taken(browser, anna, log_in, target):
    """They know the decoded path alone, and encode it in their own way: it is the same to Django."""
    to_login = browser.get(target)
    back = log_in(browser, page=to_login.location).location

    assert to_login.location.startswith("/login?next=")
    assert [unquote(part) for part in back.split("?", 1)] == [unquote(part) for part in target.split("?", 1)]


def test_it_does_so_in_a_project_that_is_mounted(build, open_below, anna):
    """With what it lies below: the server gives the whole path, or a proxy has taken it off."""
    browser = open_below("/auth", root="/my shop")
    wanted = "/my%20shop/tags/C%23?a=%23"
    to_login = "/my%20shop/auth/login?next=%2Fmy%2520shop%2Ftags%2FC%2523%3Fa%3D%2523"
    below = wanted if build == "asgi" else wanted.removeprefix("/my%20shop")

    assert browser.get(below).location == to_login
    page = to_login if build == "asgi" else to_login.removeprefix("/my%20shop")
    form = browser.get(page).form()
    action = form.action if build == "asgi" else form.action.removeprefix("/my shop")
    answer = browser.post(action, form.fields | {"email": "anna", "password": PASSWORD})
    assert answer.location == wanted


def test_a_server_that_tells_nothing_but_the_path_is_enough(browser, build, asgi):
    """What is special in a path is encoded again: neither PEP 3333 nor ASGI promises more than the decoded one."""
    target = "/tags/C%23%3F%25/%C3%A4%20;"
    if build == "asgi":
        application = ASGIHandler()

        async def without_raw_path(scope, receive, send):
            await application({name: each for name, each in scope.items() if name != "raw_path"}, receive, send)

        location = asgi(without_raw_path).browser().get(target).location
    else:
        application = WSGIHandler()

        def without_uri(environ, start_response):
            hidden = {name: each for name, each in environ.items() if name not in ("REQUEST_URI", "RAW_URI")}
            return application(hidden, start_response)

        with Client(without_uri).get(target, headers={"Accept": "text/html"}) as answer:
            location = answer.headers["Location"]

    assert location == "/login?next=%2Ftags%2FC%2523%253F%2525%2F%25C3%25A4%2520%3B"


def test_who_must_confirm_keeps_the_query(browser, anna, log_in):
    """By a link and by a form."""
    log_in(browser, remember_me="on")
    del browser.cookies["gatewright"]
    asked = browser.get("/transfer?to=ben&amount=7")
    posted = of_page(browser, "/transfer", {}, on="/transfer?to=ben")
    back = browser.submit(browser.get(asked.location).form("/confirm_password"), password=PASSWORD)

    assert asked.location == "/confirm_password?next=%2Ftransfer%3Fto%3Dben%26amount%3D7"
    assert posted.location == "/confirm_password?next=%2Ftransfer%3Fto%3Dben"
    assert back.location == "/transfer?to=ben&amount=7"


@pytest.mark.parametrize("view", ["tags", "async"])
@pytest.mark.parametrize("headers", PEOPLE.values(), ids=PEOPLE)
def test_a_person_who_posts_a_form_is_led_to_the_login(browser, anna, log_in, headers, view):
    """And from there to the page that they were on; who lacks a role sees a page that says so."""
    posted = of_page(browser, f"/{view}/save", {"name": "x"}, headers=headers.items())
    back = log_in(browser, page=posted.location)
    refused = of_page(browser, "/admin-area", {}, headers=headers.items())

    assert (posted.status, posted.location) == (303, "/login?next=%2Ftags%2Flist%3Fpage%3D2")
    assert back.location == "/tags/list?page=2"
    assert (refused.status, refused.header("content-type")) == (403, "text/html; charset=utf-8")


@pytest.mark.parametrize("method", ["GET", "POST", "PUT"])
@pytest.mark.parametrize("headers", SCRIPTS.values(), ids=SCRIPTS)
def test_a_script_gets_a_problem(browser, anna, log_in, headers, method):
    """Never a page that it would put into its own."""
    sent = [("Accept", "text/html, */*"), *headers.items()]
    guests = browser.send(method, "/tags/x", headers=sent)
    log_in(browser)
    annas = browser.send(method, "/admin-area", headers=sent)

    assert (guests.status, json.loads(guests.text)["code"]) == (401, "missing_token")
    assert (annas.status, json.loads(annas.text)["code"]) == (403, "denied")
    assert guests.header("content-type") == annas.header("content-type") == "application/problem+json"
    assert guests.header("hx-redirect") == ("/login?next=%2Ftags%2Fx" if "HX-Request" in headers else None)


@pytest.mark.parametrize("place", ["of-django", "of-django-async"])
@pytest.mark.parametrize("headers", SCRIPTS.values(), ids=SCRIPTS)
def test_a_script_gets_a_problem_from_djangos_own_guards(browser, anna, headers, place):
    """They send everybody to the login page; a person's browser still goes there."""
    sent = [("Accept", "text/html, */*"), *headers.items()]
    script = browser.send("GET", f"/{place}/x", headers=sent)
    person = browser.get(f"/{place}/x")

    assert (script.status, json.loads(script.text)["code"]) == (401, "missing_token")
    assert script.header("hx-redirect") == (f"/login?next=%2F{place}%2Fx" if "HX-Request" in headers else None)
    assert (person.status, person.location) == (302, f"/login?next=/{place}/x")


@pytest.mark.parametrize("prefix", ["", "/auth"])
def test_a_slash_at_the_end_of_a_pages_address_does_no_harm(open_below, anna, prefix):
    """The browser is led on with query and fields; the application's own routes go first."""
    browser = open_below(prefix)
    page = browser.get(f"{prefix}/login/?next=/x")
    posted = browser.post(f"{prefix}/login/", {"email": "anna"})

    assert (page.status, page.location, page.text) == (308, f"{prefix}/login?next=/x", "")
    assert (posted.status, posted.location) == (308, f"{prefix}/login")
    assert browser.get(f"{prefix}/password-reset/to-ken/").location == f"{prefix}/password-reset/to-ken"
    assert browser.get(f"{prefix}/nowhere/").status == 404
    assert browser.get("/account/").text == "tags"


@pytest.mark.parametrize("prefix", ["", "/auth"])
def test_password_managers_find_where_a_password_is_changed(open_below, prefix):
    """At the root of the site, wherever the pages lie."""
    answer = open_below(prefix).get("/.well-known/change-password")
    assert (answer.status, answer.location) == (303, f"{prefix}/account")


def test_a_sign_out_clears_what_the_browser_keeps_of_the_pages(browser, anna, log_in):
    """Where browsers trust the connection."""
    log_in(browser)
    form = browser.get("/account").form("/logout")
    assert browser.submit(form).header("clear-site-data") == '"cache"'
