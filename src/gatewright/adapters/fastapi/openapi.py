"""What FastAPI's description cannot say by itself: the problems that a client gets, and where no sign-in is needed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from fastapi import FastAPI

from gatewright.adapters.fastapi.problem_responses import UNAVAILABLE, UNKNOWN, problem_responses, problem_schemas
from gatewright.adapters.fastapi.schemes import COOKIE, NOBODY, describe_cookie
from gatewright.errors import Denied, UnverifiedUserError
from gatewright.web.problems import UNCONFIRMED, problem_of

_DENIED = problem_of(Denied())
_SHORT = {"verified": problem_of(UnverifiedUserError()), "fully_authenticated": UNCONFIRMED}


def describe(app: FastAPI, *, cookie: str) -> None:
    """Complete the description of an application, whenever FastAPI has made it.

    Args:
        app: The application.
        cookie: The name of the visit's cookie.
    """
    made = app.openapi

    def openapi() -> dict[str, Any]:
        description = made()
        _complete(description, cookie)
        return description

    app.openapi = openapi  # type: ignore[method-assign] # the way that FastAPI documents


def _complete(description: dict[str, Any], cookie: str) -> None:
    """Add what is missing. A description that is complete stays as it is."""
    components = description.setdefault("components", {})
    components["schemas"] = problem_schemas() | components.get("schemas", {})
    schemes = components.get("securitySchemes", {})
    schemes.pop(NOBODY.scheme_name, None)
    if COOKIE.scheme_name in schemes:
        schemes[COOKIE.scheme_name] |= describe_cookie(cookie)
    for operation in _operations_of(description):
        security = operation.get("security", [])
        if any(NOBODY.scheme_name in each for each in security):
            operation["security"] = [{} if NOBODY.scheme_name in each else each for each in security]
        elif {} not in security:
            _add_refusals(operation, [each[COOKIE.scheme_name] for each in security if COOKIE.scheme_name in each])


def _add_refusals(operation: dict[str, Any], asked: list[list[str]]) -> None:
    """Say what an operation answers to visitors whom it refuses.

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
