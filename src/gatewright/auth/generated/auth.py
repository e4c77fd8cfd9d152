# Generated from auth/async_auth.py by tools/write_facades.py: change that file, never this one.
"""`Auth`: users, sessions, tokens, rights and hooks, for blocking code."""

from __future__ import annotations

from collections.abc import Callable, MutableMapping, Sequence
from typing import Any, Self, cast, overload

from gatewright.auth.assembly import Choices, assemble, settings_in_force
from gatewright.auth.generated.account_changes import AccountChanges
from gatewright.auth.generated.accounts import Accounts
from gatewright.auth.generated.guard import Guard
from gatewright.auth.generated.rights import Rights
from gatewright.auth.generated.self_service import SelfService
from gatewright.auth.generated.sessions import Sessions
from gatewright.auth.observed import observe
from gatewright.auth.visit_state import require_mapping
from gatewright.drive import run_to_completion
from gatewright.hooks import AuthMiddleware, Hooks
from gatewright.hooks.hook_point import F
from gatewright.hooks.hooks import NOT_GIVEN
from gatewright.methods import Method
from gatewright.methods.password import attempt
from gatewright.model import User
from gatewright.operations.parts import SecondFactorPolicy
from gatewright.operations.prove_user import Claim, bypass
from gatewright.operations.visits import read_device
from gatewright.ports import Clock, Mailer, Random
from gatewright.providers import UserProvider
from gatewright.settings import Settings


