"""Find the user that a token belongs to, from its signature, its claims and its session."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Protocol, TypeVar

from gatewright.errors import Denied, InvalidTokenError
from gatewright.model import User
from gatewright.operations.parts import Parts
from gatewright.operations.users import visitor_of

T = TypeVar("T", covariant=True)


class _Question(Protocol[T]):
    """A query about a token's session; a falsy result means that the session is not active."""

    async def __call__(self, session_id: str, *, user_id: str, now: datetime) -> T: ...


async def validate_token(parts: Parts, token: object) -> dict[str, Any] | None:
    """Return the claims of a token whose session and user are active, else None.

    Args:
        parts: The application's parts.
        token: What the client sent, of any type.

    Returns:
        The claims, or None if the token is not valid or a ``pre_token_validate`` hook refuses.

    Raises:
        StoreUnavailableError: If the session cannot be looked up. Nobody is let in.
    """
    claims, _ = await _validate(parts, token, parts.store.is_session_alive)
    return claims


async def user_of_token(parts: Parts, token: object) -> User | None:
    """Return the user that a valid token belongs to, else None. The token hooks fire."""
    _, found = await _validate(parts, token, parts.store.find_account_of_session)
    return None if found is None else visitor_of(parts, found)


async def _validate(parts: Parts, token: object, ask: _Question[T]) -> tuple[dict[str, Any] | None, T | None]:
    """Return a valid token's claims, and the result of a single query about its session."""
    try:
        token = (await parts.hooks.pre_token_validate.fire(token=token))["token"]
        claims, answer = await _read(parts, token, ask)
    except Denied:
        claims, answer = None, None
    await parts.hooks.post_token_validate.fire(
        token=token, token_data=None if claims is None else dict(claims), is_valid=claims is not None
    )
    return claims, answer


async def _read(parts: Parts, token: object, ask: _Question[T]) -> tuple[dict[str, Any] | None, T | None]:
    now = parts.clock.now()
    try:
        claims = parts.tokens.read(token, now=now)
    except InvalidTokenError:
        return None, None
    answer = await ask(claims["jti"], user_id=claims["sub"], now=now)
    return (claims, answer) if answer else (None, None)
