"""Health checks: is the server alive, and can it serve visitors?"""

from __future__ import annotations

from fastapi import APIRouter, Request

from gatewright.adapters.fastapi.problem_responses import UNAVAILABLE, problem_responses
from gatewright.errors import BusyError
from gatewright.server import openapi
from gatewright.server.schemas import HealthResponse
from gatewright.server.visitor import Auth
from gatewright.web.problems import problem_of

router = APIRouter(tags=["operation"])


def _stopping() -> BusyError:
    return BusyError("The server is shutting down.", retry_after=1)


@router.get("/healthz", summary="Check whether the server is alive", responses=problem_responses(*openapi.ALWAYS))
@router.api_route("/healthz", methods=["GET", "HEAD"], include_in_schema=False)
async def healthz() -> HealthResponse:
    """Respond without touching anything: a server that does not respond should be restarted."""
    return HealthResponse(status="ok")


@router.get(
    "/readyz",
    summary="Check whether the server can serve visitors",
    responses=problem_responses(problem_of(_stopping()), *UNAVAILABLE, *openapi.ALWAYS),
)
@router.api_route("/readyz", methods=["GET", "HEAD"], include_in_schema=False)
async def readyz(request: Request, auth: Auth) -> HealthResponse:
    """Check that the database is reachable, migrated and writable.

    Send no visitors to a server that is not ready or is about to stop.
    """
    if request.app.state.stop.is_requested:
        raise _stopping()
    await auth.parts.store.check()
    return HealthResponse(status="ok")
