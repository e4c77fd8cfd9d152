"""The middleware: it serves the pages, and tells the application who is visiting."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial

from starlette.applications import Starlette
from starlette.requests import ClientDisconnect
from starlette.routing import NoMatchFound
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from starlette.websockets import WebSocketClose

from gatewright.adapters.starlette.body import Body
from gatewright.adapters.starlette.lazy import Opening
from gatewright.adapters.starlette.own_routes import endpoints_of, routes_of
from gatewright.adapters.starlette.sending import pass_on
from gatewright.adapters.starlette.translation import place_of, to_starlette
from gatewright.adapters.starlette.visitor import introduce
from gatewright.auth import AsyncAuth
from gatewright.errors import (
    ConfigurationError,
    GatewrightError,
    ProviderUnavailableError,
    SecondFactorRequiredError,
    StoreUnavailableError,
)
from gatewright.logs import begin_request
from gatewright.web import AuthController, Request, Site, Visit
from gatewright.web.access import failure
from gatewright.web.debug import refuse_debug
from gatewright.web.shadowed import warn_of_shadowed
from gatewright.web.unguarded import warn_of_unguarded

REQUEST_ID = "gatewright.request_id"
"""The scope's key that marks log lines as already belonging to a request."""

_TROUBLE = (StoreUnavailableError, ProviderUnavailableError, SecondFactorRequiredError)
"""What an application may leave to gatewright: visitors cannot be recognised now, or a view signs in a user who must
still give a second factor.
"""

_TRY_AGAIN_LATER = 1013  # from the registry of WebSocket close codes


