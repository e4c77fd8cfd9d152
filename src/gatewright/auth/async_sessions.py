"""Tokens, sessions and the audit record, for asynchronous code."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from gatewright.auth.facade import Facade
from gatewright.model import AuditEntry, Session, User
from gatewright.operations.audit import list_audit
from gatewright.operations.invalidate_token import invalidate_token
from gatewright.operations.purge import (
    delete_expired_attempts,
    delete_expired_audit,
    delete_expired_pending_steps,
    delete_expired_remembered,
    delete_expired_sessions,
)
from gatewright.operations.sessions import end_session, end_sessions_of, list_sessions
from gatewright.operations.users import find_user
from gatewright.operations.validate_token import user_of_token, validate_token
from gatewright.ports import Owner


class AsyncSessions(Facade):
    """Recognises a user on the next request, and reads the audit record."""

    async def validate_token(self, token: str) -> dict[str, Any] | None:
        """Return a token's claims if its signature, times, issuer, audience, type, session and user are valid.

        Args:
            token: What the client sent.

        Returns:
            The claims, including ``sub`` (the user's id) and ``jti`` (the session's), or None.

        Raises:
            StoreUnavailableError: If the session cannot be looked up. Nobody is let in.
        """
        return await validate_token(self._parts, token)

    async def invalidate_token(self, token: str) -> bool:
        """Sign out: end the session that a token identifies.

        Args:
            token: What the client sent.

        Returns:
            Whether this call ended a session.

        Raises:
            Denied: If a ``pre_token_invalidate`` hook refuses.
            StoreUnavailableError: If the session cannot be ended.
        """
        return await invalidate_token(self._parts, token)

    async def invalidate_all_tokens(
        self, user_id: str, *, provider: str | None = None, actor: str | None = None
    ) -> int:
        """Sign a user out everywhere: end all their sessions.

        Args:
            user_id: The user's id.
            provider: The user's provider, if they are not in gatewright's own tables.
            actor: Who ends them, for the audit record.

        Returns:
            How many sessions ended, including those that had already expired.

        Raises:
            StoreUnavailableError: If the sessions cannot be ended.
            InvalidParameterError: If an argument is not acceptable.
        """
        return await end_sessions_of(self._parts, Owner(user_id, provider), actor=actor)

    async def get_user_by_token(self, token: str) -> User | None:
        """Return the user to whom a valid token belongs, else None.

        Raises:
            StoreUnavailableError: If the user cannot be looked up.
        """
        return await user_of_token(self._parts, token)

    async def get_user_by_id(self, user_id: str) -> User | None:
        """Return the user with this id, active or not, or None.

        Raises:
            StoreUnavailableError: If the user cannot be looked up.
        """
        return await find_user(self._parts, user_id)

    async def list_sessions(self, user_id: str | None = None, *, provider: str | None = None) -> list[Session]:
        """Return the active sessions, newest first: one user's, or everybody's.

        Args:
            user_id: The user's id.
            provider: The user's provider, if they are not in gatewright's own tables.

        Raises:
            StoreUnavailableError: If the sessions cannot be read.
        """
        return await list_sessions(self._parts, None if user_id is None else Owner(user_id, provider))

    async def revoke_session(self, session_id: str, *, actor: str | None = None) -> bool:
        """End the session with this id, whichever user's it is. Return whether this call ended it.

        Args:
            session_id: The session's id, as shown in lists and logs.
            actor: Who ends it, for the audit record.

        Raises:
            StoreUnavailableError: If the session cannot be ended.
            InvalidParameterError: If an argument is not acceptable.
        """
        return await end_session(self._parts, session_id, actor=actor)

    async def cleanup_expired_sessions(self, *, at_most: int = 2**31) -> int:
        """Delete expired sessions, and return how many; at most ``at_most`` in one transaction.

        Raises:
            InvalidParameterError: If ``at_most`` is not a positive number of rows.
            StoreUnavailableError: If the sessions cannot be deleted.
        """
        return await delete_expired_sessions(self._parts, at_most=at_most)

    async def cleanup_expired_attempts(self, *, at_most: int = 2**31) -> int:
        """Delete attempts that no limit counts any more, and return how many; at most ``at_most`` in one transaction.

        Raises:
            InvalidParameterError: If ``at_most`` is not a positive number of rows.
            StoreUnavailableError: If the attempts cannot be deleted.
        """
        return await delete_expired_attempts(self._parts, at_most=at_most)

    async def cleanup_expired_remembered(self, *, at_most: int = 2**31) -> int:
        """Delete expired remembered browsers, and return how many; at most ``at_most`` in one transaction.

        Raises:
            InvalidParameterError: If ``at_most`` is not a positive number of rows.
            StoreUnavailableError: If they cannot be deleted.
        """
        return await delete_expired_remembered(self._parts, at_most=at_most)

    async def cleanup_expired_pending_steps(self, *, at_most: int = 2**31) -> int:
        """Delete steps that browsers did not finish in time, and return how many.

        At most ``at_most`` in one transaction.

        Raises:
            InvalidParameterError: If ``at_most`` is not a positive number of rows.
            StoreUnavailableError: If they cannot be deleted.
        """
        return await delete_expired_pending_steps(self._parts, at_most=at_most)

    async def list_audit(
        self,
        *,
        since: datetime | None = None,
        event: str | None = None,
        username: str | None = None,
        after_id: int = 0,
        at_most: int = 1000,
        newest: bool = False,
    ) -> list[tuple[int, AuditEntry]]:
        """Return lines of the audit record with their numbers, oldest first. Arguments that are None do not filter.

        Args:
            since: The earliest time.
            event: The event's name, such as ``sign_in_failed``.
            username: The user concerned.
            after_id: The number of a line: only later lines are returned.
            at_most: Maximum number of lines.
            newest: If there are more: whether to return the newest ones rather than the first.

        Raises:
            InvalidParameterError: If an argument is of the wrong type.
            StoreUnavailableError: If the record cannot be read.
        """
        return await list_audit(
            self._parts,
            since=since,
            event=event,
            username=username,
            after_id=after_id,
            at_most=at_most,
            newest=newest,
        )

    async def cleanup_expired_audit(self, *, at_most: int = 2**31) -> int:
        """Delete lines that are older than the setting ``audit_days``, and return how many.

        Raises:
            InvalidParameterError: If ``at_most`` is not a positive number of rows.
            StoreUnavailableError: If the lines cannot be deleted.
        """
        return await delete_expired_audit(self._parts, at_most=at_most)
