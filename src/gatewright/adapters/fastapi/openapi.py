"""What FastAPI's description cannot express: the problems that a client gets, and where no sign-in is needed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from fastapi import FastAPI

from gatewright.adapters.fastapi.problem_responses import UNKNOWN, UNRECOGNISED, problem_responses, problem_schemas
from gatewright.adapters.fastapi.schemes import asked_beyond, combined, complete_schemes
from gatewright.errors import Denied, StepUpRequiredError, UnverifiedUserError
from gatewright.web.problems import UNCONFIRMED, Problem, for_program, problem_of

_DENIED = problem_of(Denied())
_LEVELS = {f"aal{level}": level for level in (1, 2, 3)}
_SHORT = {"verified": problem_of(UnverifiedUserError()), "fully_authenticated": UNCONFIRMED}


def describe(app: FastAPI, *, cookie: str) -> None:
    """Complete the description of an application, whenever FastAPI has generated it.

    Args:
        app: The application.
        cookie: The name of the visit's cookie.
    """
    made = app.openapi

    def openapi() -> dict[str, Any]:
        description = made()
        complete(description, cookie=cookie)
        return description

    app.openapi = openapi  # type: ignore[method-assign] # the way that FastAPI documents


def complete(description: dict[str, Any], *, cookie: str) -> None:
    """Add what is missing. A complete description stays as it is.

    Args:
        description: What FastAPI has generated.
        cookie: The name of the visit's cookie.
    """
    components = description.setdefault("components", {})
    components["schemas"] = problem_schemas() | components.get("schemas", {})
    if not complete_schemes(components.get("securitySchemes", {}), cookie=cookie):
        return
    for operation in _operations_of(description):
        security = combined(operation.get("security", []))
        if security:
            operation["security"] = security
        asked = asked_beyond(security)
        if asked is not None:
            _add_refusals(operation, asked, is_optional={} in security)


def _add_refusals(operation: dict[str, Any], asked: list[str], *, is_optional: bool) -> None:
    """Describe an operation's responses to visitors whom it refuses, and to those who cannot be recognised.

    Args:
        operation: The operation.
        asked: What is required beyond signing in.
        is_optional: Whether nobody is refused.
    """
    refused = () if is_optional else (*UNKNOWN, *_lacking(asked))
    for status, response in problem_responses(*refused, *UNRECOGNISED).items():
        operation["responses"].setdefault(str(status), response)


def _lacking(needed: list[str]) -> Iterator[Problem]:
    """Yield the problems for signed-in visitors who lack what is required beyond that."""
    proofs = [each for each in needed if each == "fresh" or each in _LEVELS]
    if proofs:
        levels = [_LEVELS[each] for each in proofs if each in _LEVELS]
        asked = problem_of(StepUpRequiredError(minutes=5 if "fresh" in proofs else None, aal=max(levels, default=0)))
        yield from (asked, for_program(asked))
    yield from (_SHORT.get(each, _DENIED) for each in needed if each not in proofs)


def _operations_of(description: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for path in description.get("paths", {}).values():
        yield from (each for each in path.values() if isinstance(each, dict) and "responses" in each)
