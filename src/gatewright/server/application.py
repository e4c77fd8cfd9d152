"""Assemble the server: its routes, and around them the middleware for every response."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from importlib.metadata import version

from fastapi import FastAPI
from starlette.routing import Route

from gatewright.evrmore import AsyncEvrmoreAuth
from gatewright.server import access_log, exception_handlers, health_api, openapi, out_of_files, wallet_api
from gatewright.server.body_limit import BodyLimit
from gatewright.server.cross_origin_middleware import CrossOrigin
from gatewright.server.headers_middleware import SecurityHeaders
from gatewright.server.home import home
from gatewright.server.pages_middleware import Pages
from gatewright.server.request_ids import RequestIds
from gatewright.server.stop import Stop
from gatewright.server.unexpected_errors import UnexpectedErrors
from gatewright.web.client import Proxies
from gatewright.web.cross_origin import CrossOrigin as CrossOriginRules
from gatewright.web.link_secrets import hide_secret, link_pattern


def create_app(auth: AsyncEvrmoreAuth | None = None) -> FastAPI:
    """Build the server's application, for ``serve`` or for ``uvicorn gatewright.server:create_app --factory``.

    It serves the ready-made pages with their JSON API, and the REST API for wallet sign-in. If it runs behind a reverse
    proxy, list the proxy in ``GATEWRIGHT_TRUSTED_PROXIES``, so that it sees the right client addresses and scheme.

    Args:
        auth: What to serve, with its hooks; the caller closes it. Default: one from the settings, closed at shutdown.

    Raises:
        ConfigurationError: If a setting is unsafe or cannot work; the message says which and how to fix it.
        StoreUnavailableError: If the database cannot be opened or migrated.
    """
    served = auth or AsyncEvrmoreAuth()

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        out_of_files.tell_seldom(asyncio.get_running_loop())
        with app.state.stop.awaited(served.settings.shutdown_delay_seconds):
            yield
        if auth is None:
            served.close()

    app = FastAPI(
        title="gatewright",
        version=version("gatewright"),
        description="Sign in with an Evrmore wallet: ask for a challenge, sign it, receive a token.",
        routes=[Route("/", home, name="homepage")],
        lifespan=lifespan,
        redirect_slashes=False,
        docs_url=None,
        redoc_url=None,
        generate_unique_id_function=lambda route: route.name,
    )
    app.state.auth = served
    app.state.stop = Stop()
    app.include_router(wallet_api.router)
    app.include_router(health_api.router)
    openapi.describe(app, served)
    exception_handlers.answer_errors_of(app)
    # The last one added is the outermost.
    app.add_middleware(Pages, auth=served)
    app.add_middleware(UnexpectedErrors, shown=partial(hide_secret, pattern=link_pattern(served.settings)))
    app.add_middleware(BodyLimit)
    app.add_middleware(CrossOrigin, rules=CrossOriginRules(served.settings.trusted_origins))
    app.add_middleware(SecurityHeaders, proxies=Proxies(served.settings.trusted_proxies))
    app.add_middleware(RequestIds, proxies=Proxies(served.settings.trusted_proxies), new_id=served.parts.new_id)
    access_log.hide_secrets(served.settings)
    return app
