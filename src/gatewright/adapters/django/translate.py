"""Convert Django's request to gatewright's `Request`, and gatewright's `Response` to Django's."""

from __future__ import annotations

from http.cookies import Morsel, SimpleCookie
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.cache import patch_vary_headers

from gatewright.errors import TransportError
from gatewright.web import Request, Response
from gatewright.web.once import once
from gatewright.web.raw_headers import headers_in_environ, headers_in_scope, values_in_environ, values_in_scope
from gatewright.web.raw_path import as_sent, raw_path, sent_under_wsgi
from gatewright.web.refused_body import drop_rest
from gatewright.web.request import LARGEST_BODY
from gatewright.web.response import Headers

_WITHOUT_LENGTH = (204, 304)


class Answer(HttpResponse):
    """One of gatewright's responses.

    Attributes:
        page_of: The request, if it was for one of gatewright's pages.
    """

    page_of: HttpRequest | None = None
    _has_been_logged = False

    def close(self) -> None:
        """Discard the rest of a refused body: the response has been sent."""
        if self.page_of is not None:
            drop_rest(self.page_of.read)
        super().close()


class DjangoRequest(Request):
    """The browser's request, without the body; each part is read from Django's request when needed.

    Args:
        request: Django's, under WSGI or ASGI.
        mount: The path under which the pages are mounted. A path outside it is the application's, and stays whole.
    """

    _request: HttpRequest
    _mount: str
    _scope: Any

    def __init__(self, request: HttpRequest, mount: str) -> None:
        scope = getattr(request, "scope", None)  # under ASGI
        vars(self).update(method=str(request.method), _request=request, _mount=mount, _scope=scope)

    @once
    def path(self) -> str:
        """The path relative to where the pages are mounted."""
        path = whole_path_of(self._request)
        return path.removeprefix(self._mount) if self.mount else path

    @once
    def mount(self) -> str:
        """The prefix that the path is relative to."""
        return self._mount if whole_path_of(self._request).startswith(f"{self._mount}/") else ""

    @once
    def query(self) -> str:
        """The query string."""
        query: str = self._request.META.get("QUERY_STRING", "")
        return as_sent(query.encode() if self._scope else query.encode("latin-1"))

    @once
    def headers(self) -> Headers:
        """All headers."""
        return headers_in_scope(self._scope["headers"]) if self._scope else headers_in_environ(self._request.META)

    @once
    def scheme(self) -> str:
        """The scheme of the connection, as Django sees it."""
        return str(self._request.scheme)

    @once
    def peer(self) -> str | None:
        """The address at the other end of the connection."""
        return self._request.META.get("REMOTE_ADDR") or None

    @once
    def raw_path(self) -> str:
        """The whole path, as the browser sent it."""
        sent = self._scope.get("raw_path") if self._scope else sent_under_wsgi(self._request.META)
        return raw_path(sent, root=script_of(self._request), path=self._request.path_info)

    def values_of(self, name: str) -> list[str]:
        """Return the values of a header; under WSGI the server has joined repeated ones."""
        if self._scope:
            return values_in_scope(self._scope["headers"], name)
        return values_in_environ(self._request.META, name)


def whole_path_of(request: HttpRequest) -> str:
    """Return the path, including the prefix under which the project itself is mounted."""
    return script_of(request) + request.path_info


def script_of(request: HttpRequest) -> str:
    """Return where the project itself is mounted, without a trailing slash."""
    return str(request.META.get("SCRIPT_NAME", "")).rstrip("/")


def with_body(head: Request, request: HttpRequest) -> Request:
    """Return the whole request, even if a middleware above gatewright's has read its form.

    Raises:
        TransportError: If the body is larger than anything that the pages accept.
    """
    body = request.read(LARGEST_BODY + 1)
    if body or not request.POST:
        whole = head.having(body=body)
    else:  # Django does not keep the body of a multipart form that it has read
        whole = head.with_fields((name, str(value)) for name, values in request.POST.lists() for value in values)
    if len(whole.body) > LARGEST_BODY:
        raise TransportError(status=413)
    return whole


def to_django(response: Response, *, method: str | None = "GET", page_of: HttpRequest | None = None) -> Answer:
    """Convert one of gatewright's responses to Django's.

    Args:
        response: The response.
        method: The request method: ``HEAD`` gets no body.
        page_of: The request, if it was for one of gatewright's pages. Django would log the path of such an error, and
            the path of an emailed link contains a secret.
    """
    answer = Answer(b"" if method == "HEAD" else response.body, status=response.status)
    del answer.headers["Content-Type"]  # Django's own default
    if response.status not in _WITHOUT_LENGTH:
        answer.headers["Content-Length"] = str(len(response.body))
    add_headers(answer, response.headers)
    answer.page_of, answer._has_been_logged = page_of, page_of is not None
    if page_of is not None:
        keep_from_cache(page_of)
    return answer


def keep_from_cache(request: HttpRequest) -> None:
    """Keep Django's own cache middleware from caching the response to a request: older releases ignore ``no-store``."""
    request._cache_update_cache = False  # type: ignore[attr-defined] # where FetchFromCacheMiddleware says that it may


def add_headers(response: HttpResponseBase, headers: Headers) -> None:
    """Add headers to a Django response, which stores cookies separately, and only one header of any other name."""
    for name, value in headers:
        if name == "Set-Cookie":
            response.cookies.update({cookie.key: cookie for cookie in _cookies_in(value)})
        elif name == "Vary" and "Vary" in response.headers:
            patch_vary_headers(response, [each.strip() for each in value.split(",")])
        else:
            response.headers[name] = value


class _Cookie(Morsel[str]):
    """A cookie that is sent exactly as written."""

    written = ""

    def OutputString(self, attrs: Any = None) -> str:  # noqa: N802 - the standard library's name
        """Return the value of the header."""
        return self.written

    def output(self, attrs: Any = None, header: str = "Set-Cookie:") -> str:
        """Return the header, or the value alone if ``header`` is empty, as Django requests it under WSGI."""
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
