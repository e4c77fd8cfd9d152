"""A small Starlette application on the test's own database, and browsers to look at it."""

from __future__ import annotations

import copy

import pytest
from starlette.applications import Starlette
from starlette.authentication import UnauthenticatedUser, requires
from starlette.endpoints import HTTPEndpoint
from starlette.middleware import Middleware
from starlette.responses import JSONResponse, PlainTextResponse
from starlette.routing import Route, WebSocketRoute

from gatewright import AsyncEvrmoreAuth
from gatewright.adapters.starlette import (
    GatewrightMiddleware,
    SignedInUser,
    fresh_required,
    fully_authenticated_required,
    login_required,
    permission_required,
    role_required,
    verified_required,
    visit_of,
)


async def home(request):
    return PlainTextResponse(f"hello {request.user.display_name or 'guest'}")


@login_required
async def dashboard(request):
    return PlainTextResponse(f"dashboard of {request.user.username}")


@login_required
def plain(request):
    return PlainTextResponse(f"plain {request.user.username}")


class Report(HTTPEndpoint):
    @login_required
    async def get(self, request):
        return PlainTextResponse("report")

    @role_required("admin")
    def post(self, request):
        return PlainTextResponse("made")


@role_required("admin")
async def admin(request):
    return PlainTextResponse("admin")


@permission_required("post.read", "post.edit")
async def edit(request):
    return PlainTextResponse("edit")


@verified_required
async def verified(request):
    return PlainTextResponse("verified")


@fully_authenticated_required
async def sensitive(request):
    return PlainTextResponse("sensitive")


@fresh_required
async def recent(request):
    return PlainTextResponse("recent")


@fresh_required(minutes=5, aal=2)
def strong(request):
    return PlainTextResponse("strong")


@requires(["authenticated", "post.edit"])
def starlettes_own(request):
    return PlainTextResponse("yes")


async def whoami(request):
    return JSONResponse({"user": request.user.is_authenticated, "scopes": request.auth.scopes})


async def count(request):
    guard = visit_of(request).guard
    guard.session("visits", (guard.session("visits") or 0) + 1)
    return PlainTextResponse(str(guard.session("visits")))


async def cached(request):
    return PlainTextResponse("cached", headers={"Cache-Control": "max-age=60", "Vary": "Accept, Cookie"})


async def asks_nothing(request):
    return PlainTextResponse("nothing")


async def kind(request):
    user = request.user
    return JSONResponse(
        [
            isinstance(user, UnauthenticatedUser),
            isinstance(user, SignedInUser),
            type(copy.copy(user)).__name__,
            bool(user),
        ]
    )


async def broken(request):
    raise RuntimeError("broken")


async def echo(websocket):
    await websocket.accept()
    await websocket.send_text(websocket.user.display_name or "guest")
    await websocket.close()


ROUTES = [
    Route("/", home, name="homepage"),
    Route("/dashboard", dashboard, name="dashboard", methods=["GET", "POST"]),
    Route("/plain", plain),
    Route("/report", Report),
    Route("/admin", admin),
    Route("/edit", edit),
    Route("/verified", verified),
    Route("/sensitive", sensitive),
    Route("/recent", recent),
    Route("/strong", strong),
    Route("/starlette", starlettes_own),
    Route("/whoami", whoami, methods=["GET", "POST"]),
    Route("/count", count),
    Route("/cached", cached),
    Route("/asks-nothing", asks_nothing),
    Route("/kind", kind),
    Route("/broken", broken),
    WebSocketRoute("/echo", echo),
    WebSocketRoute("/private", login_required(echo)),
    WebSocketRoute("/private/strong", fresh_required(aal=2)(echo)),
]


@pytest.fixture
def make_app(gatewright_settings, gatewright_clock):
    """Make applications on the test's database, with settings of their own."""
    made = []

    def make(controller=None, *, mount="", **settings):
        in_force = gatewright_settings.with_values(**settings)
        made.append(AsyncEvrmoreAuth(settings=in_force, clock=gatewright_clock))
        middleware = Middleware(GatewrightMiddleware, auth=made[-1], controller=controller, mount=mount)
        return Starlette(routes=ROUTES, middleware=[middleware])

    yield make
    for auth in made:
        auth.close()
