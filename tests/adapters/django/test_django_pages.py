"""The pages in a Django project, by WSGI and by ASGI."""

from __future__ import annotations

import re
import sys
from types import ModuleType
from urllib.parse import quote

import pytest
from django.conf import settings
from django.contrib.auth import decorators as of_django
from django.contrib.auth.models import Group
from django.core.handlers.asgi import ASGIHandler
from django.core.handlers.wsgi import WSGIHandler
from django.http import HttpResponse
from django.test import Client as DjangoClient
from django.urls import include, path, reverse

from gatewright import MemoryUserProvider
from gatewright.adapters.django import get_async_auth, get_auth, login_required
from gatewright.adapters.django.auths import forget
from gatewright.errors import Denied
from gatewright.hooks import AuthMiddleware
from gatewright.web import SimpleAuthController
from large_bodies import bare_wsgi_server, send_then_read

PASSWORD = "correct horse battery staple"
FOO123 = "$2y$10$c1iqXvXuFKZ4hI4l.LhCvuacba1fR3OX.uPfPD29j4DkyayC6p4uu"
MIDDLEWARE = settings.MIDDLEWARE


class Events(AuthMiddleware):
    """Writes events down in Django's database, as applications do."""

    def pre_login(self, route):
        Group.objects.create(name=f"{route.method} {Group.objects.count()}")

    def on_login_success(self, user):
        Group.objects.create(name=f"success of {user.username}")

    def on_logout(self):
        Group.objects.create(name="logout")


class Pages(SimpleAuthController):
    """The ready-made pages, with events."""

    def get_middleware(self):
        return Events


def below(place):
    """The names of the project's routes, with the pages elsewhere."""
    module = ModuleType("gatewright_test_urls_below")
    signed_in = login_required(lambda request: HttpResponse(f"hello {request.user.get_username()}"))
    module.urlpatterns = [
        path(place, include("gatewright.adapters.django.urls")),
        path("signed-in", signed_in),
        path("of-django", of_django.login_required(signed_in)),
    ]
    sys.modules[module.__name__] = module
    return module.__name__


def test_a_visitor_signs_in_and_out(browser, anna, log_in):
    """By the form; who wanted to go somewhere is led there."""
    answer = log_in(browser, browser.get("/signed-in").location)
    inside = browser.get("/signed-in")
    out = browser.submit(browser.get("/account").form("/logout"))

    assert (answer.status, answer.location) == (303, "/signed-in")
    assert inside.text == "hello anna"
    assert (out.status, out.location) == (303, "/")
    assert browser.get("/").text == "guest AnonymousUser"
    assert browser.cookies == {}


def test_a_wrong_password_leads_back_to_the_form(browser, anna, log_in):
    """With the message of the specification."""
    answer = log_in(browser, password="wrong")

    assert (answer.status, answer.location) == (303, "/login")
    assert browser.get("/login").text.count('role="alert"') == 1


def test_a_login_leads_where_the_project_says(browser, anna, log_in, people):
    """The setting names a route of the project, which Django looks up."""
    assert log_in(browser).location == "/start"


def test_the_secret_of_a_link_is_not_logged(browser, caplog):
    """Django logs the path of an answer such as 410; ours hold secrets."""
    assert browser.get("/password-reset/some-secret").status == 410
    assert "some-secret" not in caplog.text


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH"])
def test_another_method_is_refused(browser, method):
    """By us, not by Django's own CSRF check."""
    answer = browser.send(method, "/login", headers=[("Accept", "application/json")])

    assert (answer.status, answer.header("allow")) == (405, "GET, HEAD, POST")


def test_a_form_of_another_site_is_refused(browser, anna):
    """And one that nobody has shown."""
    fields = {"email": "anna@example.com", "password": PASSWORD}
    foreign = browser.submit(browser.get("/login").form(), headers=[("Sec-Fetch-Site", "cross-site")], **fields)
    made_up = browser.post("/login", fields)

    assert (foreign.status, made_up.status) == (403, 403)
    assert "_CSRF_" not in foreign.text + made_up.text
    assert browser.get("/").text == "guest AnonymousUser"


def test_a_large_body_is_refused(browser):
    """Before anything reads it."""
    answer = browser.post("/login", {"email": "x" * 70_000})

    assert answer.status == 413


def test_a_body_is_read_to_its_limit(browser):
    """A form of the very largest size is a form."""
    answer = browser.post("/login", {"email": "x" * (64 * 1024 - len("email="))})

    assert answer.status == 403


