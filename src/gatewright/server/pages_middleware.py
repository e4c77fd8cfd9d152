"""The ready-made pages, before the REST API."""

from __future__ import annotations

from collections.abc import Iterable

from starlette.types import Receive, Scope, Send

from gatewright.adapters.starlette import GatewrightMiddleware
from gatewright.adapters.starlette.lazy import Opening
from gatewright.adapters.starlette.sending import Sending
from gatewright.adapters.starlette.visitor import KEY
from gatewright.web.routes import CHECKS

_NOT_HIDDEN = ("/logout", *(f"/{name}" for name in CHECKS))
"""Paths that no page takes from the API: its sign-out is for tokens, and a check says the same on either side."""


class Pages(GatewrightMiddleware):
    """Answers the pages. The API recognises tokens itself: asking twice would fire the hooks of a token twice."""

    def own_routes(self, application: object) -> Iterable[tuple[str, str]]:
        """Return the API's routes, but for those that the pages do not take away."""
        return (each for each in super().own_routes(application) if each[0] not in _NOT_HIDDEN)

    async def run_application(self, opening: Opening, scope: Scope, receive: Receive, send: Send) -> None:
        """Run the application, which asks who is visiting where it wants to know."""
        scope[KEY] = opening
        await self._app(scope, receive, Sending(opening, send, adds_headers=False))
