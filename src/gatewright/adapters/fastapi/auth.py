"""`FastAPIAuth`: everything that an application needs, as one object."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Annotated

from fastapi import APIRouter, FastAPI

from gatewright.adapters.fastapi.current_user import CALLED, CurrentUser
from gatewright.adapters.fastapi.json_api import make_router
from gatewright.adapters.fastapi.openapi import describe
from gatewright.adapters.starlette.middleware import GatewrightMiddleware
from gatewright.auth import AsyncAuth
from gatewright.errors import ConfigurationError
from gatewright.methods import Method
from gatewright.web import AuthController, SimpleAuthController
from gatewright.web.demands import demanded_freshness, demanded_names, require_flag
from gatewright.web.routes import read_mount


class FastAPIAuth:
    """The pages, the visitor and their OpenAPI description, for FastAPI applications.

    Args:
        app: The application; or pass it to `init_app` later.
        auth: Its auth; by default one from the settings, created on first use, so that a module-level object for
            dependencies opens no database, and closed at the application's shutdown.
        controller: Its pages; by default `SimpleAuthController`.
        mount: The path under which the pages are mounted.

    Raises:
        ConfigurationError: If a setting or ``mount`` is unsafe or cannot work; says which and how to fix it.
        StoreUnavailableError: If the database cannot be opened or migrated.
    """

    def __init__(
        self,
        app: FastAPI | None = None,
        *,
        auth: AsyncAuth | None = None,
        controller: AuthController | None = None,
        mount: str = "",
    ) -> None:
        if auth is not None and not isinstance(auth, AsyncAuth):
            raise ConfigurationError(
                f"FastAPI needs an AsyncAuth or an AsyncEvrmoreAuth, not {type(auth).__name__}: "
                "an event loop must not block."
            )
        self._auth = auth
        self._is_auth_ours = auth is None
        self._controller = controller or SimpleAuthController()
        self._mount = read_mount("mount", mount)
        if app is not None:
            self.init_app(app)

    @property
    def auth(self) -> AsyncAuth:
        """The auth, for hooks and anything else that the application needs.

        Raises:
            ConfigurationError: If a setting is unsafe or cannot work; the message says which and how to fix it.
            StoreUnavailableError: If the database cannot be opened or migrated.
        """
        if self._auth is None:
            self._auth = AsyncAuth()
        return self._auth

    def init_app(self, app: FastAPI) -> None:
        """Serve the pages ahead of an application, and make the visitor known to its dependencies.

        Raises:
            ConfigurationError: If it is not an application or already has pages, or a setting is unsafe or cannot work;
                the message says which and how to fix it.
            StoreUnavailableError: If the database cannot be opened or migrated.
        """
        if not isinstance(app, FastAPI):
            raise ConfigurationError(
                f"{type(app).__name__} is not a FastAPI application. Write FastAPIAuth(app, auth=...)."
            )
        added: list[object] = [each.cls for each in app.user_middleware]
        if GatewrightMiddleware in added:
            raise ConfigurationError(
                "This application already has a FastAPIAuth, and would know the visitors of only one of the two. Write "
                "FastAPIAuth(app), or FastAPIAuth() and init_app(app), once."
            )
        app.add_middleware(
            GatewrightMiddleware,
            auth=self.auth,
            controller=self._controller,
            mount=self._mount,
            closes_auth=self._is_auth_ours,
        )
        describe(app, cookie=self.auth.settings.session_cookie)

    def current_user(
        self,
        *,
        optional: Annotated[bool, CALLED] = False,
        verified: bool = False,
        role: str | Sequence[str] | None = None,
        permission: str | Sequence[str] | None = None,
        fully_authenticated: bool = False,
        fresh: float | bool = False,
        aal: int = 0,
    ) -> CurrentUser:
        """Return a dependency that provides the user: ``Annotated[User, Depends(auth.current_user())]``.

        Two with the same arguments are equal, so tests can replace one by
        ``app.dependency_overrides[auth.current_user()] = lambda: user``.

        Args:
            optional: Whether to allow everybody, with None for a visitor who does not meet a requirement. Otherwise
                browsers are redirected to the login page and back, programs get a 401, and signed-in visitors who lack
                a requirement get a 403.
            verified: Whether the account must be verified.
            role: A required role, or several, all of which are required.
            permission: A required permission, or several, all of which are required.
            fully_authenticated: Whether a visitor who is merely remembered must authenticate again.
            fresh: Maximum age of the last proof, in minutes; True for the setting ``fresh_minutes``, False for any age.
            aal: The minimum authentication assurance level of their session (NIST SP 800-63B-4): 2 requires a second
                factor.

        Raises:
            ConfigurationError: If ``role`` or ``permission`` is empty, or contains something that is not a name; if
                ``fresh`` is not a number of minutes above 0, or ``aal`` is not 0 to 3; if another argument is neither
                True nor False.
        """
        flags = {"optional": optional, "verified": verified, "fully_authenticated": fully_authenticated}
        for argument, flag in flags.items():
            require_flag(f"current_user({argument}=...)", flag)
        roles, permissions = _names_in("role", role), _names_in("permission", permission)
        asked = demanded_freshness("current_user(fresh=..., aal=...)", fresh, aal)
        return CurrentUser(optional, verified, roles, permissions, fully_authenticated, *asked)

    def router(self) -> APIRouter:
        """Return a router that adds the pages' JSON API to the description: ``app.include_router(auth.router())``.

        The middleware serves the API, with or without this router.

        Raises:
            ConfigurationError: If the pages are not SimpleAuth's: others have no JSON API.
        """
        if not isinstance(self._controller, SimpleAuthController):
            raise ConfigurationError(
                f"{type(self._controller).__name__} has no JSON API; only a SimpleAuthController has one."
            )
        methods = [each for each in self.auth.parts.methods.values() if isinstance(each, Method)]
        return make_router(self.auth.settings, methods, self._controller, mount=self._mount)


def _names_in(argument: str, given: str | Sequence[str] | None) -> tuple[str, ...]:
    """Return one name or several as a tuple; empty if nothing is required."""
    if given is None:
        return ()
    names = tuple(given) if isinstance(given, Iterable) and not isinstance(given, str) else (given,)
    return demanded_names(f'current_user({argument}="...")', names)
