"""What FastAPI's description cannot say by itself: the problems that a client gets, and who needs not sign in."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from fastapi import FastAPI

from gatewright.adapters.fastapi.bodies import ProblemBody
from gatewright.adapters.fastapi.schemes import COOKIE, NOBODY
from gatewright.errors import Denied, InvalidTokenError, StoreUnavailableError, UnverifiedUserError
from gatewright.web.access import UNCONFIRMED
from gatewright.web.problems import PROBLEM_TYPE, Problem, problem_of, transport_problem

Responses = dict[int | str, dict[str, Any]]

UNKNOWN = (transport_problem(401), problem_of(InvalidTokenError()))
"""What a client is told who does not say who they are."""

UNAVAILABLE = (problem_of(StoreUnavailableError()),)
"""What a client is told while the database cannot be reached."""

_DENIED = problem_of(Denied())
_SHORT = {"verified": problem_of(UnverifiedUserError()), "fully_authenticated": UNCONFIRMED}
_TEMPLATE = "#/components/schemas/{model}"
_SCHEMA = {"$ref": _TEMPLATE.format(model=ProblemBody.__name__)}


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
    """Complete the description of an application, whenever FastAPI has made it."""
    made = app.openapi

    def openapi() -> dict[str, Any]:
        description = made()
        _complete(description)
        return description

    app.openapi = openapi  # type: ignore[method-assign] # the way that FastAPI documents


def _complete(description: dict[str, Any]) -> None:
    """Add what is missing. A description that is complete stays as it is."""
    components = description.setdefault("components", {})
    problem = ProblemBody.model_json_schema(ref_template=_TEMPLATE)
    components["schemas"] = {**problem.pop("$defs"), ProblemBody.__name__: problem, **components.get("schemas", {})}
    components.get("securitySchemes", {}).pop(NOBODY.scheme_name, None)
    for operation in _operations_of(description):
        security = operation.get("security", [])
        if any(NOBODY.scheme_name in each for each in security):
            operation["security"] = [{} if NOBODY.scheme_name in each else each for each in security]
        elif {} not in security:
            _add_refusals(operation, [each[COOKIE.scheme_name] for each in security if COOKIE.scheme_name in each])


def _add_refusals(operation: dict[str, Any], asked: list[list[str]]) -> None:
    """Say what an operation answers to whom it refuses.

    Args:
        operation: The operation.
        asked: What is asked beyond signing in, by each of our requirements; without one the operation is not ours.
    """
    if not asked:
        return
    short = tuple(_SHORT.get(each, _DENIED) for each in asked[0])
    for status, response in problem_responses(*UNKNOWN, *short, *UNAVAILABLE).items():
        operation["responses"].setdefault(str(status), response)


def _operations_of(description: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for path in description.get("paths", {}).values():
        yield from (each for each in path.values() if isinstance(each, dict) and "responses" in each)
