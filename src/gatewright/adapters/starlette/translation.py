"""Convert ASGI messages to gatewright's `Request`, and gatewright's `Response` to ASGI messages."""

from __future__ import annotations

from starlette import responses
from starlette.types import Scope

from gatewright.web import Request, Response
from gatewright.web.once import once
from gatewright.web.raw_headers import headers_in_scope, values_in_scope
from gatewright.web.raw_path import as_sent, raw_path
from gatewright.web.response import Headers

_SCHEMES = {"ws": "http", "wss": "https"}


def place_of(scope: Scope) -> tuple[str, str]:
    """Return where the application itself is mounted, without a trailing slash, and the path as the application sees
    it.

    A server passes the whole path (ASGI 3, ``root_path``); a proxy may have stripped the mount point before.
    """
    root, path = scope.get("root_path", ""), scope["path"]
    if not root:
        return "", path or "/"
    root = root.rstrip("/")
    is_below = path == root or path.startswith(f"{root}/")
    return root, (path.removeprefix(root) if is_below else path) or "/"


def path_of(scope: Scope) -> str:
    """Return the path as the application sees it; see `place_of`."""
    return place_of(scope)[1]


class ScopeRequest(Request):
    """The request of an ``http`` or ``websocket`` scope; each part is read when needed.

    Args:
        scope: The ASGI scope.
        path: The path relative to ``mount``.
        mount: Where the pages, or the application itself, are mounted.
    """

    _scope: Scope

    def __init__(self, scope: Scope, *, path: str, mount: str) -> None:
        vars(self).update(_scope=scope, path=path, mount=mount)

    @once
    def method(self) -> str:
        """The method.

        A WebSocket may be used to change things, so its handshake counts as a change, which no other site may make on
        the visitor's behalf: as ``CONNECT``, which it is in HTTP/2 (RFC 8441).
        """
        return str(self._scope.get("method", "CONNECT"))

    @once
    def query(self) -> str:
        """The query string."""
        return as_sent(self._scope["query_string"])

    @once
    def headers(self) -> Headers:
        """All headers."""
        return headers_in_scope(self._scope["headers"])

    @once
    def scheme(self) -> str:
        """The scheme of the connection."""
        scheme: str = self._scope.get("scheme", "http")
        return _SCHEMES.get(scheme, scheme)

    @once
    def peer(self) -> str | None:
        """The address at the other end of the connection."""
        client = self._scope.get("client")
        return client[0] if client else None

    @once
    def raw_path(self) -> str:
        """The whole path, as the browser sent it."""
        root, path = place_of(self._scope)
        return raw_path(self._scope.get("raw_path"), root=root, path=path)

    def values_of(self, name: str) -> list[str]:
        """Return the values of a header."""
        return values_in_scope(self._scope["headers"], name)


def request_of(scope: Scope, *, path: str, mount: str) -> Request:
    """Return the request of a scope; see `ScopeRequest`."""
    return ScopeRequest(scope, path=path, mount=mount)


def to_starlette(response: Response, *, method: str = "GET") -> responses.Response:
    """Convert one of gatewright's responses to Starlette's, which any endpoint can return. ``HEAD`` gets no body."""
    answer = responses.Response(b"" if method == "HEAD" else response.body, response.status)
    length = () if response.status in (204, 304) else (("Content-Length", str(len(response.body))),)
    answer.raw_headers = encoded((*response.headers, *length))
    return answer


def encoded(headers: Headers) -> list[tuple[bytes, bytes]]:
    """Return headers in ASGI's format."""
    return [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in headers]
