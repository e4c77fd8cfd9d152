"""The API's description of its errors: every status with its codes, each with the very body that a client gets."""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from gatewright.errors import InvalidTokenError, StoreUnavailableError
from gatewright.server.problems import invalid_fields
from gatewright.server.schemas import ProblemBody
from gatewright.web.problems import PROBLEM_TYPE, Problem, problem_of, transport_problem

_TEMPLATE = "#/components/schemas/{model}"
_SCHEMA = {"$ref": _TEMPLATE.format(model=ProblemBody.__name__)}

ALWAYS = (transport_problem(500),)
BODY = (
    *(transport_problem(status) for status in (400, 408, 413, 415)),
    invalid_fields([{"type": "missing", "loc": ("body", "evrmore_address"), "msg": "Field required"}]),
)
TOKEN = (transport_problem(401), problem_of(InvalidTokenError()))
STORE = (problem_of(StoreUnavailableError()),)

Responses = dict[int | str, dict[str, Any]]


def problem_responses(*problems: Problem) -> Responses:
    """Describe the problems of one endpoint for its ``responses``, with an example for each code."""
    responses: Responses = {}
    for problem in sorted({problem.code: problem for problem in problems}.values(), key=lambda problem: problem.status):
        response = responses.setdefault(
            problem.status,
            {"description": problem.title, "content": {PROBLEM_TYPE: {"schema": _SCHEMA, "examples": {}}}},
        )
        response["content"][PROBLEM_TYPE]["examples"][problem.code] = {"summary": problem.detail, "value": problem.body}
        if problem.headers:
            response["headers"] = {
                name: {"schema": {"type": "string"}, "example": value} for name, value in problem.headers.items()
            }
    return responses


def describe(app: FastAPI) -> None:
    """Complete the description that FastAPI makes: it knows of schemas in JSON, not in problem+json."""

    def openapi() -> dict[str, Any]:
        if app.openapi_schema is None:
            schema = get_openapi(title=app.title, version=app.version, description=app.description, routes=app.routes)
            problem = ProblemBody.model_json_schema(ref_template=_TEMPLATE)
            schema["components"]["schemas"] |= problem.pop("$defs") | {ProblemBody.__name__: problem}
            app.openapi_schema = schema
        return app.openapi_schema

    app.openapi = openapi  # type: ignore[method-assign]  # the way that FastAPI documents
