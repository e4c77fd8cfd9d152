"""CORS for the REST API's paths, for scripts of trusted origins. The pages handle CORS for theirs."""

from __future__ import annotations

from collections.abc import Iterable

from fastapi.routing import APIRoute
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from gatewright.adapters.starlette.translation import encoded, path_of, request_of, to_starlette
from gatewright.server import health_api, wallet_api
from gatewright.web import Response
from gatewright.web.cross_origin import CrossOrigin as Rules
from gatewright.web.raw_headers import headers_in_scope

_ROUTES = (*wallet_api.router.routes, *health_api.router.routes)
_PATHS = frozenset(route.path for route in _ROUTES if isinstance(route, APIRoute))


class CrossOrigin:
    """Responds to preflights, and makes the API's responses readable, errors included.

    Args:
        app: The application.
        rules: The trusted origins.
    """

    def __init__(self, app: ASGIApp, rules: Rules) -> None:
        self._app = app
        self._rules = rules

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Run the application, or respond in its place."""
        if scope["type"] != "http" or path_of(scope) not in _PATHS:
            return await self._app(scope, receive, send)
        request = request_of(scope, path=path_of(scope), mount="")

        def shared(headers: Iterable[tuple[bytes, bytes]]) -> list[tuple[bytes, bytes]]:
            return encoded(self._rules.share(Response(headers=headers_in_scope(headers)), request).headers)

        async def send_shared(message: Message) -> None:
            if message["type"] == "http.response.start":
                message = {**message, "headers": shared(message.get("headers", ()))}
            await send(message)

        preflight = self._rules.preflight(request)
        app = self._app if preflight is None else to_starlette(preflight)
        return await app(scope, receive, send_shared)
