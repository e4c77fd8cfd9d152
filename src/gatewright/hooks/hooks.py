"""The hook points of one application, as attributes, so that a typo is an AttributeError and a type error."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, overload

from gatewright.errors import UnknownHookError
from gatewright.hooks.declarations import POINTS
from gatewright.hooks.hook_point import F, HookPoint
from gatewright.hooks.middleware import EVENTS, AuthMiddleware, make_middleware
from gatewright.ports import Observer

NOT_GIVEN: Any = object()
"""Stands for a missing callback, which a decorator will pass. Not None, which a call may have returned by mistake."""


class Hooks:
    """All hook points of one ``Auth``.

    Args:
        propagate_errors: Whether an exception in a callback reaches the caller instead of only being logged.
        accepts_coroutines: Whether callbacks may be ``async def``, as under the asynchronous classes.
        observer: Observes the callbacks, if given.
    """

    pre_challenge: HookPoint
    post_challenge: HookPoint
    pre_auth: HookPoint
    post_auth: HookPoint
    pre_verify: HookPoint
    post_verify: HookPoint
    pre_token_validate: HookPoint
    post_token_validate: HookPoint
    pre_token_invalidate: HookPoint
    post_token_invalidate: HookPoint
    auth_failed: HookPoint
    pre_login: HookPoint
    login_success: HookPoint
    login_failed: HookPoint
    login_inactive_user: HookPoint
    login_unverified_user: HookPoint
    logout: HookPoint
    pre_password_change: HookPoint
    post_password_change: HookPoint
    pre_signup: HookPoint
    post_signup: HookPoint
    pre_email_verification: HookPoint
    post_email_verification: HookPoint
    pre_password_reset: HookPoint
    post_password_reset: HookPoint
    pre_username_change: HookPoint
    post_username_change: HookPoint
    pre_email_change: HookPoint
    post_email_change: HookPoint
    pre_account_deletion: HookPoint
    post_account_deletion: HookPoint
    pre_method_enrolment: HookPoint
    post_method_enrolment: HookPoint
    pre_method_use: HookPoint
    post_method_use: HookPoint
    pre_method_removal: HookPoint
    post_method_removal: HookPoint

    def __init__(self, *, propagate_errors: bool, accepts_coroutines: bool, observer: Observer | None = None) -> None:
        self.accepts_coroutines = accepts_coroutines
        for declaration in POINTS:
            point = HookPoint(
                declaration,
                propagate_errors=propagate_errors,
                accepts_coroutines=accepts_coroutines,
                observer=observer,
            )
            setattr(self, declaration.name, point)
        self._used: list[tuple[object, AuthMiddleware]] = []

    def __iter__(self) -> Iterator[HookPoint]:
        """Iterate over the points in the order of their declaration."""
        return (getattr(self, declaration.name) for declaration in POINTS)

    @overload
    def add(self, event: str, callback: F) -> F: ...

    @overload
    def add(self, event: str) -> Callable[[F], F]: ...

    def add(self, event: str, callback: Any = NOT_GIVEN) -> Any:
        """Add a callback to the point named ``event``, or return a decorator that does.

        Raises:
            UnknownHookError: If there is no such point; lists the points.
            HookSignatureError: If the callback is not callable, or requires parameters that the point does not have.
        """
        point = next((point for point in self if point.name == event), None)
        if point is None:
            asked = repr(event) if isinstance(event, str) else f"of type {type(event).__name__}"
            known = ", ".join(point.name for point in self)
            raise UnknownHookError(f"There is no hook point {asked:.80}. The points are: {known}.")
        return point if callback is NOT_GIVEN else point(callback)

    def add_middleware(self, middleware: AuthMiddleware) -> None:
        """Add each method of a middleware to the point that it is named after.

        Raises:
            HookSignatureError: If a method requires parameters that its point does not have.
        """
        for event, method in EVENTS.items():
            self.add(event, getattr(middleware, method))

    def use_middleware(self, given: object) -> AuthMiddleware:
        """Add a middleware as an application specifies it, once: several sites may share a controller and an ``Auth``.

        Args:
            given: An object, its class, or ``package.module:Class`` to import and instantiate.

        Returns:
            The object.

        Raises:
            ConfigurationError: If it is not an `AuthMiddleware`, or cannot be created.
            HookSignatureError: If a method requires parameters that its point does not have.
        """
        for known, made in self._used:
            if known == given:
                return made
        made = make_middleware(given)
        self.add_middleware(made)
        self._used.append((given, made))
        return made
