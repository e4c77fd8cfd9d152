"""Put the server together: routes inside, and around them what holds for every answer."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib.metadata import version

from fastapi import FastAPI

from gatewright.evrmore import AsyncEvrmoreAuth
from gatewright.server import access_log, api, openapi, pages, problems
from gatewright.server.body_limit import BodyLimit
from gatewright.server.security_headers import SecurityHeaders
from gatewright.server.unexpected_errors import UnexpectedErrors


def create_app(auth: AsyncEvrmoreAuth | None = None) -> FastAPI:
    """Build the server's application, for ``serve`` or for ``uvicorn gatewright.server:create_app --factory``.

    It believes what the server says of the connection and reads no ``X-Forwarded-*`` header. Behind a proxy, tell
    uvicorn whom to trust (``--proxy-headers --forwarded-allow-ips=...``); then addresses and https are right here too.

    Args:
        auth: What to serve, with its hooks; the caller closes it. Default: one from the settings, closed at shutdown.

    Raises:
        ConfigurationError: If a setting is unsafe or cannot work; says which and how to cure it.
        StoreUnavailableError: If the database cannot be opened or migrated.
    """
    served = auth or AsyncEvrmoreAuth()

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        yield
        if auth is None:
            served.close()

    app = FastAPI(
        title="gatewright",
        version=version("gatewright"),
        description="Sign in with an Evrmore wallet: ask for a challenge, sign it, receive a token.",
        routes=pages.routes,
        lifespan=lifespan,
        redirect_slashes=False,
        docs_url=None,
        redoc_url=None,
        generate_unique_id_function=lambda route: route.name,
    )
    app.state.auth = served
    app.include_router(api.router)
    openapi.describe(app)
    problems.answer_errors_of(app)
    # The last one added stands outermost.
    app.add_middleware(UnexpectedErrors)
    app.add_middleware(BodyLimit)
    app.add_middleware(SecurityHeaders)
    access_log.hide_query_strings()
    return app
