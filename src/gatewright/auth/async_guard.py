"""`AsyncGuard`: the auth of one visit, over the session mapping of any framework, in an event loop."""

from __future__ import annotations

from gatewright.auth.asked import asked
from gatewright.auth.async_own_account import AsyncOwnAccount
from gatewright.errors import InvalidParameterError
from gatewright.model import Session, User
from gatewright.operations.decide_access import has_role, is_granted
from gatewright.operations.sessions import end_session_of, end_sessions_of, is_account, list_sessions
from gatewright.ports import Owner


class AsyncGuard(AsyncOwnAccount):
    """Who is visiting, and what may they do? Made by `AsyncAuth.guard`, once for every request.

    Of the user, the mapping holds only a session secret. The user is loaded afresh from its provider, once per
    request, and one who no longer loads, is inactive or unverified is a guest.
    """

    @asked
    async def is_role(self, role: str, user: User | None = None) -> bool:
        """Say whether a user has a role.

        Args:
            role: The role's name. Those of our own accounts are compared in one spelling, like usernames; only another
                provider knows how it spells its own, so those must be exact.
            user: The user to ask about; by default the visitor.
        """
        asked = await self._asked(user)
        return asked is not None and has_role(asked, role)

    @asked
    async def is_granted(self, permission: str, user: User | None = None, *, subject: object = None) -> bool:
        """Say whether a user may do something.

        Args:
            permission: A dotted name, or ``branch.*`` to ask for anything below ``branch``.
            user: The user to ask about; by default the visitor.
            subject: What it is about, for voters; any object.

        Raises:
            ConfigurationError: If a voter answers with anything but a vote.
        """
        asked = await self._asked(user)
        return asked is not None and await is_granted(self._parts, asked, permission, subject=subject)

    async def sessions(self, user: User | None = None) -> list[Session]:
        """Return a user's active sessions with their devices, newest first; by default the visitor's.

        Raises:
            ConfigurationError: If it is not clear which provider a user of the application's own is from.
        """
        asked = await self._asked(user)
        return [] if asked is None else await list_sessions(self._parts, self._owner_of(asked))

    async def revoke_session(self, session_id: str) -> bool:
        """End one of the visitor's own sessions and say whether there was one: another user's does not count."""
        user = await self.user()
        return user is not None and await end_session_of(self._parts, self._owner_of(user), session_id)

    async def revoke_other_sessions(self) -> int:
        """End the visitor's sessions but this one, and return how many there were."""
        visit = await self._resume()
        if visit is None:
            return 0
        session, user = visit
        return await end_sessions_of(self._parts, self._owner_of(user), keep=session.id)

    async def revoke_all_sessions(self) -> int:
        """End all the visitor's sessions, this one too, and return how many there were."""
        user = await self.user()
        self._visit = None
        return 0 if user is None else await end_sessions_of(self._parts, self._owner_of(user))

    async def _asked(self, user: User | None) -> User | None:
        """Return whom a question is about: the user given, or the visitor."""
        if user is None:
            return await self.user()
        if not isinstance(user, User):
            raise InvalidParameterError(f"user must be a User or None, not {type(user).__name__}.", parameter="user")
        return user

    def _owner_of(self, user: User) -> Owner:
        return Owner(user.id) if is_account(user) else Owner(user.id, self._provider_of(user, None))
