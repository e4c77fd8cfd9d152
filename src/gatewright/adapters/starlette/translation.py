"""Convert ASGI messages to our `Request`, and our `Response` back to them."""

from __future__ import annotations

from collections.abc import Iterable

from starlette import responses
from starlette.types import Scope

from gatewright.web import Request, Response
from gatewright.web.raw_path import as_sent, raw_path
from gatewright.web.response import Headers

_SCHEMES = {"ws": "http", "wss": "https"}


def path_of(scope: Scope) -> str:
    """Return the path as the application knows it: below where it is itself mounted.

    A server gives the whole path (ASGI 3, ``root_path``); a proxy may have taken the mount point off before.
    """
    path: str = scope["path"]
    root = root_of(scope)
    if not root:
        return path or "/"
    return path.removeprefix(root) or "/" if path == root or path.startswith(f"{root}/") else path


def root_of(scope: Scope) -> str:
    """Return where the application itself is mounted, without a slash at the end."""
    root: str = scope.get("root_path", "")
    return root.rstrip("/")


def request_of(scope: Scope, *, path: str, mount: str, body: bytes = b"") -> Request:
    """Return the request of a scope, of ``http`` or ``websocket``.

    A socket may be used to change things, so its handshake counts as a change, which no other site may make in the
    visitor's name: as ``CONNECT``, which it is in HTTP/2 (RFC 8441).
    """
    client = scope.get("client")
    scheme: str = scope.get("scheme", "http")
    return Request(
        method=scope.get("method", "CONNECT"),
        path=path,
        query=as_sent(scope["query_string"]),
        headers=decoded(scope["headers"]),
        scheme=_SCHEMES.get(scheme, scheme),
        peer=client[0] if client else None,
        body=body,
        mount=mount,
        raw_path=raw_path(scope.get("raw_path"), root=root_of(scope), path=path_of(scope)),
    )


def to_starlette(response: Response, *, method: str = "GET") -> responses.Response:
    """Return one of our answers as Starlette's, which any endpoint can return. ``HEAD`` gets no body."""
    answer = responses.Response(b"" if method == "HEAD" else response.body, response.status)
    length = () if response.status in (204, 304) else (("Content-Length", str(len(response.body))),)
    answer.raw_headers = encoded((*response.headers, *length))
    return answer


def decoded(headers: Iterable[tuple[bytes, bytes]]) -> Headers:
    """Return headers as text; names in lower case, as ASGI has them."""
    return tuple((name.decode("latin-1").lower(), value.decode("latin-1")) for name, value in headers)


def encoded(headers: Headers) -> list[tuple[bytes, bytes]]:
    """Return headers as ASGI wants them."""
    return [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in headers]
