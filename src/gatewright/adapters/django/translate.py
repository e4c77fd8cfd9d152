"""Convert Django's request to our `Request`, and our `Response` to Django's."""

from __future__ import annotations

from dataclasses import replace
from http.cookies import Morsel, SimpleCookie
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.cache import patch_vary_headers

from gatewright.errors import TransportError
from gatewright.web import Request, Response
from gatewright.web.raw_path import as_sent, raw_path, sent_under_wsgi
from gatewright.web.refused_body import drop_rest
from gatewright.web.request import LARGEST_BODY
from gatewright.web.response import Headers

_WITHOUT_LENGTH = (204, 304)


class Answer(HttpResponse):
    """One of our answers.

    Attributes:
        page_of: The request, where it was for one of our pages.
    """

    page_of: HttpRequest | None = None
    _has_been_logged = False

    def close(self) -> None:
        """Drop what is left of a body that was refused: the answer has been sent."""
        if self.page_of is not None:
            drop_rest(self.page_of.read)
        super().close()


def read_head(request: HttpRequest, mount: str) -> Request:
    """Return what the browser asks, without the body.

    Args:
        request: Django's.
        mount: What the pages lie below. A path that does not is the application's, and stays whole.
    """
    path = script_of(request) + request.path_info
    is_below = path.startswith(f"{mount}/")
    query, sent = _sent_in(request)
    return Request(
        method=str(request.method),
        path=path.removeprefix(mount) if is_below else path,
        query=as_sent(query),
        headers=_headers_of(request),
        scheme=str(request.scheme),
        peer=request.META.get("REMOTE_ADDR") or None,
        mount=mount if is_below else "",
        raw_path=raw_path(sent, root=script_of(request), path=request.path_info),
    )


def script_of(request: HttpRequest) -> str:
    """Return where the project itself is mounted, without a slash at the end."""
    return str(request.META.get("SCRIPT_NAME", "")).rstrip("/")


def with_body(head: Request, request: HttpRequest) -> Request:
    """Return the whole request, even if a middleware above ours has read its form.

    Raises:
        TransportError: If the body is larger than anything that the pages take.
    """
    body = request.read(LARGEST_BODY + 1)
    if body or not request.POST:
        whole = replace(head, body=body)
    else:  # Django keeps no body of a multipart form that it has read
        whole = head.with_fields((name, str(value)) for name, values in request.POST.lists() for value in values)
    if len(whole.body) > LARGEST_BODY:
        raise TransportError(status=413)
    return whole


def to_django(response: Response, *, method: str | None = "GET", page_of: HttpRequest | None = None) -> Answer:
    """Return one of our answers as Django sends it.

    Args:
        response: The answer.
        method: How it was asked for: ``HEAD`` gets no body.
        page_of: The request, where it was for one of our pages. Django would log the path of such an error, and the
            path of a mail's link holds a secret.
    """
    answer = Answer(b"" if method == "HEAD" else response.body, status=response.status)
    del answer.headers["Content-Type"]  # Django's own default
    if response.status not in _WITHOUT_LENGTH:
        answer.headers["Content-Length"] = str(len(response.body))
    add_headers(answer, response.headers)
    answer.page_of, answer._has_been_logged = page_of, page_of is not None
    return answer


def add_headers(response: HttpResponseBase, headers: Headers) -> None:
    """Add headers to an answer of Django's, which keeps cookies apart, and only one header of any other name."""
    for name, value in headers:
        if name == "Set-Cookie":
            response.cookies.update({cookie.key: cookie for cookie in _cookies_in(value)})
        elif name == "Vary":
            patch_vary_headers(response, [each.strip() for each in value.split(",")])
        else:
            response.headers[name] = value


def headers_in(response: HttpResponseBase) -> Headers:
    """Return the headers of an answer of Django's, without its cookies."""
    return tuple((str(name), str(value)) for name, value in response.items())


class _Cookie(Morsel[str]):
    """A cookie that is sent as it was written."""

    written = ""

    def OutputString(self, attrs: Any = None) -> str:  # noqa: N802 - the standard library's name
        """Return the value of the header."""
        return self.written

    def output(self, attrs: Any = None, header: str = "Set-Cookie:") -> str:
        """Return the header, or the value alone where ``header`` is empty, as Django asks for it under WSGI."""
        return f"{header} {self.written}".lstrip()


def _cookies_in(header: str) -> list[_Cookie]:
    cookies = []
    for name, parsed in SimpleCookie(header).items():
        cookie = _Cookie()
        cookie.set(name, parsed.value, parsed.coded_value)
        cookie.update(parsed)
        cookie.written = header
        cookies.append(cookie)
    return cookies


def _sent_in(request: HttpRequest) -> tuple[bytes, bytes | None]:
    """Return the query, and what stood in the request line, where the server tells."""
    query, scope = request.META.get("QUERY_STRING", ""), getattr(request, "scope", None)
    if scope is not None:
        return query.encode(), scope.get("raw_path")
    return query.encode("latin-1"), sent_under_wsgi(request.META)


def _headers_of(request: HttpRequest) -> Headers:
    """Return the headers; under WSGI the server has joined those that came twice."""
    scope = getattr(request, "scope", None)
    if scope is not None:
        return tuple((name.decode("latin-1").lower(), value.decode("latin-1")) for name, value in scope["headers"])
    return tuple((name.lower(), str(value)) for name, value in request.headers.items())