def test_head_has_the_length_of_get_and_no_body(browser):
    """RFC 9110, 9.3.2."""
    head, get = browser.send("HEAD", "/login"), browser.get("/login")

    assert (head.status, head.text) == (200, "")
    assert abs(int(head.header("content-length")) - len(get.text.encode())) < 10
    assert head.header("content-type") == get.header("content-type")


def test_static_files_come_from_the_package(browser):
    """With a type that browsers take; what is not there is a 404 of ours."""
    style, nothing = browser.get("/gatewright/style.css"), browser.get("/gatewright/nothing.css")

    assert (style.status, style.header("content-type")) == (200, "text/css; charset=utf-8")
    assert (nothing.status, nothing.header("content-type")) == (404, "application/problem+json")


def test_a_page_that_is_switched_off_is_not_there(change, open_browser):
    """Its address is the project's: here nobody's."""
    change(enable_signup=False)
    browser = open_browser()

    assert browser.get("/signup").status == 404


def test_a_request_with_a_token_is_no_pages(browser):
    """A program that shows a token gets no form."""
    assert browser.get("/login", headers=[("Authorization", "Bearer x")]).status == 404


def test_slashes_are_left_alone(browser):
    """Django's own redirect to a path with a slash has no say in our answers, and the project's paths are its own."""
    missing = browser.get("/gatewright/nothing.css")
    link = browser.get("/password-reset/nonsense")

    assert (missing.status, missing.location, link.location) == (404, None, None)
    assert browser.get("/login/").text == "hello "


def test_the_names_of_the_pages_can_be_reversed(change):
    """As ``gatewright:...``."""
    assert reverse("gatewright:login") == "/login"
    assert reverse("gatewright:password_reset_form", args=["t"]) == "/password-reset/t"
    assert reverse("gatewright:static", args=["style.css"]) == "/gatewright/style.css"


def test_a_project_below_a_path_leads_to_itself(open_browser, build, anna):
    """The server says where the project is mounted; links and redirects know."""
    browser, root = open_browser(root="/shop"), "/shop" if build == "asgi" else ""
    sent, page = browser.get(f"{root}/signed-in"), browser.get(f"{root}/login")

    assert (sent.status, sent.location) == (303, "/shop/login?next=%2Fshop%2Fsigned-in")
    assert page.form().action == "/shop/login"


def test_pages_below_a_path_leave_the_rest_to_the_project(open_browser, change, anna, log_in):
    """Where ``urls`` are included decides where the pages are."""
    change(of_django={"ROOT_URLCONF": below("accounts/")})
    browser = open_browser()

    assert browser.get("/signed-in").location == "/accounts/login?next=%2Fsigned-in"
    assert log_in(browser, "/accounts/login").location == "/"
    assert browser.get("/signed-in").text == "hello anna"
    assert browser.get("/login").status == 404


@pytest.mark.parametrize("place", ["k\u00e4se/", "my shop/", "a+b/"])
def test_pages_lie_below_any_path(open_browser, change, anna, place):
    """Django names it encoded; the path of a request has been decoded."""
    change(of_django={"ROOT_URLCONF": below(place)})
    browser, login = open_browser(), quote(f"/{place}login", safe="/+")
    form = browser.get(login).form()
    script = browser.send("GET", "/of-django", headers=[("Accept", "application/json")])

    assert browser.get("/signed-in").location == f"{login}?next=%2Fsigned-in"
    assert browser.get("/of-django").location == f"{login}?next=/of-django"
    assert script.status == 401
    assert browser.post(login, form.fields | {"email": "anna", "password": PASSWORD}).location == "/"
    assert browser.get("/signed-in").text == "hello anna"


class Guild(MemoryUserProvider):
    """Where the users of some pages come from."""


class GuildPages(SimpleAuthController):
    """Pages that give their provider as an object."""

    guild = Guild([{"email": "otto@example.com", "password": FOO123}])

    def get_user_provider(self):
        return self.guild


def test_the_provider_of_the_pages_is_known_after_a_restart(open_browser, change, log_in):
    """In either build, before anybody has signed in again."""
    change(controller=f"{__name__}.GuildPages")
    browser = open_browser()
    log_in(browser, email="otto@example.com", password="foo123")
    forget()
    again = open_browser()
    again.cookies = browser.cookies

    assert again.get("/signed-in").text == "hello otto@example.com"


