"""List sessions and end them by their identifiers, without their tokens or secrets."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from gatewright.identifiers import id_text
from gatewright.model import Account, Session, User, is_ahead
from gatewright.operations.arguments import is_possible_id
from gatewright.operations.audit import entry
from gatewright.operations.parts import Parts
from gatewright.ports import Owner


def is_account(user: User) -> bool:
    """Return whether a user is one of our own accounts, whichever provider loaded them."""
    return isinstance(user.entity, Account)


def is_possible_provider(name: object) -> bool:
    """Return whether ``name`` can be a provider's name, or is None for our own accounts."""
    return name is None or is_possible_id(name)


async def list_sessions(parts: Parts, owner: Owner | None = None) -> list[Session]:
    """Return the active sessions, newest first: one user's, or everybody's if ``owner`` is None."""
    if owner is not None:
        owner = _as_kept(owner)
        if owner is None:
            return []
    now = parts.clock.now()
    idle = timedelta(minutes=parts.settings.session_idle_minutes)
    found = await parts.store.list_sessions(now=now, idle_since=now - idle, owner=owner)
    return [each for each in found if not is_ahead(each.last_seen_at, now=now, by=idle)]


async def end_session(parts: Parts, session_id: object, *, actor: str | None = None) -> bool:
    """End one session, whichever user's it is, and return whether this call ended it.

    All remembered browsers of its user are forgotten: it is unknown which of them has the session, and it must not sign
    in again.
    """
    if not is_possible_id(session_id):
        return False
    revoked = entry(parts, "session_revoked", actor=actor)
    return await parts.store.end_session(session_id, forget_browsers=True, audit=revoked) is not None


async def end_session_of(parts: Parts, owner: Owner, session_id: object) -> bool:
    """End a session if it is this user's, and return whether this call ended it."""
    is_theirs = any(session.id == session_id for session in await list_sessions(parts, owner))
    return is_theirs and await end_session(parts, session_id)


async def end_sessions_of(parts: Parts, owner: Owner, *, keep: str | None = None, actor: str | None = None) -> int:
    """End all sessions of a user except the one with the identifier ``keep``, and return how many."""
    kept = _as_kept(owner)
    if kept is None:
        return 0
    revoked = entry(parts, "sessions_revoked", user_id=kept.user_id, provider=kept.provider, actor=actor)
    return await parts.store.end_sessions_of(kept, keep=keep, audit=revoked)


def _as_kept(owner: Owner) -> Owner | None:
    """Return an owner with the identifier in the form that sessions store, or None if no such owner can exist.

    An application may pass the value that its own records have: a number, a UUID, bytes.
    """
    try:
        user_id = id_text(owner.user_id)
    except ValueError:  # Python does not convert numbers with thousands of digits to text
        return None
    if not is_possible_id(user_id) or not is_possible_provider(owner.provider):
        return None
    return replace(owner, user_id=user_id)
