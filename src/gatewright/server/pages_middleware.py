"""The ready-made pages, served ahead of the REST API."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial

from starlette.types import Scope, Send

from gatewright.adapters.starlette import GatewrightMiddleware
from gatewright.adapters.starlette.lazy import Opening
from gatewright.adapters.starlette.sending import pass_on
from gatewright.adapters.starlette.visitor import KEY
from gatewright.web.routes import CHECKS

_NOT_HIDDEN = ("/logout", *(f"/{name}" for name in CHECKS))
"""API paths that no page shadows: the API's sign-out is for tokens, and health checks are the same on either side."""


class Pages(GatewrightMiddleware):
    """Serves the pages. The API validates tokens itself: validating them here, too, would fire the hooks twice."""

    def own_routes(self, application: object) -> Iterable[tuple[str, str]]:
        """Return the API's routes, except those that the pages do not shadow."""
        return (each for each in super().own_routes(application) if each[0] not in _NOT_HIDDEN)

    def introduce(self, opening: Opening, scope: Scope, send: Send) -> Send:
        """Store a visit that the API can open if it needs to know who sent the request."""
        scope[KEY] = opening
        return partial(pass_on, opening, send, adds_headers=False)

    def must_look(self, scope: Scope) -> bool:
        """Never look up a visitor before the API does."""
        return False
