"""Recognise who a token belongs to, by its signature, its claims and the session it names."""

from __future__ import annotations

from typing import Any

from gatewright.errors import Denied, InvalidTokenError
from gatewright.model import User
from gatewright.operations.parts import Parts
from gatewright.operations.users import find_user


async def validate_token(parts: Parts, token: object) -> dict[str, Any] | None:
    """Return the claims of a token whose session is alive and whose user is active, else None.

    Args:
        parts: The application's parts.
        token: What the client sent, of whatever type.

    Returns:
        The claims, or None for whatever is not valid and where a ``pre_token_validate`` hook refuses.

    Raises:
        StoreUnavailableError: If the session cannot be looked up. Nobody is let in.
    """
    try:
        token = (await parts.hooks.pre_token_validate.fire(token=token))["token"]
        claims = await _read(parts, token)
    except Denied:
        claims = None
    await parts.hooks.post_token_validate.fire(
        token=token, token_data=None if claims is None else dict(claims), is_valid=claims is not None
    )
    return claims


async def user_of_token(parts: Parts, token: object) -> User | None:
    """Return the user that a valid token belongs to, else None. The token hooks fire."""
    claims = await validate_token(parts, token)
    return None if claims is None else await find_user(parts, claims["sub"])


async def _read(parts: Parts, token: object) -> dict[str, Any] | None:
    now = parts.clock.now()
    try:
        claims = parts.tokens.read(token, now=now)
    except InvalidTokenError:
        return None
    is_alive = await parts.store.is_session_alive(claims["jti"], user_id=claims["sub"], now=now)
    return claims if is_alive else None
