"""The description of gatewright's errors: every status with its codes, each with the exact body that a client gets."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, Field

from gatewright.errors import InvalidTokenError, ProviderUnavailableError, StoreUnavailableError
from gatewright.web.problems import PROBLEM_TYPE, Problem, problem_of, transport_problem

Responses = dict[int | str, dict[str, Any]]

UNKNOWN = (transport_problem(401), problem_of(InvalidTokenError()))
"""What a client without credentials is told."""

UNAVAILABLE = (problem_of(StoreUnavailableError()),)
"""What a client is told while the database is unreachable."""

UNRECOGNISED = (*UNAVAILABLE, problem_of(ProviderUnavailableError()))
"""What a client is told while it cannot be recognised: without the database, or the source of the users."""


class FieldProblem(BaseModel):
    """What is wrong with one field of the body."""

    field: str
    message: str


class ProblemBody(BaseModel):
    """An error in the format of RFC 9457, with a stable ``code`` for programs."""

    type: Literal["about:blank"]
    title: str = Field(description="The status in words.")
    status: int = Field(description="The HTTP status.")
    detail: str = Field(description="What to tell a person.")
    code: str = Field(description="For programs to decide by; it never changes.")
    errors: list[FieldProblem] | None = Field(None, description="With 422 only: which fields are wrong.")
    methods: list[str] | None = Field(
        None, description="With `second_factor_required` only: the methods with which the sign-in can continue."
    )
    max_age: int | None = Field(
        None, description="With `step_up_required` only: how many seconds old the last proof may be."
    )
    aal: int | None = Field(
        None, description="With `step_up_required` only: the assurance level that the session needs."
    )


_TEMPLATE = "#/components/schemas/{model}"
_SCHEMA = {"$ref": _TEMPLATE.format(model=ProblemBody.__name__)}


def problem_schemas() -> dict[str, Any]:
    """Return the schemas that `problem_responses` refers to: FastAPI knows schemas for JSON, not for problem+json."""
    problem = ProblemBody.model_json_schema(ref_template=_TEMPLATE)
    return {**problem.pop("$defs"), ProblemBody.__name__: problem}


def problem_responses(*problems: Problem) -> Responses:
    """Describe the problems of one endpoint for its ``responses``, with an example for each code."""
    responses: Responses = {}
    different = {(problem.status, problem.code): problem for problem in problems}
    for problem in sorted(different.values(), key=lambda problem: problem.status):
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
