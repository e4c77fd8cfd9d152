"""Security schemes, as OpenAPI describes them."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from fastapi.openapi.models import APIKey, APIKeyIn, HTTPBearer

from gatewright.settings import Settings

_COOKIE, _BEARER = "cookie", "bearer"
_STAND_IN = "gatewright:"


def describe_cookie(name: str) -> dict[str, str]:
    """Return the OpenAPI description of the visit's cookie, which each application names."""
    described = f"The visit's cookie, set by a sign-in. Over https, its name is __Host-{name}."
    return {"in": APIKeyIn.cookie.value, "name": name, "description": described}


COOKIE = APIKey.model_validate(describe_cookie(Settings.model_fields["session_cookie"].default))
BEARER = HTTPBearer.model_validate({"bearerFormat": "JWT", "description": "A token, in the Authorization header."})


def stand_in_for(needed: Iterable[str], *, is_optional: bool) -> str:
    """Return the name of one scheme that stands for a cookie, a token, or nothing if that suffices.

    Args:
        needed: What is required beyond signing in.
        is_optional: Whether credentials are optional.
    """
    return _STAND_IN + json.dumps([*needed, is_optional])


def complete_schemes(schemes: dict[str, Any], *, cookie: str) -> bool:
    """Replace the stand-ins by the real schemes, and return whether there were any."""
    stand_ins = [name for name in schemes if name.startswith(_STAND_IN)]
    for name in stand_ins:
        del schemes[name]
    if stand_ins:
        described = {_COOKIE: COOKIE, _BEARER: BEARER}
        plain = {
            name: model.model_dump(mode="json", by_alias=True, exclude_none=True) for name, model in described.items()
        }
        schemes |= plain | {_COOKIE: plain[_COOKIE] | describe_cookie(cookie)}
    return bool(stand_ins)


def combined(security: Iterable[dict[str, list[str]]]) -> list[dict[str, list[str]]]:
    """Return an operation's requirements, with all of gatewright's merged into one, by cookie or by token.

    FastAPI lists those of the router, the endpoint and its dependencies. In an OpenAPI list one suffices, but all of
    these apply. An optional one refuses nobody, and counts only if there is no other.
    """
    others: list[dict[str, list[str]]] = []
    ours: list[list[str]] = []
    optional: list[list[str]] = []
    for requirement in security:
        stand_in = next((name for name in requirement if name.startswith(_STAND_IN)), None)
        if stand_in is None:
            others.append(requirement)
            continue
        *needed, is_optional = json.loads(stand_in.removeprefix(_STAND_IN))
        (optional if is_optional else ours).append([*requirement[stand_in], *needed])
    if not ours and not optional:
        return others
    asked = list(dict.fromkeys(each for needed in ours or optional for each in needed))
    return [{_COOKIE: asked}, {_BEARER: asked}, *([] if ours else [{}]), *others]


def asked_beyond(security: Iterable[dict[str, list[str]]]) -> list[str] | None:
    """Return what an operation requires beyond signing in, or None if it does not require a sign-in."""
    return next((each[_COOKIE] for each in security if _COOKIE in each), None)
