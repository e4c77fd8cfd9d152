"""The ready-made pages, before the REST API."""

from __future__ import annotations

from collections.abc import Iterable

from starlette.types import Receive, Scope, Send

from gatewright.adapters.starlette import GatewrightMiddleware
from gatewright.adapters.starlette.lazy import Opening
from gatewright.adapters.starlette.sending import Sending
from gatewright.adapters.starlette.visitor import KEY

_SIGN_OUT = "/logout"


class Pages(GatewrightMiddleware):
    """Answers the pages. The API recognises tokens itself: asking twice would fire the hooks of a token twice."""

    def own_routes(self, application: object) -> Iterable[tuple[str, str]]:
        """Return the API's routes but for its sign-out: that one is for tokens, which no page takes from it."""
        return (each for each in super().own_routes(application) if each[0] != _SIGN_OUT)

    async def run_application(self, opening: Opening, scope: Scope, receive: Receive, send: Send) -> None:
        """Run the application, which asks who is visiting where it wants to know."""
        scope[KEY] = opening
        await self._app(scope, receive, Sending(opening, send, adds_headers=False))
