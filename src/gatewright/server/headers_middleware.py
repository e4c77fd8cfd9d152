"""Add the pages' security headers to every response of the server."""

from __future__ import annotations

from collections.abc import Iterable

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from gatewright.adapters.starlette.translation import encoded, path_of, request_of
from gatewright.web import Response
from gatewright.web.client import Proxies
from gatewright.web.raw_headers import headers_in_scope
from gatewright.web.security_headers import protect


class SecurityHeaders:
    """Adds the headers to the API's responses, errors included; the pages' responses already have them.

    Args:
        app: The application.
        proxies: The trusted proxies, which may say that the browser's connection is encrypted.
    """

    def __init__(self, app: ASGIApp, proxies: Proxies) -> None:
        self._app = app
        self._proxies = proxies

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Run the application."""

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                message = {**message, "headers": self._protected(message.get("headers", ()), scope)}
            await send(message)

        await self._app(scope, receive, send_with_headers)

    def _protected(self, headers: Iterable[tuple[bytes, bytes]], scope: Scope) -> list[tuple[bytes, bytes]]:
        answer = Response(headers=headers_in_scope(headers))
        if answer.header("content-security-policy") is not None:
            return list(headers)
        client = self._proxies.client_of(request_of(scope, path=path_of(scope), mount=""))
        return encoded(protect(answer, client).headers)
