# Generated from async_guard.py by tools/write_facades.py: change that file, never this one.
"""`Guard`: the auth of one visit, over the session mapping of whatever framework."""

from __future__ import annotations

from collections.abc import MutableMapping
from typing import Any

from gatewright.auth.visit_state import VisitState
from gatewright.drive import run_to_completion
from gatewright.errors import ConfigurationError, InvalidParameterError
from gatewright.model import Session, User
from gatewright.operations.decide_access import is_granted
from gatewright.operations.parts import Parts
from gatewright.operations.prove_user import Claim, attempt
from gatewright.operations.sessions import end_session_of, end_sessions_of, is_account, list_sessions
from gatewright.operations.visits import Device, end_visit, open_visit, resume_visit
from gatewright.ports import Owner
from gatewright.providers import UserProvider


class Guard:
    """Who is visiting, and what may they do? Made by `Auth.guard`, once for every request.

    Of the user only a session secret lies in the mapping. The user is loaded afresh from its provider, once a
    request, and one who no longer loads, is inactive or unverified is a guest.
    """

    def __init__(self, parts: Parts, mapping: MutableMapping[str, Any], *, device: Device) -> None:
        self._parts = parts
        self._state = VisitState(mapping, parts.settings.auth_session_var)
        self._device = device
        self._visit: tuple[Session, User] | None = None
        self._is_resumed = False

    def login(self, username: str, password: str, provider: str | UserProvider) -> User:
        """Prove a user by their password and store them: `Auth.attempt` and `store` in one.

        Returns:
            The user who is now signed in.

        Raises:
            InvalidParameterError: If the username is no text, or there is no password.
            UserNotFoundError: If there is no such user or the password is wrong.
            InactiveUserError: If the user has been deactivated.
            UnverifiedUserError: If the user is not verified yet.
            BusyError: If too many passwords are being hashed.
            ConfigurationError: If there is no such provider.
        """
        name, source = self._parts.sources.find(provider)
        claim = Claim(username, provider=name, source=source, client=self._device.ip_address)
        user = run_to_completion(attempt(self._parts, claim, password))
        self._open(user, provider=name, method="password")
        run_to_completion(self._parts.hooks.login_success.fire(user=user))
        return user

    def store(self, user: User, provider: str | UserProvider | None = None) -> Session:
        """Sign a proven user in: a new session, which ends the visit's previous one. Its custom data stays.

        Args:
            user: What `attempt`, `bypass` or a provider returned.
            provider: What reloads the user; not needed where `attempt` or `bypass` returned them, or where only one
                provider has users of this class.

        Raises:
            ConfigurationError: If it is not clear which provider the user comes from.
        """
        return self._open(user, provider=self._provider_of(user, provider), method="store")

    def user(self) -> User | None:
        """Return the user who is signed in, or None for a guest."""
        visit = self._resume()
        return None if visit is None else visit[1]

    def is_guest(self) -> bool:
        """Say whether nobody is signed in."""
        return self._resume() is None

    def is_fully_authenticated(self) -> bool:
        """Say whether the user proved who they are in this session, and is not merely remembered."""
        visit = self._resume()
        return visit is not None and visit[0].is_fully_authenticated

    def is_role(self, role: str, user: User | None = None) -> bool:
        """Say whether a user has a role.

        Args:
            role: The role's name.
            user: Whom to ask about, whoever is visiting; by default the visitor.
        """
        asked = self._asked(user)
        return asked is not None and role in asked.roles

    def is_granted(self, permission: str, user: User | None = None, *, subject: object = None) -> bool:
        """Say whether a user may do something.

        Args:
            permission: A dotted name, or ``branch.*`` to ask for anything below ``branch``.
            user: Whom to ask about, whoever is visiting; by default the visitor.
            subject: What it is about, for voters; any object.

        Raises:
            ConfigurationError: If a voter answers with anything but a vote.
        """
        asked = self._asked(user)
        return asked is not None and run_to_completion(is_granted(self._parts, asked, permission, subject=subject))

    def session(self, name: str | None = None, value: Any = None) -> Any:
        """Keep a value of your own in the visitor's session, or get it, or get all of them.

        Args:
            name: The value's name; without one, all values are returned.
            value: What to keep, as JSON can write it; without one, the value is returned, or None.

        Raises:
            InvalidParameterError: If the value cannot be kept.
        """
        if name is None:
            return self._state.data()
        if not isinstance(name, str):
            raise InvalidParameterError(f"A value in the session is named by a str, not {type(name).__name__}.")
        if value is None:
            return self._state.data().get(name)
        self._state.keep(name, value)
        return None

    def messages(self) -> dict[str, str]:
        """Return what the last request left to say to the visitor, type -> code, and forget it."""
        return self._state.take_messages()

    def destroy(self) -> None:
        """Sign out: end the session and forget everything that the visit kept."""
        secret = self._state.secret()
        self._state.clear()
        self._visit, self._is_resumed = (None, True)
        if secret is not None:
            run_to_completion(end_visit(self._parts, secret))

    def sessions(self, user: User | None = None) -> list[Session]:
        """Return a user's living sessions with their devices, newest first; by default the visitor's."""
        asked = self._asked(user)
        return [] if asked is None else run_to_completion(list_sessions(self._parts, self._owner_of(asked)))

    def revoke_session(self, session_id: str) -> bool:
        """End one of the visitor's own sessions and say whether there was one: somebody else's is none."""
        user = self.user()
        return user is not None and run_to_completion(end_session_of(self._parts, self._owner_of(user), session_id))

    def revoke_other_sessions(self) -> int:
        """End the visitor's sessions but this one, and return how many that were."""
        visit = self._resume()
        if visit is None:
            return 0
        session, user = visit
        return run_to_completion(end_sessions_of(self._parts, self._owner_of(user), keep=session.id))

    def revoke_all_sessions(self) -> int:
        """End all the visitor's sessions, this one too, and return how many that were."""
        user = self.user()
        self._visit = None
        return 0 if user is None else run_to_completion(end_sessions_of(self._parts, self._owner_of(user)))

    def _open(self, user: User, *, provider: str, method: str) -> Session:
        session = run_to_completion(
            open_visit(
                self._parts,
                user,
                provider=provider,
                previous_secret=self._state.secret(),
                device=self._device,
                method=method,
            )
        )
        self._state.keep_secret(str(session.token))
        self._visit, self._is_resumed = ((session, user), True)
        return session

    def _resume(self) -> tuple[Session, User] | None:
        """Recognise the visitor, once a request."""
        if not self._is_resumed:
            secret = self._state.secret()
            self._visit = None if secret is None else run_to_completion(resume_visit(self._parts, secret))
            self._is_resumed = True
        return self._visit

    def _asked(self, user: User | None) -> User | None:
        """Return whom a question is about: the user given, or the visitor."""
        if user is None:
            return self.user()
        if not isinstance(user, User):
            raise InvalidParameterError(f"user must be a User or None, not {type(user).__name__}.", parameter="user")
        return user

    def _owner_of(self, user: User) -> Owner:
        return Owner(user.id) if is_account(user) else Owner(user.id, self._provider_of(user, None))

    def _provider_of(self, user: User, provider: str | UserProvider | None) -> str:
        """Return the name of the provider that reloads a user."""
        if not isinstance(user, User):
            raise InvalidParameterError(f"user must be a User, not {type(user).__name__}.", parameter="user")
        if user.provider_name is not None:
            return user.provider_name
        if provider is not None:
            return self._parts.sources.find(provider)[0]
        fitting = self._parts.sources.fitting(type(user))
        if len(fitting) != 1:
            raise ConfigurationError(
                f"It is not clear which provider reloads {user!r}: {', '.join(fitting) or 'none'} would fit. Name it: guard.store(user, provider)."
            )
        return fitting[0]
