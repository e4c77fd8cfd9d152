"""A small FastAPI application on the test's own database, and browsers to look at it."""

from typing import Annotated

import pytest
from fastapi import Depends, FastAPI, Request, Security, WebSocket

from gatewright import AsyncEvrmoreAuth, User
from gatewright.adapters.fastapi import FastAPIAuth


def add_endpoints(app: FastAPI, auth: FastAPIAuth) -> None:
    """For those who are signed in, and for anybody."""
    SignedIn = Annotated[User, Depends(auth.current_user())]  # noqa: N806 - a type

    @app.get("/")
    async def homepage(request: Request) -> dict[str, object]:
        return {"user": request.user.display_name, "scopes": request.auth.scopes}

    @app.get("/dashboard")
    async def dashboard(user: SignedIn) -> dict[str, str]:
        return {"user": user.username, "class": type(user).__name__}

    @app.post("/dashboard")
    def change(user: SignedIn) -> dict[str, str]:
        return {"user": user.username}

    @app.get("/anybody")
    async def anybody(user: Annotated[User | None, Depends(auth.current_user(optional=True))]) -> str:
        return "guest" if user is None else user.username

    @app.websocket("/private")
    async def private(websocket: WebSocket, user: SignedIn) -> None:
        await websocket.accept()
        await websocket.send_text(user.username)
        await websocket.close()


def add_guarded_endpoints(app: FastAPI, auth: FastAPIAuth) -> None:
    """For those who have more."""

    @app.get("/perhaps-admin")
    async def perhaps(user: Annotated[User | None, Depends(auth.current_user(optional=True, role="admin"))]) -> str:
        return "nobody" if user is None else user.username

    @app.get("/admin", dependencies=[Depends(auth.current_user(role="admin"))])
    async def admin() -> str:
        return "admin"

    @app.get("/edit", dependencies=[Depends(auth.current_user(permission=["post.read", "post.edit"]))])
    async def edit() -> str:
        return "edit"

    @app.get("/scoped")
    async def scoped(user: Annotated[User, Security(auth.current_user(), scopes=["post.edit"])]) -> str:
        return user.username

    @app.get("/verified", dependencies=[Depends(auth.current_user(verified=True))])
    async def verified() -> str:
        return "verified"

    @app.get("/recent", dependencies=[Depends(auth.current_user(fresh=True))])
    async def recent() -> str:
        return "recent"

    @app.get("/strong", dependencies=[Depends(auth.current_user(fresh=5, aal=2))])
    def strong() -> str:
        return "strong"

    @app.websocket("/private/strong")
    async def private_strong(
        websocket: WebSocket, user: Annotated[User, Depends(auth.current_user(fresh=True, aal=2))]
    ) -> None:
        await websocket.accept()
        await websocket.send_text(user.username)
        await websocket.close()

    @app.get("/sensitive", dependencies=[Depends(auth.current_user(fully_authenticated=True))])
    async def sensitive() -> str:
        return "sensitive"


@pytest.fixture
def make_app(gatewright_settings, gatewright_clock):
    """Make applications on the test's database, with settings of their own; ``app.state.auth`` is their FastAPIAuth."""
    made = []

    def make(controller=None, *, mount="", settings=None, **options):
        in_force = gatewright_settings.with_values(**(settings or {}))
        made.append(AsyncEvrmoreAuth(settings=in_force, clock=gatewright_clock))
        app = FastAPI(**options)
        app.state.auth = FastAPIAuth(auth=made[-1], controller=controller, mount=mount)
        app.state.auth.init_app(app)
        add_endpoints(app, app.state.auth)
        add_guarded_endpoints(app, app.state.auth)
        app.include_router(app.state.auth.router())
        return app

    yield make
    for auth in made:
        auth.close()
