"""Convert a WSGI request to our `Request`, and our `Response` to Flask's."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from functools import partial
from typing import IO, TYPE_CHECKING

import flask
from werkzeug.datastructures import Headers
from werkzeug.exceptions import ClientDisconnected, RequestEntityTooLarge

from gatewright.errors import TransportError
from gatewright.web.raw_path import as_sent, raw_path, sent_under_wsgi
from gatewright.web.refused_body import drop_rest
from gatewright.web.request import LARGEST_BODY, Request
from gatewright.web.response import Response

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment


class Answer(flask.Response):
    """One of our answers, sent as it is.

    Attributes:
        is_complete: Whether it has its cookies and everything else already.
    """

    is_complete = False

    def get_wsgi_headers(self, environ: WSGIEnvironment) -> Headers:
        """Return the headers; Werkzeug would write the target of a redirect in its own way."""
        headers = super().get_wsgi_headers(environ)
        if "Location" in self.headers:
            headers["Location"] = self.headers["Location"]
        return headers


def path_of(request: flask.Request) -> str:
    """Return the path in the application. Werkzeug's own drops slashes at its beginning."""
    return _decoded(request.environ.get("PATH_INFO", "")) or "/"


def root_of(request: flask.Request) -> str:
    """Return where the application itself is mounted, without a slash at the end."""
    return _decoded(request.environ.get("SCRIPT_NAME", "")).rstrip("/")


def read_head(request: flask.Request, prefix: str) -> Request:
    """Return what the browser asks, without the body.

    Args:
        request: Flask's.
        prefix: What the pages lie below. A path that does not is the application's, and stays whole.
    """
    environ = request.environ
    path, mount = path_of(request), root_of(request)
    if path.startswith(f"{prefix}/"):
        path, mount = path.removeprefix(prefix), mount + prefix
    return Request(
        method=environ["REQUEST_METHOD"],
        path=path,
        query=as_sent(environ.get("QUERY_STRING", "").encode("latin-1")),
        headers=tuple((name.lower(), value) for name, value in request.headers),
        scheme=environ["wsgi.url_scheme"],
        peer=environ.get("REMOTE_ADDR"),
        mount=mount,
        raw_path=raw_path(sent_under_wsgi(environ), root=root_of(request), path=path_of(request)),
    )


def with_body(head: Request, request: flask.Request) -> Request:
    """Return the whole request, even if something that runs before a view has read its body or its form.

    Raises:
        TransportError: If the body is larger than anything that the pages take.
    """
    if (request.content_length or 0) > LARGEST_BODY:
        raise TransportError(status=413)
    body = b""
    try:
        while chunk := request.stream.read(LARGEST_BODY + 1 - len(body)):
            body += chunk
    except RequestEntityTooLarge:  # the application's own MAX_CONTENT_LENGTH is smaller still
        raise TransportError(status=413) from None
    body = body or request.get_data()
    whole = replace(head, body=body) if body or not request.form else head.with_fields(request.form.items(multi=True))
    if len(whole.body) > LARGEST_BODY:
        raise TransportError(status=413)
    return whole


def to_refusal(response: Response, request: flask.Request) -> Answer:
    """Return the answer to a request whose body is refused, which drops what is left of that body once it is sent."""
    request.max_content_length = request.content_length  # what the application does not want can still be dropped
    environ = request.environ
    unread = environ["wsgi.input"] if environ.get("wsgi.input_terminated") else request.stream
    answer = to_flask(response, is_complete=True)
    answer.call_on_close(partial(_drop_rest, unread))
    return answer


def _drop_rest(unread: IO[bytes]) -> None:
    with suppress(ClientDisconnected):
        drop_rest(unread.read)


def to_flask(response: Response, *, is_complete: bool = False) -> Answer:
    """Return one of our answers as Flask sends it."""
    answer = Answer(response.body, response.status)
    answer.headers = Headers(list(response.headers))
    answer.is_complete = is_complete
    return answer


def _decoded(text: str) -> str:
    """Undo what WSGI does to the bytes of a path (PEP 3333)."""
    return text.encode("latin-1").decode(errors="replace")
