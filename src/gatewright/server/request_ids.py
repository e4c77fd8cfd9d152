"""Give every request an id, which its log lines and its response contain."""

from __future__ import annotations

from collections.abc import Callable

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from gatewright.adapters.starlette.middleware import REQUEST_ID
from gatewright.adapters.starlette.translation import path_of, request_of
from gatewright.logs import RequestId, begin_request
from gatewright.web.client import Proxies
from gatewright.web.request_ids import request_id_of


class RequestIds:
    """Gives each request its id, and adds it to the response as ``X-Request-ID``.

    Args:
        app: The application.
        proxies: The trusted proxies, whose request ids are kept.
        new_id: Makes an id.
    """

    def __init__(self, app: ASGIApp, proxies: Proxies, new_id: Callable[[], str]) -> None:
        self._app = app
        self._proxies = proxies
        self._new_id = new_id

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Run the application."""
        if scope["type"] != "http":
            return await self._app(scope, receive, send)
        text = request_id_of(request_of(scope, path=path_of(scope), mount=""), self._proxies, self._new_id)
        scope[REQUEST_ID] = True
        begin_request(RequestId(lambda: text))

        async def send_with_id(message: Message) -> None:
            if message["type"] == "http.response.start":
                message = {**message, "headers": [*message.get("headers", ()), (b"x-request-id", text.encode())]}
            await send(message)

        return await self._app(scope, receive, send_with_id)
