"""`AsyncVisitor`: who is visiting, and what the visit stores, for asynchronous code."""

from __future__ import annotations

from collections.abc import Callable, MutableMapping
from dataclasses import replace
from functools import cached_property
from typing import Any

from gatewright.auth.must_await import must_await
from gatewright.auth.observed import observe
from gatewright.auth.visit_state import VisitState
from gatewright.errors import AuthenticationError, InvalidParameterError
from gatewright.model import Session, User
from gatewright.operations.arguments import require_text
from gatewright.operations.parts import Parts
from gatewright.operations.step import Step
from gatewright.operations.visits import Device, note_visit, resume_visit

_LONGEST_MESSAGE = 255


class AsyncVisitor:
    """Recognises the visitor by the secret in the session mapping, and stores the application's values for them."""

    def __init__(self, parts: Parts, mapping: MutableMapping[str, Any], *, device: Callable[[], Device]) -> None:
        self._parts = parts
        self._state = VisitState(mapping, parts.settings.auth_session_var)
        self._find_device = device
        self._visit: tuple[Session, User] | None = None
        self._is_resumed = self._is_noted = False
        self._waiting: Step | None = None
        self._is_waiting_known = False
        observe(self, parts.observer)

    @cached_property
    def _device(self) -> Device:
        """Where the visit comes from. Sign-ins need this; hardly any other request does."""
        return self._find_device()

    @must_await
    async def user(self) -> User | None:
        """Return the signed-in user, or None for a guest."""
        return await self._user()

    @must_await
    async def is_guest(self) -> bool:
        """Return whether nobody is signed in."""
        return await self._resume() is None

    @must_await
    async def is_fully_authenticated(self) -> bool:
        """Return whether the user authenticated in this session and is not merely remembered."""
        visit = await self._resume()
        return visit is not None and visit[0].is_fully_authenticated

    @must_await
    async def current_session(self) -> Session | None:
        """Return the visitor's session, without its token, or None for a guest."""
        visit = await self._resume()
        return None if visit is None else replace(visit[0], token=None)

    def session(self, name: str | None = None, value: Any = None) -> Any:
        """Store a value of your own in the visitor's session, or get one or all of them.

        Args:
            name: The value's name; if omitted, all values are returned.
            value: What to store, JSON-serialisable; if omitted, the value is returned, or None.

        Raises:
            InvalidParameterError: If the value cannot be stored.
        """
        if name is None:
            return self._state.data()
        if not isinstance(name, str):
            raise InvalidParameterError(f"The name of a value in the session must be a str, not {type(name).__name__}.")
        if value is None:
            return self._state.data().get(name)
        self._state.keep(name, value)
        return None

    def messages(self) -> dict[str, str]:
        """Return the messages that the last request left for the visitor, type -> code, and clear them."""
        return self._state.take_messages()

    def add_message(self, kind: str, code: str) -> None:
        """Leave a message for the visitor's next page.

        Args:
            kind: Its type, such as ``danger``; a later message of the same type replaces it.
            code: What to say, as a code such as ``ERR_LOGIN_INVALID_CREDENTIALS``.

        Raises:
            InvalidParameterError: If one of them is not a string.
        """
        self._state.add_message(
            require_text("kind", kind, at_most=_LONGEST_MESSAGE), require_text("code", code, at_most=_LONGEST_MESSAGE)
        )

    async def _resume(self) -> tuple[Session, User] | None:
        """Recognise the visitor, once per request, and record that they were seen."""
        visit = await self._recognise()
        if visit is not None and not self._is_noted:
            self._is_noted = True
            await note_visit(self._parts, visit[0])
        return visit

    async def _user(self) -> User | None:
        """Do what `user` does, for callers that certainly await it."""
        visit = self._visit if self._is_resumed and self._is_noted else await self._resume()
        return None if visit is None else visit[1]

    async def _user_at_once(self) -> User | None:
        """Do what `_user` does, except that the visitor is not recorded as seen: nothing is written."""
        visit = await self._recognise()
        return None if visit is None else visit[1]

    async def _recognise(self) -> tuple[Session, User] | None:
        """Recognise the visitor, once per request. Nothing is written."""
        if not self._is_resumed:
            secret = self._state.secret()
            self._visit = None if secret is None else await self._look_up(secret)
            self._is_resumed = True
        return self._visit

    async def _look_up(self, secret: str) -> tuple[Session, User] | None:
        """Ask the store and the provider who the visitor is."""
        return await resume_visit(self._parts, secret)

    async def _require_visit(self) -> tuple[Session, User]:
        """Return the session and the user of the signed-in visitor."""
        visit = await self._resume()
        if visit is None:
            raise AuthenticationError("Nobody is signed in. Ask guard.is_guest() first.")
        return visit

    def _keep(self, session: Session, user: User) -> None:
        """Make a new session the visit's."""
        self._state.keep_secret(str(session.token))
        self._visit, self._is_resumed = (session, user), True