def test_the_events_reach_the_middleware_of_the_pages_once(change, open_browser, anna, log_in):
    """In either build they may use the ORM."""
    change(controller=f"{__name__}.Pages")
    browser = open_browser()
    log_in(browser)
    browser.submit(browser.get("/account").form("/logout"))

    assert [group.name for group in Group.objects.order_by("pk")] == ["GET 0", "POST 1", "success of anna", "logout"]


def test_a_hook_may_use_the_orm_and_refuse(browser, anna, log_in):
    """Under ASGI, too, where it runs in Django's thread; a refusal is one."""
    Group.objects.create(name="closed")

    @get_auth().hooks.pre_login
    def only_when_open(route):
        if Group.objects.filter(name="closed").exists():
            raise Denied("closed")

    assert browser.get("/login").status == 403
    Group.objects.all().delete()
    assert log_in(browser).location == "/start"


def test_a_hook_that_fails_is_logged(browser, anna, log_in, caplog):
    """And the sign-in goes on."""
    get_auth().add_hook("post_auth", lambda session: 1 / 0)

    assert log_in(browser).location == "/start"
    assert "ZeroDivisionError" in caplog.text
    assert PASSWORD not in caplog.text


def test_a_project_that_is_closed_to_guests_shows_the_pages(change, open_browser, anna, log_in):
    """Django's ``LoginRequiredMiddleware`` knows the visitor."""
    closed = "django.contrib.auth.middleware.LoginRequiredMiddleware"
    change(of_django={"MIDDLEWARE": [*MIDDLEWARE, closed]})
    browser = open_browser()

    assert browser.get("/unlooked").location == "/login?next=/unlooked"
    log_in(browser)
    assert browser.get("/unlooked").text == "nobody asked"


def test_a_proxy_is_believed_if_it_is_ours(change, open_browser, anna, log_in):
    """Where a session comes from stands in its row."""
    change(trusted_proxies=("203.0.113.7",))
    browser = open_browser()
    forwarded = [("X-Forwarded-For", "192.0.2.9, 198.51.100.4")]
    browser.submit(browser.get("/login").form(), headers=forwarded, email="anna", password=PASSWORD)

    assert [session.ip_address for session in get_auth().list_sessions()] == ["198.51.100.4"]


def test_cookies_are_sent_as_they_were_written(browser, anna, log_in):
    """Django's way of writing them would differ from every other framework's."""
    answer = log_in(browser, remember_me="1")
    cookies = sorted(value for name, value in answer.headers if name.lower() == "set-cookie")

    assert re.fullmatch(r"gatewright-remember=[^;]+; Path=/; HttpOnly; SameSite=Lax; Expires=[^;]+ GMT", cookies[0])
    assert re.fullmatch(r"gatewright=[^;]+; Path=/; HttpOnly; SameSite=Lax", cookies[1])


def test_djangos_test_client_keeps_our_cookies(anna):
    """By the JSON endpoint of the login page, which needs no form."""
    client = DjangoClient()
    answer = client.post("/api/login", {"email": "anna", "password": PASSWORD}, content_type="application/json")

    assert answer.json()["user"]["username"] == "anna"
    assert client.get("/signed-in").content == b"hello anna"


def test_hooks_of_an_event_loop_are_beside_the_others(change, asgi, anna, log_in):
    """What is added to the asynchronous auth may be ``async def``."""
    seen = []

    @get_async_auth().hooks.login_success
    async def note(user):
        seen.append(user.username)

    log_in(asgi(ASGIHandler()).browser())

    assert seen == ["anna"]


def test_the_sender_of_a_large_body_gets_the_answer(change):
    """Even one that reads only when all is sent, from a server that closes connections with bytes unread."""
    with bare_wsgi_server(WSGIHandler()) as url:
        answers = [send_then_read(f"{url}/login", b"x" * 8_000_000) for _ in range(5)]

    assert all(answer.startswith(b"HTTP/1.0 413 ") and b"body_too_large" in answer for answer in answers)


def test_settings_of_a_method_are_settings_too(change, open_browser):
    """Under WSGI and ASGI. A method that the settings leave out stays out."""
    change(email_code="first")
    offered = [form.fields.get("method") for form in open_browser().get("/login").forms]
    change(email_code="first", methods="password,wallet")
    without = [form.fields.get("method") for form in open_browser().get("/login").forms]

    assert "email_code" in offered
    assert "email_code" not in without
