"""The ways to say who one is, as OpenAPI describes them."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from fastapi.openapi.models import APIKey, APIKeyIn, HTTPBearer

from gatewright.settings import Settings

_COOKIE, _BEARER = "cookie", "bearer"
_STAND_IN = "gatewright:"


def describe_cookie(name: str) -> dict[str, str]:
    """Return what OpenAPI says of the visit's cookie, which each application names."""
    described = f"The visit's cookie, set by a sign-in. On https its name is __Host-{name}."
    return {"in": APIKeyIn.cookie.value, "name": name, "description": described}


COOKIE = APIKey.model_validate(describe_cookie(Settings.model_fields["session_cookie"].default))
BEARER = HTTPBearer.model_validate({"bearerFormat": "JWT", "description": "A token, in the header Authorization."})


def stand_in_for(needed: Iterable[str], *, is_optional: bool) -> str:
    """Return the name of one scheme that stands for a cookie, a token, or nothing where that is enough.

    Args:
        needed: What is needed beyond signing in.
        is_optional: Whether one may also say nothing.
    """
    return _STAND_IN + json.dumps([*needed, is_optional])


def complete_schemes(schemes: dict[str, Any], *, cookie: str) -> bool:
    """Put the real schemes in the place of what stands in for them, and say whether there was any such."""
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
    """Return what an operation asks for, with one requirement for all of ours, each by a cookie or by a token.

    FastAPI lists them, of the router, of the endpoint and of what it depends on. In a list one is enough, but all of
    them are asked. One that is optional refuses nobody, and counts where there is no other.
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
    """Return what an operation asks beyond signing in, or None where it asks nobody to."""
    return next((each[_COOKIE] for each in security if _COOKIE in each), None)
