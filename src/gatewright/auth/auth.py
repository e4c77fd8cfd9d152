# Generated from async_auth.py by tools/write_facades.py: change that file, never this one.
"""`Auth`: sessions, tokens and hooks, for code that blocks."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Self, overload

from gatewright.auth.assembly import assemble
from gatewright.drive import run_to_completion
from gatewright.hooks import Hooks
from gatewright.hooks.hook_point import F
from gatewright.model import Session, User
from gatewright.operations.invalidate_token import invalidate_token
from gatewright.operations.purge import delete_expired_sessions
from gatewright.operations.sessions import end_session, end_sessions_of, list_sessions
from gatewright.operations.validate_token import find_user, user_of_token, validate_token
from gatewright.ports import Clock, Random
from gatewright.settings import Settings, load_settings


class Auth:
    """What recognises a user on the next request: sessions, the tokens that name them, and hooks.

    Args:
        database_url: Where everything is kept; default ``GATEWRIGHT_DATABASE_URL``, then ``sqlite:///gatewright.db``.
        propagate_hook_errors: Whether an exception in a hook reaches the caller instead of the log only.
        jwt_secret: The secret that signs tokens, at least 32 bytes; default ``GATEWRIGHT_JWT_SECRET``.
        settings: All settings; default from the environment and ``.env``.
        naive_timestamps: Whether records carry naive UTC datetimes instead of aware ones.
        clock: Another clock than the machine's, for tests.
        random: Another randomness than the system's, for tests.

    Raises:
        ConfigurationError: If a setting is unsafe or cannot work; says which and how to cure it.
        StoreUnavailableError: If the database cannot be opened or migrated.
    """

    def __init__(
        self,
        database_url: str | None = None,
        *,
        propagate_hook_errors: bool = False,
        jwt_secret: str | None = None,
        settings: Settings | None = None,
        naive_timestamps: bool = False,
        clock: Clock | None = None,
        random: Random | None = None,
    ) -> None:
        self._parts = assemble(
            (settings or load_settings()).with_values(database_url=database_url, jwt_secret=jwt_secret),
            propagate_hook_errors=propagate_hook_errors,
            naive_timestamps=naive_timestamps,
            clock=clock,
            random=random,
            is_async=False,
        )

    @property
    def settings(self) -> Settings:
        """The settings in force."""
        return self._parts.settings

    @property
    def hooks(self) -> Hooks:
        """The hook points, as attributes: ``@auth.hooks.post_auth``."""
        return self._parts.hooks

    @overload
    def add_hook(self, event: str, callback: F) -> F: ...

    @overload
    def add_hook(self, event: str, callback: None = None) -> Callable[[F], F]: ...

    def add_hook(self, event: str, callback: Any = None) -> Any:
        """Call ``callback`` whenever ``event`` fires; as a decorator without ``callback``.

        Args:
            event: A hook point's name, such as ``post_auth``.
            callback: A function that names those of the point's parameters that it needs.

        Returns:
            The callback itself, or a decorator that returns it.

        Raises:
            UnknownHookError: If there is no such point; lists those there are.
            HookSignatureError: If the callback asks for what the point does not give.
        """
        return self.hooks.add(event, callback)

    def validate_token(self, token: str) -> dict[str, Any] | None:
        """Return a token's claims if it is valid: signature, times, issuer, audience, type, session and user.

        Args:
            token: What the client sent.

        Returns:
            The claims, among them ``sub`` (the user's id) and ``jti`` (the session's), or None.

        Raises:
            StoreUnavailableError: If the session cannot be looked up. Nobody is let in.
        """
        return run_to_completion(validate_token(self._parts, token))

    def invalidate_token(self, token: str) -> bool:
        """End the session that a token names: sign out.

        Args:
            token: What the client sent.

        Returns:
            Whether this call ended a session.

        Raises:
            Denied: If a ``pre_token_invalidate`` hook refuses.
            StoreUnavailableError: If the session cannot be ended.
        """
        return run_to_completion(invalidate_token(self._parts, token))

    def invalidate_all_tokens(self, user_id: str) -> int:
        """End every session of a user: sign out everywhere.

        Returns:
            How many sessions ended.

        Raises:
            StoreUnavailableError: If the sessions cannot be ended.
        """
        return run_to_completion(end_sessions_of(self._parts, user_id))

    def get_user_by_token(self, token: str) -> User | None:
        """Return the user whom a valid token belongs to, else None.

        Raises:
            StoreUnavailableError: If the user cannot be looked up.
        """
        return run_to_completion(user_of_token(self._parts, token))

    def get_user_by_id(self, user_id: str) -> User | None:
        """Return the user with this id, active or not, or None.

        Raises:
            StoreUnavailableError: If the user cannot be looked up.
        """
        return run_to_completion(find_user(self._parts, user_id))

    def list_sessions(self, user_id: str | None = None) -> list[Session]:
        """Return the sessions that are alive, newest first: one user's, or everybody's.

        Raises:
            StoreUnavailableError: If the sessions cannot be read.
        """
        return run_to_completion(list_sessions(self._parts, user_id))

    def revoke_session(self, session_id: str) -> bool:
        """End the session with this id, without its token, and say whether this call ended it.

        Raises:
            StoreUnavailableError: If the session cannot be ended.
        """
        return run_to_completion(end_session(self._parts, session_id))

    def cleanup_expired_sessions(self, *, at_most: int = 2**31) -> int:
        """Delete sessions that have expired, and return how many; at most so many in one transaction.

        Raises:
            InvalidParameterError: If ``at_most`` is no positive number of rows.
            StoreUnavailableError: If the sessions cannot be deleted.
        """
        return run_to_completion(delete_expired_sessions(self._parts, at_most=at_most))

    def close(self) -> None:
        """Let go of the database's connections. Using the object again opens new ones.

        A database in memory is gone with its connection.
        """
        self._parts.store.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
