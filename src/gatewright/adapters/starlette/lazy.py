"""The visitor, looked up only when the application asks."""

from __future__ import annotations

import asyncio
from typing import Any

from starlette.authentication import AuthCredentials, BaseUser
from starlette.types import Message, Scope

from gatewright.adapters.starlette.signed_in import GuestUser, SignedInUser
from gatewright.adapters.starlette.translation import request_of
from gatewright.drive import run_to_completion
from gatewright.errors import StoreUnavailableError, SuspendedError
from gatewright.logs import Identified
from gatewright.model import User
from gatewright.web import Request, Site, Visit
from gatewright.web.request_ids import request_id_of


class Opening(Identified):
    """The visit of one request, opened on first use, and the request's id in the log.

    Args:
        site: The pages that it belongs to.
        scope: The request's scope.
        path: The path relative to ``mount``.
        mount: Where the pages, or the application itself, are mounted.

    Attributes:
        visit: The visit, once it is opened.
        is_answered: Whether the application has begun to respond.
        own_body: The body of gatewright's response, if it replaces the application's.
    """

    __slots__ = ("_loop", "_mount", "_path", "_scope", "_site", "_who", "is_answered", "own_body", "visit")

    def __init__(self, site: Site, scope: Scope, path: str, mount: str) -> None:
        self._id = None
        self.visit: Visit | None = None
        self.is_answered = False
        self.own_body: Message | None = None
        # A copy, since the scope will hold this object: a reference cycle would live until garbage collection.
        self._site, self._scope, self._path, self._mount = site, dict(scope), path, mount
        self._loop = asyncio.get_running_loop()
        self._who: BaseUser | None = None

    def request(self) -> Request:
        """Return the request, without the body."""
        return request_of(self._scope, path=self._path, mount=self._mount)

    def make_id(self) -> str:
        """Return the id of the request in the log."""
        return request_id_of(self.request(), self._site.proxies, self._site.parts.new_id)

    def open(self) -> Visit:
        """Return the visit."""
        if self.visit is None:
            self.visit = self._site.open(self.request())
        return self.visit

    def who(self) -> BaseUser:
        """Return who is visiting, for plain code, whether it runs on the event loop or in another thread.

        On the loop nothing can be awaited, and need not be: where it might, the middleware has looked before.

        Raises:
            StoreUnavailableError: If the answer would have to be awaited after all, or is unavailable.
        """
        if self._who is None:
            self._who = _as_starlette(self._ask())
        return self._who

    def know(self, user: User | None) -> None:
        """Record who is visiting from now on, after a sign-in or sign-out."""
        self._who = _as_starlette(user)

    def _ask(self) -> User | None:
        visit = self.open()
        if not _is_on_loop():
            return asyncio.run_coroutine_threadsafe(visit.user(), self._loop).result()
        try:
            return run_to_completion(visit.user_at_once())
        except SuspendedError as error:
            raise StoreUnavailableError(
                "Looking up the visitor has to wait, which request.user cannot do. Await it instead: "
                "await visit_of(request).user()."
            ) from error


class LazyUser(BaseUser):
    """``request.user`` until it is used; then a `GuestUser` or a `SignedInUser`.

    Args:
        opening: Whose visit it is.
    """

    def __init__(self, opening: Opening) -> None:
        self._opening = opening

    @property  # type: ignore[misc] # so that isinstance tells whom it stands for
    def __class__(self) -> Any:
        return type(self._opening.who())

    @property
    def is_authenticated(self) -> bool:
        """Whether somebody is signed in."""
        return self._opening.who().is_authenticated

    @property
    def display_name(self) -> str:
        """The name that the provider knows the user by; empty for a guest."""
        return self._opening.who().display_name

    @property
    def identity(self) -> str:
        """The user's id."""
        return self._opening.who().identity

    def __getattr__(self, name: str) -> Any:
        if name == "_opening":  # not set yet
            raise AttributeError(name)
        return getattr(self._opening.who(), name)

    def __bool__(self) -> bool:
        """Return whether somebody is signed in."""
        return bool(self._opening.who())

    def __reduce_ex__(self, protocol: Any) -> Any:
        """Copy the user that it stands for."""
        return self._opening.who().__reduce_ex__(protocol)

    def __repr__(self) -> str:
        return repr(self._opening.who())


class LazyCredentials(AuthCredentials):
    """``request.auth``: the scopes of ``@requires`` are the permissions, looked up when needed.

    Args:
        opening: Whose visit it is.
    """

    def __init__(self, opening: Opening) -> None:
        self._opening = opening

    @property
    def scopes(self) -> list[str]:  # type: ignore[override] # an attribute there
        """``authenticated`` and the permissions; none for a guest."""
        who = self._opening.who()
        return ["authenticated", *who.user.permissions] if isinstance(who, SignedInUser) else []


def _as_starlette(user: User | None) -> BaseUser:
    return GuestUser() if user is None else SignedInUser(user)


def _is_on_loop() -> bool:
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return False
    return True
