"""Headers that tell a browser what no answer of ours ever needs, so that it may refuse it (OWASP ASVS 5.0, 3.4)."""

from __future__ import annotations

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

_PAGE_POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; form-action 'self'; "
    "frame-ancestors 'none'; base-uri 'none'; object-src 'none'"
)
_DATA_POLICY = "default-src 'none'; frame-ancestors 'none'"
_ONE_YEAR = "max-age=31536000"


class SecurityHeaders:
    """Adds them to every answer, errors included."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Run the application."""

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                _protect(MutableHeaders(scope=message), scope)
            await send(message)

        await self._app(scope, receive, send_with_headers)


def _protect(headers: MutableHeaders, scope: Scope) -> None:
    is_page = headers.get("content-type", "").startswith("text/html")
    headers["Content-Security-Policy"] = _PAGE_POLICY if is_page else _DATA_POLICY
    headers["X-Content-Type-Options"] = "nosniff"
    headers["Cross-Origin-Opener-Policy"] = "same-origin"
    # no-referrer would be stricter still, but makes browsers send "Origin: null" with our own forms.
    headers["Referrer-Policy"] = "same-origin"
    if scope["path"].startswith("/static/"):
        headers["Cache-Control"] = "no-cache"
    else:
        headers["Cache-Control"] = "no-store"
        headers.add_vary_header("Cookie")
    if scope["scheme"] == "https":
        headers["Strict-Transport-Security"] = _ONE_YEAR
