"""Which address a visitor comes back to, who is led away from one at all, and that it is the same wherever it is asked.

An application has dependencies in routers and in applications that are mounted, which know no handler of ours.
"""

from __future__ import annotations

import json
from contextlib import closing
from typing import Annotated

import pytest
from fastapi import APIRouter, Depends, FastAPI, HTTPException, Security
from fastapi.middleware.cors import CORSMiddleware
from fastapi.middleware.gzip import GZipMiddleware
from fastapi.responses import PlainTextResponse
from starlette.applications import Starlette
from starlette.middleware.base import BaseHTTPMiddleware
from starlette.routing import Mount

from addresses import ADDRESSES, PEOPLE, SCRIPTS, of_page, way_back
from gatewright import AsyncEvrmoreAuth
from gatewright.adapters.fastapi import CurrentUser, FastAPIAuth
from gatewright.adapters.starlette import GatewrightMiddleware

METHODS = ["GET", "POST", "PUT"]
PLACES = ["", "/sub", "/sub/deep", "/router", "/plain/inner"]


async def tags(rest: str = "") -> PlainTextResponse:
    return PlainTextResponse("tags")


def add_endpoints(app):
    def add(path, dependency):
        app.add_api_route(path, tags, methods=[*METHODS, "HEAD"], dependencies=[dependency], include_in_schema=False)

    add("/tags/{rest:path}", Depends(CurrentUser()))
    add("/admin", Depends(CurrentUser(roles=("admin",))))
    add("/scoped", Security(CurrentUser(), scopes=["post.edit"]))
    add("/transfer", Depends(CurrentUser(is_fully_authenticated=True)))


@pytest.fixture
def make_app(gatewright_settings, gatewright_clock):
    """Make an application with the same endpoints in several places."""
    made = []

    def make(*, mount=""):
        made.append(AsyncEvrmoreAuth(settings=gatewright_settings, clock=gatewright_clock))
        app, sub, deep, inner = FastAPI(), FastAPI(), FastAPI(), FastAPI()
        FastAPIAuth(app, auth=made[-1], mount=mount)
        router = APIRouter(prefix="/router")
        for each in (sub, deep, inner, router, app):
            add_endpoints(each)
        app.include_router(router)
        sub.mount("/deep", deep)
        app.mount("/sub", sub)
        app.mount("/plain", Starlette(routes=[Mount("/inner", app=inner)]))
        app.state.sub, app.state.auth = sub, made[-1]
        return app

    yield make
    for auth in made:
        auth.close()


@pytest.mark.parametrize("target", ADDRESSES)
def test_a_sign_in_leads_to_exactly_what_was_asked_for(browser, anna, log_in, target):
    """To the letter."""
    assert way_back(browser, log_in, target) == target


@pytest.mark.parametrize("place", PLACES)
def test_it_does_so_wherever_the_dependency_is(browser, anna, log_in, place):
    """With what the application lies below."""
    assert way_back(browser, log_in, f"{place}/tags/C%23%2F?a=%23") == f"{place}/tags/C%23%2F?a=%23"


@pytest.mark.parametrize("place", PLACES)
def test_a_program_gets_the_same_problem_everywhere(browser, anna, log_in, place):
    """With its kind, its code and its headers."""
    program = [("Accept", "application/json")]
    guests = browser.send("GET", f"{place}/tags/x", headers=program)
    bad = browser.send("GET", f"{place}/tags/x", headers=[("Authorization", "Bearer nonsense")])
    log_in(browser)
    annas = [browser.send("GET", f"{place}/{path}", headers=program) for path in ("admin", "scoped")]

    assert [json.loads(answer.text)["code"] for answer in (guests, bad, *annas)] == [
        *("missing_token", "invalid_token"),
        *("denied", "denied"),
    ]
    for answer in (guests, bad, *annas):
        assert answer.header("content-type") == "application/problem+json"
        assert answer.header("content-length") == str(len(answer.text))
        assert len([name for name, _ in answer.headers if name == "cache-control"]) == 1
    assert guests.header("www-authenticate") == 'Bearer realm="gatewright"'


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("headers", PEOPLE.values(), ids=PEOPLE)
def test_a_person_who_posts_a_form_is_led_to_the_login(browser, anna, log_in, headers, place):
    """And from there to the page that they were on; who lacks a role sees a page that says so."""
    posted = of_page(browser, f"{place}/tags/save", {"name": "x"}, headers=headers.items())
    back = log_in(browser, page=posted.location)
    refused = of_page(browser, f"{place}/admin", {}, headers=headers.items())

    assert (posted.status, posted.location, posted.text) == (303, "/login?next=%2Ftags%2Flist%3Fpage%3D2", "")
    assert back.location == "/tags/list?page=2"
    assert (refused.status, refused.header("content-type")) == (403, "text/html; charset=utf-8")
    assert "<!doctype html>" in refused.text.lower()


