"""Convert every error that the API raises on purpose to a problem (RFC 9457)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import Response
from starlette.exceptions import HTTPException

from gatewright.adapters.starlette import to_starlette
from gatewright.errors import GatewrightError, InvalidParameterError
from gatewright.web.problems import Problem, report, transport_problem


def invalid_fields(errors: Iterable[Mapping[str, Any]]) -> Problem:
    """Return the problem of an invalid body, from pydantic's errors. Names of unknown fields are not repeated."""
    fields: dict[str, str] = {}
    for error in errors:
        if error["type"] == "extra_forbidden":
            fields["body"] = "Only the documented fields are accepted."
        else:
            fields[str(error["loc"][-1])] = str(error["msg"])
    return Problem(422, InvalidParameterError.code, InvalidParameterError.public_message, list(fields.items()))


def answer_errors_of(app: FastAPI) -> None:
    """Convert every error that an application raises on purpose to a problem."""

    @app.exception_handler(GatewrightError)
    async def on_error(_: Request, error: GatewrightError) -> Response:
        return to_starlette(report(error).response)

    @app.exception_handler(HTTPException)
    async def on_refusal(_: Request, error: HTTPException) -> Response:
        return to_starlette(transport_problem(error.status_code, error.headers).response)

    @app.exception_handler(RequestValidationError)
    async def on_invalid_body(_: Request, error: RequestValidationError) -> Response:
        if any(problem["type"] == "json_invalid" for problem in error.errors()):
            return to_starlette(transport_problem(400).response)
        return to_starlette(invalid_fields(error.errors()).response)
