"""The last steps of every way to sign in: name the new session by a token and tell the hooks."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from gatewright.model import Account, Session, User
from gatewright.operations.parts import Parts


async def open_session(
    parts: Parts, account: Account, session: Session, *, issued_at: datetime, expires_at: datetime
) -> Session:
    """Hand out a session that has just been committed. If that fails, the session is ended first: no orphan.

    Args:
        parts: The application's parts.
        account: Whose session it is.
        session: The session as it is stored.
        issued_at: When it was made, aware UTC.
        expires_at: When it ends, aware UTC.

    Returns:
        The session with its token, which nobody can ask for again.

    Raises:
        Exception: What a ``post_auth`` hook raised, where errors are to be propagated.
    """
    try:
        token = parts.tokens.issue(
            subject=account.id,
            session_id=session.id,
            issued_at=issued_at,
            expires_at=expires_at,
            extra={"evrmore_address": session.evrmore_address} if session.evrmore_address else {},
        )
        session = replace(session, token=token)
        await parts.hooks.post_auth.fire(user=User(account), session=session)
    except BaseException:
        await parts.store.end_session(session.id)
        raise
    return session