@pytest.mark.parametrize("place", PLACES)
def test_who_must_confirm_keeps_the_query(browser, anna, log_in, place):
    """And gets the cookie of the browser that was recalled."""
    log_in(browser, remember_me="on")
    del browser.cookies["gatewright"]
    asked = browser.get(f"{place}/transfer?to=ben&amount=7")
    location = f"/confirm_password?next={place.replace('/', '%2F')}%2Ftransfer%3Fto%3Dben%26amount%3D7"

    assert (asked.status, asked.location) == (303, location)
    assert "gatewright" in browser.cookies


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("headers", SCRIPTS.values(), ids=SCRIPTS)
def test_a_script_gets_a_problem(browser, headers, method):
    """Never a page that it would put into its own."""
    answer = browser.send(method, "/sub/tags/x", headers=[("Accept", "text/html, */*"), *headers.items()])

    assert (answer.status, json.loads(answer.text)["code"]) == (401, "missing_token")
    assert answer.header("hx-redirect") == ("/login?next=%2Fsub%2Ftags%2Fx" if "HX-Request" in headers else None)


def test_head_gets_no_body(browser):
    """But the length of its GET."""
    answer = browser.send("HEAD", "/sub/tags/x", headers=[("Accept", "*/*")])
    assert (answer.status, answer.text, answer.header("content-length") != "0") == (401, "", True)


def test_what_is_put_beside_the_answer_stays(app, asgi):
    """Headers of the application's middleware, but not what was about the body that is no more."""
    sub = app.state.sub
    sub.add_middleware(CORSMiddleware, allow_origins=["https://spa.example"], allow_credentials=True)
    sub.add_middleware(GZipMiddleware, minimum_size=1)
    sub.add_middleware(BaseHTTPMiddleware, dispatch=lambda request, call_next: call_next(request))
    origin = [("Origin", "https://spa.example"), ("Accept-Encoding", "gzip")]
    answer = asgi(app).browser().send("GET", "/sub/tags/x", headers=origin)

    assert (answer.status, json.loads(answer.text)["code"]) == (401, "missing_token")
    assert answer.header("access-control-allow-origin") == "https://spa.example"
    assert answer.header("content-encoding") is None
    varies = {name for key, value in answer.headers if key == "vary" for name in value.split(", ")}
    assert varies == {"Origin", "Accept-Encoding", "Cookie", "Accept-Language"}


def test_an_application_may_catch_the_exception(app, asgi):
    """What it answers itself with another status is sent."""

    @app.state.sub.exception_handler(HTTPException)
    async def teapot(request, error):
        return PlainTextResponse("its own", status_code=418)

    answer = asgi(app).browser().get("/sub/tags/x")
    assert (answer.status, answer.text) == (418, "its own")


def test_the_middleware_alone_is_enough(asgi, gatewright_settings):
    """Around a Starlette application that FastAPI's is mounted in."""
    with closing(AsyncEvrmoreAuth(settings=gatewright_settings)) as auth:
        inner = FastAPI()
        add_endpoints(inner)
        outer = Starlette(routes=[Mount("/inner", app=inner)])
        outer.add_middleware(GatewrightMiddleware, auth=auth)
        answer = asgi(outer).browser().send("GET", "/inner/tags/x")

    assert (answer.status, answer.header("content-type")) == (401, "application/problem+json")


def test_a_guests_socket_is_closed_in_an_application_that_is_mounted(app, asgi):
    """As on the parent."""

    @app.state.sub.websocket("/socket")
    async def socket(websocket, user: Annotated[object, Depends(CurrentUser())]) -> None:
        await websocket.accept()

    assert asgi(app).connect("/sub/socket")[0]["type"] == "websocket.close"


@pytest.mark.parametrize("mount", ["", "/auth"])
def test_a_slash_at_the_end_of_a_pages_address_does_no_harm(asgi, make_app, mount):
    """The browser is led on with query and fields, and a password manager to where a password is changed."""
    browser = asgi(make_app(mount=mount)).browser()
    page = browser.get(f"{mount}/login/?next=/x")
    posted = browser.post(f"{mount}/signup/", {"email": "anna"})
    change = browser.get("/.well-known/change-password")

    assert (page.status, page.location, page.text) == (308, f"{mount}/login?next=/x", "")
    assert (posted.status, posted.location) == (308, f"{mount}/signup")
    assert (change.status, change.location) == (303, f"{mount}/account")
