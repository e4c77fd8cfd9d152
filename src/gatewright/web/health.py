"""Health checks: is the process alive, and is it ready to serve visitors? They reveal nothing else."""

from __future__ import annotations

from gatewright.errors import StoreUnavailableError
from gatewright.ports import Store
from gatewright.web.problems import report, transport_problem
from gatewright.web.request import Request
from gatewright.web.response import Response, data


async def answer(request: Request, check: str, store: Store) -> Response:
    """Respond to a health check.

    Args:
        request: The request.
        check: ``healthz`` says that the process is alive, and touches nothing: if it fails, restart the process.
            ``readyz`` checks the store: while it fails, send the process no visitors.
        store: The store, which must be reachable and migrated.
    """
    if request.method not in ("GET", "HEAD"):
        return transport_problem(405, {"Allow": "GET, HEAD"}).response
    if check == "readyz":
        try:
            await store.check()
        except StoreUnavailableError as error:
            return report(error).response
    return data({"status": "ok"})
