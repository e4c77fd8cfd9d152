"""Pages and the JSON API at other paths: the description follows, and hidden endpoints are named."""

import pytest
from fastapi import APIRouter, FastAPI, Request, WebSocket
from starlette.endpoints import HTTPEndpoint

from gatewright.adapters.fastapi import FastAPIAuth
from gatewright.adapters.starlette import login_required
from gatewright.errors import ConfigurationError


def described(app):
    return {path for path in app.openapi()["paths"] if "session" in path or "login" in path}


def test_the_description_follows_the_api(make_app, asgi):
    """Wherever it is, and below a mount."""
    paths = ("/session", "/login", "/login/wallet", "/login/step", "/login/link/{token}")
    assert described(make_app()) == {f"/api{path}" for path in paths}
    moved = make_app(settings={"api_path": "/v1/auth"}, mount="/x")
    assert described(moved) == {f"/x/v1/auth{path}" for path in paths}
    assert asgi(moved).browser().get("/x/v1/auth/session").status == 200


def test_an_api_that_is_switched_off_is_not_described(make_app, asgi):
    """The router may be included all the same."""
    app = make_app(settings={"api_path": ""})
    app.get("/api/session")(lambda: "own")
    assert described(app) == {"/api/session"}
    assert asgi(app).browser().get("/api/session").text == '"own"'


def test_hidden_endpoints_are_named(make_app, asgi, caplog):
    """Of the application, of routers in routers, of a sub-application; our own description is none."""
    app = make_app()
    inner, outer, sub = APIRouter(prefix="/wallet"), APIRouter(), FastAPI()

    @inner.get("")
    def wallet() -> None: ...

    @sub.post("/signup")
    def signup() -> None: ...

    outer.include_router(inner, prefix="/login")
    app.include_router(outer)
    app.mount("/api", sub)
    asgi(app).live()
    said = [each.getMessage() for each in caplog.records if each.name == "gatewright.web"]

    assert [line.split()[3] for line in said] == ["/login/wallet", "/api/signup"]


@pytest.mark.parametrize("names", ["", [], (), [""], ["admin", ""], [None], [["admin"]]])
@pytest.mark.parametrize("demand", ["role", "permission"])
def test_a_dependency_that_demands_nothing_is_refused(make_app, demand, names):
    """A list that turned out empty would let everybody in who is signed in."""
    auth: FastAPIAuth = make_app().state.auth
    with pytest.raises(ConfigurationError, match="Name what is required"):
        auth.current_user(**{demand: names})


def test_a_decorator_above_the_route_is_named(make_app, asgi, caplog):
    """FastAPI has registered the endpoint without it, of the application, of a router, of a socket."""
    app, router = make_app(), APIRouter(prefix="/inner")

    @login_required
    @router.get("/open")
    async def slip(request: Request) -> None: ...

    @login_required
    @router.websocket("/socket")
    async def socket(websocket: WebSocket) -> None: ...

    @router.get("/guarded")
    @login_required
    async def guarded(request: Request) -> None: ...

    app.include_router(router)
    asgi(app).live()
    said = [each.getMessage() for each in caplog.records if each.name == "gatewright.web"]

    assert [line.split(":")[0] for line in said] == [
        "Anybody can reach /inner/open",
        "Anybody can reach /inner/socket",
    ]


def test_a_class_is_not_decorated_itself():
    """It would be neither an endpoint nor a class any more."""
    with pytest.raises(ConfigurationError, match="HTTPEndpoint is a class, which cannot be protected as a whole"):
        login_required(HTTPEndpoint)


@pytest.mark.parametrize("mount", ["accounts", "/{tenant}", None])
def test_a_mount_that_no_address_has_is_refused(mount):
    """The pages would be nowhere, and guests led to where nothing is."""
    with pytest.raises(ConfigurationError, match='mount must be a path such as "/accounts"'):
        FastAPIAuth(mount=mount)
