"""The home page of the stand-alone server: the user and their sessions, or how to sign in."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from gatewright.adapters.starlette import to_starlette, visit_of
from gatewright.errors import GatewrightError
from gatewright.web.problems import report
from gatewright.web.security_headers import protect


async def home(request: Request) -> Response:
    """Show the page."""
    visit = visit_of(request)
    try:
        user = await visit.user()
        sessions = [] if user is None else await visit.guard.sessions()
        current = await visit.guard.current_session()
        answer = await visit.site.pages.show(visit, "home.html", sessions=sessions, current=current)
    except GatewrightError as error:
        answer = await visit.site.pages.explain(visit, report(error))
    answer = answer.with_headers(*visit.cookies())
    return to_starlette(protect(answer, visit.client), method=request.method)
