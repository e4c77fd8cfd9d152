"""Convert a WSGI request to gatewright's `Request`, and gatewright's `Response` to Flask's."""

from __future__ import annotations

from contextlib import suppress
from functools import partial
from typing import IO, TYPE_CHECKING

import flask
from werkzeug.datastructures import Headers
from werkzeug.exceptions import ClientDisconnected, RequestEntityTooLarge

from gatewright.errors import TransportError
from gatewright.web.once import once
from gatewright.web.raw_headers import headers_in_environ, values_in_environ
from gatewright.web.raw_path import as_sent, raw_path, sent_under_wsgi
from gatewright.web.refused_body import drop_rest
from gatewright.web.request import LARGEST_BODY, Request
from gatewright.web.response import Response

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment


class Answer(flask.Response):
    """One of gatewright's responses, sent as it is.

    Attributes:
        is_complete: Whether it already has its cookies and everything else.
    """

    is_complete = False

    def get_wsgi_headers(self, environ: WSGIEnvironment) -> Headers:
        """Return the headers; Werkzeug would rewrite the target of a redirect."""
        headers = super().get_wsgi_headers(environ)
        if "Location" in self.headers:
            headers["Location"] = self.headers["Location"]
        return headers


class FlaskRequest(Request):
    """The browser's request, without the body; each part is read from the WSGI environment when needed.

    Args:
        environ: The environment (PEP 3333).
        prefix: The path under which the pages are mounted. A path outside it is the application's, and stays whole.
    """

    _environ: WSGIEnvironment
    _prefix: str

    def __init__(self, environ: WSGIEnvironment, prefix: str) -> None:
        method, scheme, peer = environ["REQUEST_METHOD"], environ["wsgi.url_scheme"], environ.get("REMOTE_ADDR")
        vars(self).update(method=method, scheme=scheme, peer=peer, _environ=environ, _prefix=prefix)

    @once
    def path(self) -> str:
        """The path relative to where the pages are mounted."""
        path = path_of(self._environ)
        return path.removeprefix(self._prefix) if path.startswith(f"{self._prefix}/") else path

    @once
    def mount(self) -> str:
        """The prefix that the path is relative to."""
        root, is_below = root_of(self._environ), path_of(self._environ).startswith(f"{self._prefix}/")
        return root + self._prefix if is_below else root

    @once
    def query(self) -> str:
        """The query string."""
        return as_sent(self._environ.get("QUERY_STRING", "").encode("latin-1"))

    @once
    def headers(self) -> tuple[tuple[str, str], ...]:
        """All headers."""
        return headers_in_environ(self._environ)

    @once
    def raw_path(self) -> str:
        """The whole path, as the browser sent it."""
        environ = self._environ
        return raw_path(sent_under_wsgi(environ), root=root_of(environ), path=path_of(environ))

    def values_of(self, name: str) -> list[str]:
        """Return the values of a header."""
        return values_in_environ(self._environ, name)


def path_of(environ: WSGIEnvironment) -> str:
    """Return the path in the application. Werkzeug's own drops leading slashes."""
    return _decoded(environ.get("PATH_INFO", "")) or "/"


def root_of(environ: WSGIEnvironment) -> str:
    """Return where the application itself is mounted, without a trailing slash."""
    return _decoded(environ.get("SCRIPT_NAME", "")).rstrip("/")


def with_body(head: Request, request: flask.Request) -> Request:
    """Return the whole request, even if something that runs before a view has read its body or its form.

    Raises:
        TransportError: If the body is larger than anything that the pages accept.
    """
    if (request.content_length or 0) > LARGEST_BODY:
        raise TransportError(status=413)
    body = b""
    try:
        while chunk := request.stream.read(LARGEST_BODY + 1 - len(body)):
            body += chunk
    except RequestEntityTooLarge:  # the application's own MAX_CONTENT_LENGTH is even smaller
        raise TransportError(status=413) from None
    body = body or request.get_data()
    whole = head.having(body=body) if body or not request.form else head.with_fields(request.form.items(multi=True))
    if len(whole.body) > LARGEST_BODY:
        raise TransportError(status=413)
    return whole


def to_refusal(response: Response, request: flask.Request) -> Answer:
    """Return the response to a request whose body is refused; it discards the rest of that body once it is sent."""
    request.max_content_length = request.content_length  # so that an unwanted body can still be dropped
    environ = request.environ
    unread = environ["wsgi.input"] if environ.get("wsgi.input_terminated") else request.stream
    answer = to_flask(response, is_complete=True)
    answer.call_on_close(partial(_drop_rest, unread))
    return answer


def _drop_rest(unread: IO[bytes]) -> None:
    with suppress(ClientDisconnected):
        drop_rest(unread.read)


def to_flask(response: Response, *, is_complete: bool = False) -> Answer:
    """Convert one of gatewright's responses to Flask's."""
    answer = Answer(response.body, response.status)
    answer.headers = Headers(list(response.headers))
    answer.is_complete = is_complete
    return answer


def _decoded(text: str) -> str:
    """Undo what WSGI does to the bytes of a path (PEP 3333)."""
    return text if text.isascii() else text.encode("latin-1").decode(errors="replace")
