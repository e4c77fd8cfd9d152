"""What whoever watches over a process asks it: is it alive, and can it answer visitors? Nothing more is revealed."""

from __future__ import annotations

from gatewright.errors import StoreUnavailableError
from gatewright.ports import Store
from gatewright.web.problems import report, transport_problem
from gatewright.web.request import Request
from gatewright.web.response import Response, data


async def answer(request: Request, check: str, store: Store) -> Response:
    """Answer a check.

    Args:
        request: The request.
        check: ``healthz`` says that the process is alive, and touches nothing: one that fails is started anew.
            ``readyz`` asks the store: a process that is not ready is sent no visitors for a while.
        store: What has to be reachable and migrated.
    """
    if request.method not in ("GET", "HEAD"):
        return transport_problem(405, {"Allow": "GET, HEAD"}).response
    if check == "readyz":
        try:
            await store.check()
        except StoreUnavailableError as error:
            return report(error).response
    return data({"status": "ok"})
