"""The last resort: turn an unexpected error into a 500 without details, and log where it occurred."""

from __future__ import annotations

import logging
import traceback
from collections.abc import Callable

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from gatewright.adapters.starlette.translation import request_of, to_starlette
from gatewright.web.negotiation import wants_page
from gatewright.web.problems import transport_problem

_logger = logging.getLogger("gatewright.server")


class UnexpectedErrors:
    """Responds in place of an application that failed. It runs inside the middleware that every response must pass.

    Args:
        app: The application.
        shown: Returns a path in the form in which it may be logged.
    """

    def __init__(self, app: ASGIApp, shown: Callable[[str], str] = str) -> None:
        self._app = app
        self._shown = shown

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Run the application."""
        has_started = False

        async def watch(message: Message) -> None:
            nonlocal has_started
            has_started = True
            await send(message)

        try:
            await self._app(scope, receive, watch)
        except Exception as error:
            if scope["type"] != "http":
                raise
            shown = ascii(self._shown(scope["path"]))
            _logger.error("%s %s failed.\n%s", scope["method"], shown, whereabouts(error))
            if not has_started:
                problem = transport_problem(500)
                request = request_of(scope, path=scope["path"], mount="")
                response = problem.bare_page if wants_page(request) else problem.response
                await to_starlette(response, method=request.method)(scope, receive, send)


def whereabouts(error: BaseException) -> str:
    """Return the classes of an exception and its causes, and where each was raised.

    Their messages are left out: they may quote what a visitor sent, such as a token or a signature.
    """
    lines = []
    link: BaseException | None = error
    while link is not None:
        lines += [*traceback.format_tb(link.__traceback__), f"{type(link).__module__}.{type(link).__qualname__}\n"]
        link = link.__cause__ or link.__context__
    return "".join(lines)
