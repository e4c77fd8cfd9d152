"""End the session that a token refers to, at once and everywhere."""

from __future__ import annotations

from gatewright.errors import InvalidTokenError
from gatewright.operations.audit import entry
from gatewright.operations.parts import Parts


async def invalidate_token(parts: Parts, token: object) -> bool:
    """End a token's session.

    Args:
        parts: The application's parts.
        token: What the client sent, of any type.

    Returns:
        Whether this call ended a session: False for anything that is not one of our tokens or no longer valid.

    Raises:
        Denied: If a ``pre_token_invalidate`` hook refuses.
    """
    token = (await parts.hooks.pre_token_invalidate.fire(token=token))["token"]
    try:
        claims = parts.tokens.read(token, now=parts.clock.now())
    except InvalidTokenError:
        return False

    async def end() -> bool:
        session = await parts.store.end_session(claims["jti"], audit=entry(parts, "signed_out"))
        if session is None:
            return False
        await parts.hooks.post_token_invalidate.fire(token=token, session=session)
        return True

    return await parts.shield(end())
