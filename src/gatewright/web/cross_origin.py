"""What lets scripts of trusted origins use the JSON API: the protocol that browsers call CORS (Fetch standard, 3.2)."""

from __future__ import annotations

from collections.abc import Collection

from gatewright.origins import normal_origin
from gatewright.web.request import Request
from gatewright.web.response import Response

_PREFLIGHT = (
    ("Access-Control-Allow-Methods", "GET, HEAD, POST"),
    ("Access-Control-Allow-Headers", "authorization, content-type"),
    ("Access-Control-Max-Age", "600"),
)
"""What the API takes at all, and for how many seconds a browser need not ask again."""

_EXPOSED = ("Access-Control-Expose-Headers", "Retry-After, WWW-Authenticate")


class CrossOrigin:
    """Which other origins may read what the API answers, cookies and all.

    Args:
        trusted: Origins, as `normal_origin` writes them. Without any, no answer says a word of this.
    """

    def __init__(self, trusted: Collection[str]) -> None:
        self._trusted = frozenset(trusted)

    def preflight(self, request: Request) -> Response | None:
        """Return the answer to a browser that asks whether it may send a request of a trusted origin, else None."""
        is_preflight = request.method == "OPTIONS" and request.header("access-control-request-method") is not None
        return Response(204, _PREFLIGHT) if is_preflight and self._origin_of(request) is not None else None

    def share(self, response: Response, request: Request) -> Response:
        """Return an answer with the headers that let a script of a trusted origin read it.

        Never ``*``, which goes with no cookie, and never an origin that is not trusted. Where an answer could depend
        on the origin, caches are told so.
        """
        if not self._trusted:
            return response
        response = response.varying_on("Origin")
        origin = self._origin_of(request)
        if origin is None:
            return response
        allowed = (("Access-Control-Allow-Origin", origin), ("Access-Control-Allow-Credentials", "true"))
        return response.with_headers(*allowed, _EXPOSED)

    def _origin_of(self, request: Request) -> str | None:
        """Return the origin of a request as the browser wrote it, if it is trusted."""
        origin = request.header("origin")
        return origin if origin is not None and normal_origin(origin) in self._trusted else None
