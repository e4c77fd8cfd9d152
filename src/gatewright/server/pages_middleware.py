"""The ready-made pages, before the REST API."""

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
"""Paths that no page takes from the API: its sign-out is for tokens, and a check says the same on either side."""


class Pages(GatewrightMiddleware):
    """Answers the pages. The API recognises tokens itself: asking twice would fire the hooks of a token twice."""

    def own_routes(self, application: object) -> Iterable[tuple[str, str]]:
        """Return the API's routes, but for those that the pages do not take away."""
        return (each for each in super().own_routes(application) if each[0] not in _NOT_HIDDEN)

    def introduce(self, opening: Opening, scope: Scope, send: Send) -> Send:
        """Leave a visit for the API to open where it wants to know who asks."""
        scope[KEY] = opening
        return partial(pass_on, opening, send, adds_headers=False)

    def must_look(self, scope: Scope) -> bool:
        """Never look up a visitor before the API does."""
        return False
