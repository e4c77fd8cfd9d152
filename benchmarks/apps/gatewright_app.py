"""gatewright behind FastAPI, with its own tables in the current folder."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, FastAPI, HTTPException
from fastapi.security import OAuth2PasswordRequestForm

from apps.serving import PEOPLE, serve
from gatewright import AsyncAuth, Auth
from gatewright.errors import UserNotFoundError

_URL = "sqlite:///gatewright.db"
_SECRET = "only-for-measuring-0123456789abcdef"


def make_people() -> None:
    """Create an account for everybody."""
    with Auth(_URL, jwt_secret=_SECRET) as auth:
        for email, password in PEOPLE.items():
            auth.create_user(email=email, password=password, is_verified=True)


def make_app() -> FastAPI:
    """Return the application, which answers a sign-in with what a session middleware would keep in its cookie."""
    app, auth = FastAPI(), AsyncAuth(_URL, jwt_secret=_SECRET)

    @app.post("/login")
    async def login(form: Annotated[OAuth2PasswordRequestForm, Depends()]) -> dict[str, dict[str, str]]:
        visit: dict[str, dict[str, str]] = {}
        try:
            await auth.guard(visit).login(form.username, form.password, "SQLUserProvider")
        except UserNotFoundError as error:
            raise HTTPException(400) from error
        return visit

    @app.get("/ping")
    async def ping() -> str:
        return "pong"

    return app


if __name__ == "__main__":
    make_people()
    serve(make_app())
