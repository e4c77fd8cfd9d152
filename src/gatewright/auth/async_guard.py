"""`AsyncGuard`: authentication for one visit, over the session mapping of any framework, for asynchronous code."""

from __future__ import annotations

from gatewright.auth.async_own_account import AsyncOwnAccount
from gatewright.auth.must_await import must_await
from gatewright.errors import InvalidParameterError
from gatewright.model import Session, User
from gatewright.operations.decide_access import has_role, is_granted
from gatewright.operations.sessions import end_session_of, end_sessions_of, is_account, list_sessions
from gatewright.ports import Owner


class AsyncGuard(AsyncOwnAccount):
    """Knows who is visiting and what they may do. Created by `AsyncAuth.guard`, once per request.

    The mapping holds only a session secret. The user is reloaded from their provider once per request; one who cannot
    be loaded any more, or is inactive or unverified, counts as a guest.
    """

    @must_await
    async def is_role(self, role: str, user: User | None = None) -> bool:
        """Return whether a user has a role.

        Args:
            role: The role's name. For gatewright's own accounts, names are normalised before comparison, like
                usernames; roles of another provider must match exactly.
            user: The user to ask about; by default the visitor.
        """
        asked = await self._asked(user)
        return asked is not None and has_role(asked, role)

    @must_await
    async def is_granted(self, permission: str, user: User | None = None, *, subject: object = None) -> bool:
        """Return whether a user may do something.

        Args:
            permission: A dotted name, or ``branch.*`` to ask for anything below ``branch``.
            user: The user to ask about; by default the visitor.
            subject: What the permission is about, for voters; any object.

        Raises:
            ConfigurationError: If a voter returns anything but a vote.
        """
        asked = await self._asked(user)
        return asked is not None and await is_granted(self._parts, asked, permission, subject=subject)

    async def sessions(self, user: User | None = None) -> list[Session]:
        """Return a user's active sessions with their devices, newest first; by default the visitor's.

        Raises:
            ConfigurationError: If it is unclear which provider a user passed by the application comes from.
        """
        asked = await self._asked(user)
        return [] if asked is None else await list_sessions(self._parts, self._owner_of(asked))

    async def revoke_session(self, session_id: str) -> bool:
        """End one of the visitor's own sessions. Return whether there was one: another user's does not count."""
        user = await self.user()
        return user is not None and await end_session_of(self._parts, self._owner_of(user), session_id)

    async def revoke_other_sessions(self) -> int:
        """End all the visitor's sessions except this one, and return how many there were."""
        visit = await self._resume()
        if visit is None:
            return 0
        session, user = visit
        return await end_sessions_of(self._parts, self._owner_of(user), keep=session.id)

    async def revoke_all_sessions(self) -> int:
        """End all the visitor's sessions, including this one, and return how many there were."""
        user = await self.user()
        self._visit = None
        return 0 if user is None else await end_sessions_of(self._parts, self._owner_of(user))

    async def _asked(self, user: User | None) -> User | None:
        """Return the user that a question is about: the one given, or the visitor."""
        if user is None:
            return await self.user()
        if not isinstance(user, User):
            raise InvalidParameterError(f"user must be a User or None, not {type(user).__name__}.", parameter="user")
        return user

    def _owner_of(self, user: User) -> Owner:
        return Owner(user.id) if is_account(user) else Owner(user.id, self._provider_of(user, None))
