"""FastAPI applications with an open and a protected endpoint.

``request_fastapi bare|ours|hand|users-jwt|users-database PORT``: without sign-in, with gatewright, with a dependency
written by hand, with fastapi-users.
"""

from __future__ import annotations

import asyncio
import sys
from typing import Any

import uvicorn
from fastapi import Depends, FastAPI, HTTPException
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from apps.known import SECRET, URL, make_visits, tell


def add_open(app: FastAPI) -> FastAPI:
    """Add an endpoint that needs no sign-in."""

    @app.get("/open")
    async def open_to_all() -> dict[str, str]:
        return {"who": "anybody"}

    return app


def bare() -> FastAPI:
    """Return an application without any sign-in."""
    tell({})
    return add_open(FastAPI())


def ours() -> FastAPI:
    """Return an application with gatewright."""
    from gatewright import AsyncAuth
    from gatewright.adapters.fastapi import FastAPIAuth

    make_visits()
    app = add_open(FastAPI())  # the first route, as in each of them: any route before it would cost something too
    auth = FastAPIAuth(app, auth=AsyncAuth(URL, jwt_secret=SECRET))

    async def mine(user: Any = Depends(auth.current_user())) -> dict[str, str]:  # noqa: B008 - as FastAPI documents it
        return {"who": user.id}

    app.get("/mine")(mine)
    return app


def hand() -> FastAPI:
    """Return an application with the usual handwritten dependency: no session, so nothing can be revoked."""
    import jwt

    bearer = HTTPBearer()
    tell({"bearer": {"Authorization": f"Bearer {jwt.encode({'sub': '7', 'exp': 2**32}, SECRET, 'HS256')}"}})

    async def claims(
        credentials: HTTPAuthorizationCredentials = Depends(bearer),  # noqa: B008 - as FastAPI documents it
    ) -> dict[str, Any]:
        try:
            return dict(jwt.decode(credentials.credentials, SECRET, algorithms=["HS256"]))
        except jwt.PyJWTError as error:
            raise HTTPException(401) from error

    app = add_open(FastAPI())

    async def mine(who: Any = Depends(claims)) -> dict[str, str]:  # noqa: B008 - as FastAPI documents it
        return {"who": who["sub"]}

    app.get("/mine")(mine)
    return app


def users(strategy: str) -> FastAPI:
    """Return an application with fastapi-users."""
    from apps.fastapi_users_app import make_app, make_people, make_token

    asyncio.run(make_people())
    tell({"bearer": {"Authorization": f"Bearer {asyncio.run(make_token(strategy))}"}})
    return add_open(make_app(strategy))


if __name__ == "__main__":
    kind, port = sys.argv[1:]
    makers = {"bare": bare, "ours": ours, "hand": hand}
    app = makers[kind]() if kind in makers else users(kind.removeprefix("users-"))
    uvicorn.run(app, port=int(port), loop="uvloop", http="httptools", access_log=False, log_level="warning")
