"""What FastAPI's description of the server's endpoints cannot say by itself: the problems that a client gets."""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from gatewright.adapters.fastapi.problem_responses import problem_schemas
from gatewright.server.exception_handlers import invalid_fields
from gatewright.web.problems import transport_problem

ALWAYS = (transport_problem(500),)
BODY = (
    *(transport_problem(status) for status in (400, 408, 413, 415)),
    invalid_fields([{"type": "missing", "loc": ("body", "evrmore_address"), "msg": "Field required"}]),
)


def describe(app: FastAPI) -> None:
    """Complete the description that FastAPI makes."""

    def openapi() -> dict[str, Any]:
        if app.openapi_schema is None:
            schema = get_openapi(title=app.title, version=app.version, description=app.description, routes=app.routes)
            schema["components"]["schemas"] |= problem_schemas()
            app.openapi_schema = schema
        return app.openapi_schema

    app.openapi = openapi  # type: ignore[method-assign]  # the way that FastAPI documents
