"""The pages of one application: which requests are theirs, and what is answered."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from copy import copy
from typing import Any

from gatewright.auth import AsyncAuth, Auth, as_async
from gatewright.errors import ConfigurationError, GatewrightError, InvalidLinkError, TransportError
from gatewright.web import api, static
from gatewright.web.bearer import carries_token
from gatewright.web.client import Client, Proxies
from gatewright.web.controller import AuthController, call_page
from gatewright.web.cookies import Cookie
from gatewright.web.fields import Field
from gatewright.web.flows import login, logout
from gatewright.web.pages import Pages
from gatewright.web.problems import Problem, report, transport_problem
from gatewright.web.redirects import local_path
from gatewright.web.request import FORM, Request
from gatewright.web.response import Response, redirect
from gatewright.web.routes import AGAIN, API, STATIC, Route, Routes
from gatewright.web.security_headers import protect
from gatewright.web.simple_auth import SimpleAuthController
from gatewright.web.visit import Visit

_LOOPBACK = ("localhost", "127.0.0.1", "[::1]")
_DEFAULT_URL = "http://localhost:8000"


class Site:
    """What an adapter puts before its framework. One implementation serves them all.

    Its coroutines never suspend under a blocking `Auth`, and are driven by `run_to_completion` there.

    Args:
        auth: The application's auth, in either dress.
        controller: The application's pages; `SimpleAuthController` where there is none.
        mount: The path that the pages lie below, without a slash at its end.
        resolve: Returns the path of one of the application's own routes by its name, or None.

    Raises:
        ConfigurationError: If a setting, the provider or the middleware cannot work; says which and how to cure it.
    """

    def __init__(
        self,
        auth: Auth | AsyncAuth,
        controller: AuthController | None = None,
        *,
        mount: str = "",
        resolve: Callable[[str], str | None] | None = None,
    ) -> None:
        self.auth = as_async(auth)
        self.parts = self.auth.parts
        self.settings = auth.settings
        self.controller = controller or SimpleAuthController()
        self.prefix = ""
        self.mount = mount.rstrip("/")
        self._resolve = resolve or (lambda name: None)
        self._routes = Routes(login=self._fixed("login"), logout=self._fixed("logout"))
        self.remember_cookie = Cookie(self.settings.remember_me_cookie)
        self._proxies = Proxies(self.settings.trusted_proxies)
        self.pages = Pages(self.settings)
        self._process: int | None = None
        self._is_simple = isinstance(self.controller, SimpleAuthController)
        self._check_public_url()
        middleware = self.controller.get_middleware()
        if middleware is not None:
            self.parts.hooks.use_middleware(_full_name(middleware, self.controller))

    def below(self, prefix: str) -> Site:
        """Return the same site as seen below a path: frameworks learn with each request where they are mounted.

        Args:
            prefix: The path, without a slash at its end; empty for the site itself.
        """
        if not prefix:
            return self
        site = copy(self)
        site.prefix = prefix
        site.mount = prefix + self.mount
        return site

    @property
    def provider(self) -> Any:
        """Where the users of the login form come from."""
        return self.controller.get_user_provider() or self.settings.user_provider

    def open(self, request: Request) -> Visit:
        """Return the visit that a request belongs to. Every request has one, whoever answers it."""
        if self._process != os.getpid():
            self._process = os.getpid()
            self.parts.wake_postman()  # for the mails that a process has left that is no more
        return Visit(self, request, self._proxies.client_of(request))

    def serves(self, request: Request) -> bool:
        """Say whether a request is for one of the pages; if not, it is the application's.

        One that carries a token in its ``Authorization`` header is a program's, and no page is for programs. Nor is a
        logout without a form and without a cookie, which has nothing to end here.
        """
        if request.path.startswith(STATIC):
            return True
        twin = api.page_of(request.path) if self._is_simple else None
        if twin is not None:
            return self._is_enabled(twin)
        found = self._routes.find(request.path)
        if found is None or carries_token(request):
            return False
        name = found[0]
        if name == "logout" and request.media_type != FORM and request.header("cookie") is None:
            return False
        return hasattr(self.controller, name) and self._is_enabled(name)

    async def answer(self, visit: Visit) -> Response:
        """Answer a request that `serves` has accepted: headers, cookies and all, errors too."""
        request = visit.request
        if request.path.startswith(STATIC):
            return protect(static.answer(request, skin=self.settings.skin), visit.client)
        try:
            response = await self._answer(visit)
        except GatewrightError as error:
            problem = report(error)
            response = await self._explain(visit, problem) if _wants_page(request) else problem.response
        return protect(response.with_headers(*visit.cookies()), visit.client)

    def refuse(self, request: Request, status: int) -> Response:
        """Answer a request that cannot be read: its body is larger than any that a page takes, or its end is missing.

        Args:
            request: The request, as far as it is known.
            status: The HTTP status.
        """
        problem = transport_problem(status)
        response = problem.bare_page if _wants_page(request) else problem.response
        return protect(response, self._proxies.client_of(request))

    def path(self, name: str, **values: str) -> str:
        """Return the path of a route of ours or of the application; ``/`` where there is none of that name."""
        if name.startswith("/"):
            return self.prefix + name
        own = self._routes.path(name, **values)
        if own is not None and hasattr(self.controller, name):
            return self.mount + own
        return self.prefix + (self._resolve(name) or "/")

    def path_after_login(self, wanted: str | None) -> str:
        """Return where a login leads: where the visitor wanted to go, if that is on this site, or as it is set."""
        target = local_path(wanted)
        is_loop = target is not None and target.partition("?")[0] in (self.path("login"), self.path("logout"))
        return self.path(self.settings.auth_login_route_redirect) if target is None or is_loop else target

    def base_url(self, client: Client) -> str:
        """Return the beginning of the links in mails."""
        url = self.settings.public_url
        if url is None:
            is_local = client.host.rpartition(":")[0] in _LOOPBACK or client.host in _LOOPBACK
            url = client.origin if is_local else _DEFAULT_URL
        return url.rstrip("/") + self.mount

    def signup_fields(self) -> Sequence[Field]:
        """Return the fields of the signup form."""
        return self.controller.signup_fields() if isinstance(self.controller, SimpleAuthController) else ()

    def profile_fields(self) -> Sequence[Field]:
        """Return the fields that a user can change."""
        return self.controller.profile_fields() if isinstance(self.controller, SimpleAuthController) else ()

    async def _answer(self, visit: Visit) -> Response:
        request = visit.request
        if visit.is_foreign:
            raise TransportError(status=403)
        if self._is_simple and api.page_of(request.path) is not None:
            return await api.answer(visit)
        name, values = self._routes.find(request.path) or ("", {})
        if name == "login":
            await self.visit_login(visit)
        is_for_guests = request.method in ("GET", "HEAD") and name in self.settings.auth_route_auto_redirect
        if is_for_guests and await visit.user() is not None:
            return redirect(self.path_after_login(request.arguments.get("next")))
        if name == "login" and request.method == "POST":
            return await login.submit(visit)
        if name == "logout":
            return await logout.log_out(visit)
        if request.method not in ("GET", "HEAD", "POST"):
            raise TransportError(status=405, headers={"Allow": "GET, HEAD, POST"})
        method: Any = getattr(self.controller, name)
        return await call_page(method, visit, **values)

    async def _explain(self, visit: Visit, problem: Problem) -> Response:
        name, _ = self._routes.find(visit.request.path) or ("", {})
        again = AGAIN.get(name) if problem.code == InvalidLinkError.code else None
        return await self.pages.explain(visit, problem, again=again)

    async def visit_login(self, visit: Visit) -> None:
        """Fire the event of a visit of the login route, which may refuse it."""
        route = Route("login", visit.request.path, visit.request.method)
        await self.parts.hooks.pre_login.fire(route=route)

    def _fixed(self, name: str) -> str:
        """Return the path of the login or logout route, which the settings may move."""
        chosen: str = getattr(self.settings, f"auth_{name}_route")
        if chosen.startswith("/"):
            return chosen
        return f"/{chosen}"

    def _is_enabled(self, name: str) -> bool:
        if not self._is_simple:
            return True
        settings = self.settings
        return {
            "login_wallet": settings.enable_wallet_login,
            "signup": settings.enable_signup,
            "email_verification": settings.enable_email_verification,
            "email_verification_request": settings.enable_email_verification,
            "password_reset": settings.enable_password_reset,
            "password_reset_form": settings.enable_password_reset,
            "account_delete": settings.enable_account_deletion,
        }.get(name, True)

    def _check_public_url(self) -> None:
        if self._is_simple and self.settings.is_production and self.settings.public_url is None:
            raise ConfigurationError(
                "Production needs GATEWRIGHT_PUBLIC_URL, such as https://example.com: the links in mails begin with "
                "it, and what a request says of the host can be anybody's word."
            )


def _wants_page(request: Request) -> bool:
    return request.is_browsers and not request.path.startswith(API)


def _full_name(middleware: Any, controller: AuthController) -> Any:
    """Return the name of a middleware with its module: a bare one is the name of a class beside the controller's."""
    if isinstance(middleware, str) and ":" not in middleware:
        return f"{type(controller).__module__}:{middleware}"
    return middleware
