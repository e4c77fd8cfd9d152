"""The last steps of every way to sign in: name the new session and tell the hooks."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from gatewright.model import Session, User
from gatewright.operations.parts import Parts


async def open_session(parts: Parts, user: User, session: Session, *, make_token: Callable[[], str]) -> Session:
    """Hand out a session that has just been committed. If that fails, the session is ended first: no orphan.

    Args:
        parts: The application's parts.
        user: Whose session it is.
        session: The session as it is stored.
        make_token: Makes what the client keeps to name the session by.

    Returns:
        The session with its token, which nobody can ask for again.

    Raises:
        Exception: What a ``post_auth`` hook raised, where errors are to be propagated.
    """
    try:
        session = replace(session, token=make_token())
        await parts.hooks.post_auth.fire(user=user, session=session)
    except BaseException:
        await parts.store.end_session(session.id)
        raise
    return session
