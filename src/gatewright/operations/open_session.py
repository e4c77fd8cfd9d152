"""The last steps of every sign-in: name the new session and run the hooks."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from gatewright.model import Session, User
from gatewright.operations.parts import Parts


async def open_session(parts: Parts, user: User, session: Session, *, make_token: Callable[[], str]) -> Session:
    """Hand out a session that has just been committed. If that fails, end the session first, so that no orphan remains.

    Args:
        parts: The application's parts.
        user: The session's user.
        session: The session as stored.
        make_token: Creates the token by which the client identifies the session.

    Returns:
        The session with its token, which cannot be retrieved again.

    Raises:
        Exception: What a ``post_auth`` hook raised, if errors are propagated.
    """
    try:
        session = replace(session, token=make_token())
        await parts.hooks.post_auth.fire(user=user, session=session)
    except BaseException:
        await parts.store.end_session(session.id)
        raise
    return session
