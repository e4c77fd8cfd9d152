"""What whoever watches over the server asks it: is it alive, and can it answer visitors?"""

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
    return BusyError("The server is about to stop.", retry_after=1)


@router.get("/healthz", summary="See whether the server is alive", responses=problem_responses(*openapi.ALWAYS))
@router.api_route("/healthz", methods=["GET", "HEAD"], include_in_schema=False)
async def healthz() -> HealthResponse:
    """Answer, and touch nothing: a server that does not answer is to be started anew."""
    return HealthResponse(status="ok")


@router.get(
    "/readyz",
    summary="See whether the server can answer visitors",
    responses=problem_responses(problem_of(_stopping()), *UNAVAILABLE, *openapi.ALWAYS),
)
@router.api_route("/readyz", methods=["GET", "HEAD"], include_in_schema=False)
async def readyz(request: Request, auth: Auth) -> HealthResponse:
    """Answer after a look at the database: it can be reached, has been migrated, and can be written.

    A server that is not ready, or that is about to stop, is to be sent no visitors for a while.
    """
    if request.app.state.stop.is_requested:
        raise _stopping()
    await auth.parts.store.check()
    return HealthResponse(status="ok")
