"""What is added to an application's response on its way out, or replaces it."""

from __future__ import annotations

from collections.abc import Awaitable

from starlette.types import Message, Send

from gatewright.adapters.starlette.lazy import Opening
from gatewright.adapters.starlette.translation import encoded, to_starlette
from gatewright.web import Request, Response, Visit
from gatewright.web.access import headers_beside
from gatewright.web.raw_headers import values_in_scope

_STARTS = ("http.response.start", "websocket.http.response.start", "websocket.accept")


def pass_on(opening: Opening, send: Send, message: Message, *, adds_headers: bool = True) -> Awaitable[None]:
    """Send one of the application's messages, with what its response needs for this visitor, or gatewright's instead.

    It is gatewright's for a visitor whom a dependency refused: the application mounted there decides what an exception
    becomes, but headers added to it, such as those of CORS, stay. Or it redirects from a URL that the application does
    not know.

    A plain function, since most messages are passed on unchanged: a coroutine, or an object per request, would cost
    more than all the rest.

    Args:
        opening: The visit, if it has been opened. If not, the response goes out unchanged.
        send: The ASGI ``send``.
        message: The application's message.
        adds_headers: Whether to add what the visitor needs.
    """
    if message["type"] in _STARTS:
        if opening.visit is not None or message.get("status") == 404:
            return _begin(opening, send, message, adds_headers=adds_headers)
        opening.is_answered = True
    elif opening.own_body is not None:
        return _send_own(send, message, opening.own_body)
    return send(message)


async def _begin(opening: Opening, send: Send, message: Message, *, adds_headers: bool) -> None:
    if message["type"] == "http.response.start":
        answer = _instead_of(message, opening)
        if answer is not None:
            start, opening.own_body = _messages_of(answer, opening.open().request)
            message = {**message, **start, "headers": [*_kept_from(message, start), *start["headers"]]}
    if adds_headers and opening.visit is not None:
        message = await _complete(message, opening.visit)
    opening.is_answered = True
    await send(message)


async def _send_own(send: Send, message: Message, body: Message) -> None:
    if not message.get("more_body", False):
        await send(body)


async def _complete(message: Message, visit: Visit) -> Message:
    own = message.get("headers", ())
    if message["type"] == "websocket.accept":
        return {**message, "headers": [*own, *encoded(visit.cookies())]}
    has_cache_control = any(name.lower() == b"cache-control" for name, _ in own)
    beside = await headers_beside(visit, vary=values_in_scope(own, "vary"), has_cache_control=has_cache_control)
    return {**message, "headers": [*own, *encoded(beside)]}


def _instead_of(start: Message, opening: Opening) -> Response | None:
    visit, status = opening.visit, start["status"]
    if visit is not None and visit.refused is not None and status == visit.refused.status:
        return visit.refused
    if status != 404:
        return None
    visit = opening.open()
    return visit.site.detour(visit.request)


def _messages_of(answer: Response, request: Request) -> tuple[Message, Message]:
    sent = to_starlette(answer, method=request.method)
    start = {"type": "http.response.start", "status": sent.status_code, "headers": sent.raw_headers}
    return start, {"type": "http.response.body", "body": sent.body}


def _kept_from(message: Message, start: Message) -> list[tuple[bytes, bytes]]:
    """Return those headers of a response that are not about its body and that gatewright's lacks or may repeat."""
    ours = {name for name, _ in start["headers"]} - {b"vary"}
    kept = [(name.lower(), value) for name, value in message.get("headers", ())]
    return [(name, value) for name, value in kept if name not in ours and not name.startswith(b"content-")]
