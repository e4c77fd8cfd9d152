"""CORS for the JSON API: lets scripts of trusted origins use it (Fetch standard, 3.2)."""

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
"""What the API accepts, and how many seconds a browser may cache that."""

_EXPOSED = ("Access-Control-Expose-Headers", "Retry-After, WWW-Authenticate")


class CrossOrigin:
    """The other origins that may read the API's responses, with credentials.

    Args:
        trusted: Origins, normalised by `normal_origin`. If there are none, responses carry no CORS headers.
    """

    def __init__(self, trusted: Collection[str]) -> None:
        self._trusted = frozenset(trusted)

    def preflight(self, request: Request) -> Response | None:
        """Return the response to a preflight request from a trusted origin, else None."""
        is_preflight = request.method == "OPTIONS" and request.header("access-control-request-method") is not None
        return Response(204, _PREFLIGHT) if is_preflight and self._origin_of(request) is not None else None

    def share(self, response: Response, request: Request) -> Response:
        """Return a response with the headers that let a script of a trusted origin read it.

        Never ``*``, which excludes cookies, and never an untrusted origin. If any origin is trusted, every response
        varies on ``Origin``, for caches.
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
        """Return the origin of a request as the browser sent it, if it is trusted."""
        origin = request.header("origin")
        return origin if origin is not None and normal_origin(origin) in self._trusted else None