class Auth(Accounts, AccountChanges, Rights, SelfService, Sessions):
    """Where users come from, how they authenticate, and how the next request recognises them.

    Args:
        database_url: Where everything is stored; default ``GATEWRIGHT_DATABASE_URL``, then ``sqlite:///gatewright.db``.
        providers: Where users come from, in addition to gatewright's own tables.
        propagate_hook_errors: Whether an exception in a hook reaches the caller instead of the log only.
        jwt_secret: The secret that signs tokens, at least 32 bytes; default ``GATEWRIGHT_JWT_SECRET``.
        settings: All settings; by default from the environment and ``.env``.
        naive_timestamps: Whether records carry naive UTC datetimes instead of aware ones.
        methods: Authentication methods, in addition to those in the setting ``methods``.
        second_factor_policy: Decides who must give a second factor. Called with the user and their proofs; returns
            True, False, or None to leave it to the settings.
        mailer: Sends emails: an object with a plain method ``send(mail)``; by default the setting ``mail_url`` decides.
        clock: A clock other than the machine's, for tests.
        random: A source of randomness other than the system's, for tests.

    Raises:
        ConfigurationError: If a setting is unsafe or cannot work; the message says which and how to fix it.
        StoreUnavailableError: If the database cannot be opened or migrated.
    """

    def __init__(
        self,
        database_url: str | None = None,
        *,
        providers: Sequence[UserProvider] = (),
        propagate_hook_errors: bool = False,
        jwt_secret: str | None = None,
        settings: Settings | None = None,
        naive_timestamps: bool = False,
        methods: Sequence[Method] = (),
        second_factor_policy: SecondFactorPolicy | None = None,
        mailer: Mailer | None = None,
        clock: Clock | None = None,
        random: Random | None = None,
    ) -> None:
        choices = Choices(
            providers=providers,
            propagate_hook_errors=propagate_hook_errors,
            naive_timestamps=naive_timestamps,
            methods=methods,
            second_factor_policy=second_factor_policy,
            mailer=mailer,
            clock=clock,
            random=random,
        )
        in_force = settings_in_force(settings, database_url=database_url, jwt_secret=jwt_secret)
        self._parts, self._mail_worker = assemble(in_force, choices, is_async=False)
        observe(self, self._parts.observer)

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
    def add_hook(self, event: str) -> Callable[[F], F]: ...

    def add_hook(self, event: str, callback: Any = NOT_GIVEN) -> Any:
        """Call ``callback`` whenever ``event`` fires. Without ``callback``, acts as a decorator.

        Args:
            event: A hook point's name, such as ``post_auth``.
            callback: A function that takes, by name, those of the point's parameters that it needs.

        Returns:
            The callback itself, or a decorator that returns it.

        Raises:
            UnknownHookError: If there is no such point; the message lists the existing ones.
            HookSignatureError: If the callback is not callable, or takes a parameter that the point does not have.
        """
        return self.hooks.add(event, callback)

    def add_middleware(self, middleware: str | AuthMiddleware | type[AuthMiddleware]) -> AuthMiddleware:
        """Add all methods of a middleware as hooks. A middleware is never added twice.

        Args:
            middleware: An object, its class, or ``package.module:Class`` to import and instantiate.

        Returns:
            The object.

        Raises:
            ConfigurationError: If it is not an `AuthMiddleware`, or cannot be instantiated.
            HookSignatureError: If a method takes a parameter that its event does not have.
        """
        return self.hooks.use_middleware(middleware)

    def load_user_provider(self, name: str) -> UserProvider:
        """Return a provider: the object that was passed to the constructor, or a new one.

        Args:
            name: The name of its class, or ``package.module:Class`` to import.

        Raises:
            ConfigurationError: If there is no such provider; the message lists the existing ones.
        """
        return cast(UserProvider, self._parts.sources.find(name)[1])

    def attempt(
        self, username: str, password: str, provider: str | UserProvider, *, ip_address: str | None = None
    ) -> User:
        """Authenticate a user by password. This opens no session: see `Guard.login`.

        Args:
            username: The name that the provider knows them by.
            password: The password that was entered; required.
            provider: The provider's name, or the object itself.
            ip_address: Where the attempt comes from, to limit how often one client may fail.

        Raises:
            InvalidParameterError: If the username is not a string, or the password or IP address is not acceptable.
            AttemptBlockedError: If too many attempts have failed.
            UserNotFoundError: If there is no such user or the password is wrong; the two cannot be told apart.
            InactiveUserError: If the password is right, but the user has been deactivated.
            UnverifiedUserError: If the password is right, but the user is not verified yet.
            BusyError: If too many passwords are being hashed.
            ConfigurationError: If there is no such provider.
        """
        name, source = self._parts.sources.find(provider)
        client = read_device(ip_address, None).ip_address
        return run_to_completion(
            attempt(self._parts, Claim(username, provider=name, source=source, client=client), password)
        )

    def bypass(
        self, username: str, provider: str | UserProvider, *, actor: str | None = None, reason: str | None = None
    ) -> User:
        """Accept a user without a password, because a trusted caller vouches for them. The audit record says so.

        Args:
            username: The name that the provider knows them by.
            provider: The provider's name, or the object itself.
            actor: Who vouches for them.
            reason: Why.

        Raises:
            UserNotFoundError: If there is no such user.
            InactiveUserError: If the user has been deactivated.
            UnverifiedUserError: If the user is not verified yet.
            ConfigurationError: If there is no such provider.
            InvalidParameterError: If an argument is not acceptable.
        """
        name, source = self._parts.sources.find(provider)
        claim = Claim(username, provider=name, source=source)
        return run_to_completion(bypass(self._parts, claim, actor=actor, reason=reason))

    def guard(
        self, session: MutableMapping[str, Any], *, ip_address: str | None = None, user_agent: str | None = None
    ) -> Guard:
        """Return the guard of one visit. Call it for every request.

        Args:
            session: The framework's session mapping; a signed cookie suffices.
            ip_address: Where the request comes from, to show in the list of sessions.
            user_agent: The browser's ``User-Agent``, to show in the list of sessions.

        Raises:
            ConfigurationError: If ``session`` is not a mutable mapping.
            InvalidParameterError: If the address is not an IP address, or the user agent is not a string.
        """
        device = read_device(ip_address, user_agent)
        return Guard(self._parts, require_mapping(session), device=lambda: device)

    def close(self) -> None:
        """Close the database connections and stop the mail worker. Using the object again restarts them.

        An in-memory database is lost with its connection.
        """
        self._mail_worker.close()
        self._parts.close_store()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
