"""Additions to FastAPI's description of the server's endpoints: the problems that clients get, and the JSON API."""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from gatewright.adapters.fastapi import FastAPIAuth
from gatewright.adapters.fastapi.openapi import complete
from gatewright.auth import AsyncAuth
from gatewright.server.exception_handlers import invalid_fields
from gatewright.web.problems import transport_problem

ALWAYS = (transport_problem(500),)
BODY = (
    *(transport_problem(status) for status in (400, 408, 413, 415)),
    invalid_fields([{"type": "missing", "loc": ("body", "evrmore_address"), "msg": "Field required"}]),
)


def describe(app: FastAPI, auth: AsyncAuth) -> None:
    """Complete the description that FastAPI generates. It is generated on first use.

    Args:
        app: The server's application.
        auth: The auth that it serves, whose settings and methods determine what the pages' JSON API accepts.
    """

    def openapi() -> dict[str, Any]:
        if app.openapi_schema is None:
            routes = [*app.routes, *FastAPIAuth(auth=auth).router().routes]
            schema = get_openapi(title=app.title, version=app.version, description=app.description, routes=routes)
            complete(schema, cookie=auth.settings.session_cookie)
            app.openapi_schema = schema
        return app.openapi_schema

    app.openapi = openapi  # type: ignore[method-assign]  # the way that FastAPI documents