class GatewrightMiddleware:
    """Serves the pages ahead of an application, and provides ``request.user`` and ``request.auth`` to it.

    WebSockets know the visitor, too; a handshake from another site's page counts as a guest's.

    Args:
        app: The application.
        auth: Its auth; by default one from the settings, closed at the application's shutdown.
        controller: Its pages; by default `SimpleAuthController`.
        mount: The path under which the pages are mounted.
        closes_auth: Whether to close an ``auth`` that was passed in at the application's shutdown, too.

    Raises:
        ConfigurationError: If the auth is of the wrong build. Anything else that cannot work keeps the server from
            starting, with a message that says what it is and how to fix it.
    """

    def __init__(
        self,
        app: ASGIApp,
        auth: AsyncAuth | None = None,
        controller: AuthController | None = None,
        mount: str = "",
        *,
        closes_auth: bool = False,
    ) -> None:
        if auth is not None and not isinstance(auth, AsyncAuth):
            raise ConfigurationError(
                f"An event loop must not block, but {type(auth).__name__} does. Use AsyncAuth or AsyncEvrmoreAuth."
            )
        self._app = app
        self._given = auth
        self._closes_auth = closes_auth or auth is None
        self._application: object = app
        self._is_checked = False
        self._make_site = partial(self._open, controller, mount)
        self._trouble: ConfigurationError | StoreUnavailableError | None = None
        try:
            self._make_site()
        except (ConfigurationError, StoreUnavailableError) as error:
            # Starlette creates its middleware when the server announces the start-up. The server would take an error
            # here to mean merely that the application does not support that, and would serve.
            self._trouble = error

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a page, or run the application.

        The application runs here, not in a separate coroutine, which nearly every request would pay for and none would
        use. The visitor is looked up when the application asks, also through ``request.user``, which cannot await. So
        if the lookup might have to wait, it is done beforehand.
        """
        kind = scope["type"]
        if not self._is_checked:  # at start-up if there is a lifespan, else with the first request
            await self._start(scope, send)
        if kind != "http" and kind != "websocket":
            return await self._app(scope, receive, self._closing(send) if kind == "lifespan" else send)
        self._application = scope.get("app", self._app)
        site, path, mount = self._place_of(scope)
        opening = Opening(site, scope, path, mount)
        if REQUEST_ID not in scope:
            scope[REQUEST_ID] = True
            begin_request(opening)
        if kind == "http" and site.routes.may_know(path) and mount == site.mount:
            request = opening.request()
            if site.serves(request):
                return await _answer_page(site, request, scope, receive, send)
        sending = self.introduce(opening, scope, send)
        if self.must_look(scope):
            try:
                await opening.open().user()
            except GatewrightError as error:
                return await _fail(opening.open(), error, scope, receive, send)
        try:
            return await self._app(scope, receive, sending)
        except _TROUBLE as error:
            is_factor_owed = isinstance(error, SecondFactorRequiredError)
            if opening.is_answered or (is_factor_owed and kind == "websocket"):
                raise
            # The cookie of a pending sign-in goes out with the answer; if a store fails, there is none.
            return await _fail(opening.open(), error, scope, receive, sending if is_factor_owed else send)

    async def _start(self, scope: Scope, send: Send) -> None:
        """Ensure that the pages can be served, and tell a server that waits for startup if they cannot.

        Raises:
            ConfigurationError: If a setting, the controller or the application cannot work.
            StoreUnavailableError: If the database cannot be opened.
        """
        is_start = scope["type"] == "lifespan"
        try:
            self._require_site(is_start=is_start)
            self._check(scope.get("app", self._app))
        except (ConfigurationError, StoreUnavailableError) as error:
            if is_start:
                await send({"type": "lifespan.startup.failed", "message": str(error)})
            raise  # after that, as Starlette does: its TestClient would wait for the shutdown for ever

    def _open(self, controller: AuthController | None, mount: str) -> None:
        """Open the auth, unless one was passed in, and create the pages.

        Raises:
            ConfigurationError: If a setting or the controller cannot work.
            StoreUnavailableError: If the database cannot be opened.
        """
        if self._given is None:
            self._given = AsyncAuth()
        self._auth = self._given
        self._site = Site(self._auth, controller, mount=mount, resolve=self._find_route)

    def _require_site(self, *, is_start: bool) -> None:
        """Raise what kept the pages from being created; except at startup, only after another try.

        Raises:
            ConfigurationError: If they cannot work.
            StoreUnavailableError: If the database cannot be opened.
        """
        if self._trouble is None:
            return
        if is_start:
            raise self._trouble
        self._make_site()
        self._trouble = None

    def _check(self, application: object) -> None:
        """Check an application once, when it is complete.

        Raises:
            ConfigurationError: If it runs in debug mode in production.
        """
        is_debug = getattr(application, "debug", False)
        refuse_debug(self._auth.settings, is_debug=is_debug, cure="Remove debug=True.")
        self._is_checked = True
        warn_of_shadowed(self._site, self.own_routes(application))
        warn_of_unguarded(endpoints_of(application))

    def _place_of(self, scope: Scope) -> tuple[Site, str, str]:
        """Return the site, and the path relative to a mount point: the pages', or the application's own."""
        self._site.wake()
        root, path = place_of(scope)
        site = self._site.below(root) if root else self._site
        own = self._site.mount
        is_below = not own or path.startswith(f"{own}/")
        return (site, path[len(own) :], site.mount) if is_below else (site, path, root)

    def introduce(self, opening: Opening, scope: Scope, send: Send) -> Send:
        """Tell the application who is visiting, and return the ``send`` that it responds through."""
        introduce(scope, opening)
        return partial(pass_on, opening, send)

    def must_look(self, scope: Scope) -> bool:
        """Return whether a visitor is looked up before the application runs."""
        return _may_wait(self._site, scope)

    def own_routes(self, application: object) -> Iterable[tuple[str, str]]:
        """Return the application's routes, with their owners, which no page may shadow."""
        return routes_of(application)

    def _find_route(self, name: str) -> str | None:
        if not isinstance(self._application, Starlette):
            return None
        try:
            return str(self._application.url_path_for(name))
        except NoMatchFound:
            return None

    def _closing(self, send: Send) -> Send:
        """Return a ``send`` that closes the auth when the application reports that it has shut down."""

        async def send_and_close(message: Message) -> None:
            if self._closes_auth and message["type"].startswith("lifespan.shutdown."):
                self._auth.close()
            await send(message)

        return send_and_close


async def _answer_page(site: Site, request: Request, scope: Scope, receive: Receive, send: Send) -> None:
    arriving = Body(receive)
    try:
        body = await arriving.read()
    except ClientDisconnect:
        return
    if body is None:
        await arriving.refuse(site.refuse(request, 413), scope, send)
        return
    response = await site.answer(site.open(request.having(body=body)))
    await to_starlette(response, method=request.method)(scope, receive, send)


async def _fail(visit: Visit, error: GatewrightError, scope: Scope, receive: Receive, send: Send) -> None:
    """Respond to a visitor who cannot be recognised because something that the auth needs has failed."""
    if scope["type"] == "websocket":
        return await WebSocketClose(_TRY_AGAIN_LATER)(scope, receive, send)
    return await to_starlette(await failure(visit, error), method=scope["method"])(scope, receive, send)


def _may_wait(site: Site, scope: Scope) -> bool:
    """Return whether recognising the visitor may take more than quick reads: a provider, a write or a hook."""
    for name, value in scope["headers"]:
        if name == b"cookie":
            parts = site.parts
            if site.remember_name in value or not parts.sources.are_quick or not parts.is_store_quick:
                return True
        elif name == b"authorization":
            hooks = site.parts.hooks
            if (
                site.parts.reader is None
                or hooks.pre_token_validate.may_suspend
                or hooks.post_token_validate.may_suspend
            ):
                return True
    return False
