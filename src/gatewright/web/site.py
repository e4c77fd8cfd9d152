"""The pages of one application: which requests are for them, and how they respond."""

from __future__ import annotations

import logging
import os
from collections.abc import Callable, Sequence
from contextlib import suppress
from copy import copy
from typing import Any
from urllib.parse import unquote

from gatewright.auth import AsyncAuth, Auth, async_facade_of
from gatewright.drive import is_coroutine_function, misfit
from gatewright.errors import ConfigurationError, GatewrightError, InvalidLinkError, TransportError
from gatewright.fields import Field
from gatewright.methods import Method
from gatewright.origins import normal_origin
from gatewright.web import api, health, static
from gatewright.web.bearer import carries_token
from gatewright.web.client import Client, Proxies
from gatewright.web.controller import AuthController, call_page
from gatewright.web.cookies import Cookie
from gatewright.web.cross_origin import CrossOrigin
from gatewright.web.flows import login, logout
from gatewright.web.negotiation import wants_page
from gatewright.web.pages import Pages
from gatewright.web.problems import FOREIGN_FORM, Problem, report, transport_problem
from gatewright.web.raw_path import quoted
from gatewright.web.redirects import local_path
from gatewright.web.request import Request
from gatewright.web.response import Response, data, redirect
from gatewright.web.routes import AGAIN, STATIC, WELL_KNOWN, Route, Routes, read_mount
from gatewright.web.security_headers import protect
from gatewright.web.simple_auth import SimpleAuthController, fields_of, signup_fields_of
from gatewright.web.visit import Visit
from gatewright.web.visit_cookie import VisitCookie

_logger = logging.getLogger("gatewright.web")

_process = object()
"""Stands for this process. Compared for each request, where the process id would cost a system call."""

_DEFAULT_URL = "http://localhost:8000"


class Site:
    """What an adapter serves ahead of its framework's application. All adapters share this implementation.

    With a blocking `Auth` (``is_blocking``) its coroutines never suspend, and `run_to_completion` runs them.

    Args:
        auth: The application's auth, in either build.
        controller: The application's pages; by default `SimpleAuthController`.
        mount: The path under which the pages are mounted, without a trailing slash.
        resolve: Returns the path of one of the application's own routes by its name, or None.

    Raises:
        ConfigurationError: If a setting, the mount, the provider or the middleware cannot work; the message says which
            and how to fix it.
    """

    def __init__(
        self,
        auth: Auth | AsyncAuth,
        controller: AuthController | None = None,
        *,
        mount: str = "",
        resolve: Callable[[str], str | None] | None = None,
    ) -> None:
        if controller is not None and not isinstance(controller, AuthController):
            raise ConfigurationError(
                f"A controller must be an instance of a subclass of AuthController, such as MyPages(), not "
                f"{controller!r:.80}."
            )
        self.auth = async_facade_of(auth)
        self.is_blocking = isinstance(auth, Auth)
        self.parts = self.auth.parts
        self.settings = auth.settings
        self.controller = controller or SimpleAuthController()
        self.prefix = ""
        self._name_cookies()
        self.mount = read_mount("mount", mount)
        self._resolve = resolve or (lambda name: None)
        self.proxies = Proxies(self.settings.trusted_proxies)
        self._cross_origin = CrossOrigin(self.settings.trusted_origins)
        self._strange_cookies: set[str] = set()
        self.remember_name = self.settings.remember_cookie_name.encode()
        self.pages = Pages(self.settings, self.methods)
        self._scripts = {name: file for method in self.methods for name, file in method.scripts.items()}
        self._well_known = {
            f"/.well-known/{name}": told for method in self.methods for name, told in method.well_known().items()
        }
        self._process: object = None
        self._is_simple = isinstance(self.controller, SimpleAuthController)
        _require_plain(self.controller)
        self.routes = Routes(
            self.settings, self.controller, has_api=self._is_simple, has_passwords=self.parts.has_passwords
        )
        self._check_public_url()
        self.find_provider()
        middleware = self.controller.get_middleware()
        if middleware is not None:
            self.parts.hooks.use_middleware(_full_name(middleware, self.controller))

    def below(self, prefix: str) -> Site:
        """Return the same site as seen under a path: frameworks learn only from a request where they are mounted.

        Args:
            prefix: The path, without a trailing slash; empty for the site itself.
        """
        if not prefix:
            return self
        site = copy(self)
        site.prefix = prefix
        site.mount = prefix + self.mount
        site._name_cookies()
        return site

    def _name_cookies(self) -> None:
        """Create the cookies: the visit's (session secret, values, messages), and that of a remembered browser."""
        self.visit_cookie = Cookie(self.settings.session_cookie, self.prefix)
        self.remember_cookie = Cookie(self.settings.remember_cookie_name, self.prefix)
        self._room = {is_https: self.visit_cookie.room(is_https=is_https) for is_https in (False, True)}

    @property
    def provider(self) -> Any:
        """The provider of the login form's users, or its name."""
        given = self.controller.get_user_provider()
        return self.settings.user_provider if given is None else given

    def find_provider(self) -> None:
        """Look up the provider that the controller or the settings name, and register it if it is an object.

        A provider given as ``module:name`` is imported on the first request: its module may import what is being
        created here.

        Raises:
            ConfigurationError: If it is unknown, with a list of the known ones; or if each call returns another object.
        """
        for _ in range(2):
            try:
                provider = self.provider
            except RuntimeError:  # from a framework: the controller can tell only within a request
                return
            if not isinstance(provider, str) or ":" not in provider:
                self.parts.sources.find(provider)

    def find_method(self, name: str) -> Method | None:
        """Return a method by its name, or None."""
        method = self.parts.methods.get(name)
        return method if isinstance(method, Method) else None

    @property
    def methods(self) -> list[Method]:
        """The methods, in the order of the settings."""
        return [each for each in self.parts.methods.values() if isinstance(each, Method)]

    @property
    def login_methods(self) -> list[Method]:
        """The methods that the login page offers."""
        return [each for each in self._methods_that_begin if self.leads_to(each.page or "login_step")]

    @property
    def beginning(self) -> list[Method]:
        """The methods that can begin a sign-in on the sign-in step page, rather than on a page of their own."""
        return [each for each in self._methods_that_begin if each.page is None]

    @property
    def _methods_that_begin(self) -> list[Method]:
        names = self.parts.beginning()
        return [each for each in self.methods if each.name in names]

    @property
    def enrollable(self) -> list[Method]:
        """The methods that users can enrol, each on its own page."""
        return [each for each in self.methods if each.at_most] if self.leads_to("account_method") else []

    def read_visit(self, request: Request, client: Client) -> VisitCookie:
        """Return the data that the browser stores for a visit."""
        cookie, is_https = self.visit_cookie, client.is_https
        kept = VisitCookie(self.parts.seal, cookie.read(request, is_https=is_https), room=self._room[is_https])
        if kept.is_strange and cookie.base_name not in self._strange_cookies:
            self._strange_cookies.add(cookie.base_name)
            _logger.warning(
                "A browser sent a cookie %s that was sealed with another key; it is treated as a guest. If another "
                "application on this host, on any port, uses gatewright, give each its own GATEWRIGHT_SESSION_COOKIE.",
                cookie.base_name,
            )
        return kept

    def wake(self) -> None:
        """On the first request in this process, wake the mail worker for emails that an ended process left unsent.

        A provider given as ``module:name`` is imported now, to find out whether reloading its users is quick.
        """
        if self._process is not _process:
            self._process = _process
            self.parts.wake_mail_worker()
            with suppress(Exception):  # a sign-in will report it
                if isinstance(self.provider, str):
                    self.parts.sources.get(self.provider)

    def open(self, request: Request) -> Visit:
        """Return the visit of a request. Every request has one, whether gatewright or the application responds."""
        self.wake()
        return Visit(self, request)

    def client_of(self, request: Request) -> Client:
        """Return where a request comes from."""
        return self.proxies.client_of(request)

    def serves(self, request: Request) -> bool:
        """Return whether a request is for one of the pages; if not, it is the application's.

        A request with a token in its ``Authorization`` header is a program's, and pages are not for programs. A logout
        with neither a form nor a cookie is not served either, since it has nothing to end here.
        """
        if request.path.startswith(STATIC):
            return True
        if self.routes.find_in_api(request.path) is not None or self.routes.find_check(request.path) is not None:
            return True
        found = self.routes.find(request.path)
        if found is None or carries_token(request):
            return False
        name = found[0]
        return name != "logout" or request.has_form or request.header("cookie") is not None

    def detour(self, request: Request) -> Response | None:
        """Return the response at a URL that the application does not know, or None if there is none.

        A URL that differs from a page's only by a trailing slash redirects to the page. At the root of a site, wherever
        the pages are mounted, one URL tells password managers where to change a password (W3C, A Well-Known URL for
        Changing Passwords), and others hold the methods' well-known documents (RFC 8615).
        """
        told = self._well_known.get((request.mount + request.path).removeprefix(self.prefix))
        if told is not None:
            return protect(data(told), self.client_of(request))
        if request.mount + request.path == self.prefix + WELL_KNOWN and self.routes.path("account") is not None:
            return protect(redirect(self.path("account")), self.client_of(request))
        path = request.path.removesuffix("/") if request.path.endswith("/") else f"{request.path}/"
        page = request.having(path=path, raw_path="")
        if request.mount != self.mount or path.startswith(STATIC) or not self.serves(page):
            return None
        return protect(redirect(page.target, status=308), self.client_of(request))

    async def answer(self, visit: Visit) -> Response:
        """Return the complete response to a request that `serves` accepted: headers, cookies and errors included."""
        request = visit.request
        if request.path.startswith(STATIC):
            return protect(static.answer(request, skin=self.settings.skin, scripts=self._scripts), visit.client)
        check = self.routes.find_check(request.path)
        if check is not None:
            return protect(await health.answer(request, check, self.parts.store), visit.client)
        preflight = self._cross_origin.preflight(request) if self._is_of_api(request) else None
        if preflight is not None:
            return self._finished(preflight, request, visit.client)
        try:
            response = await self._answer(visit)
        except GatewrightError as error:
            problem = report(error)
            response = await self._explain(visit, problem) if self._wants_page(request) else problem.response
        return self._finished(response.with_headers(*visit.cookies()), request, visit.client)

    def refuse(self, request: Request, status: int) -> Response:
        """Respond to a request that cannot be read: its body is too large for any page, or incomplete.

        Args:
            request: The request, as far as it is known.
            status: The HTTP status.
        """
        problem = transport_problem(status)
        response = problem.bare_page if self._wants_page(request) else problem.response
        return self._finished(response, request, self.client_of(request))

    def path(self, name: str, **values: str) -> str:
        """Return the path of a route of gatewright's or of the application; ``/`` if there is none of that name.

        If the application's route is on another host, such as a subdomain, return its whole URL.
        """
        if name.startswith("/"):
            return self.prefix + name
        own = self.routes.path(name, **values)
        if own is not None:
            return self.mount + own
        found = self._resolve(name) or "/"
        return self.prefix + found if found.startswith("/") else found

    def leads_to(self, name: str) -> bool:
        """Return whether gatewright or the application has a page of that name."""
        return self.routes.path(name, token="") is not None or self._resolve(name) is not None

    def path_after_login(self, wanted: str | None) -> str:
        """Return where a sign-in redirects: where the visitor wanted to go, if it is on this site, else the setting."""
        target = local_path(wanted)
        path = unquote((target or "").partition("?")[0]).rstrip("/") or "/"
        is_loop = path in (self.path("login"), self.path("logout"))
        return self.path(self.settings.auth_login_route_redirect) if target is None or is_loop else target

    def base_url(self, client: Client) -> str:
        """Return the base URL of links in emails. The pages' mount point is as the request found it."""
        url = self.settings.public_origin
        if url is None:
            url = normal_origin(client.origin) if client.is_local else None
        return (url or _DEFAULT_URL) + quoted(self.mount)

    def signup_fields(self) -> Sequence[Field]:
        """Return the fields of the signup form, without those for a password if passwords are not used.

        Raises:
            ConfigurationError: If the controller returns something else.
        """
        if not isinstance(self.controller, SimpleAuthController):
            return ()
        return signup_fields_of(self.controller, has_passwords=self.parts.has_passwords)

    def profile_fields(self) -> Sequence[Field]:
        """Return the fields that a user can change.

        Raises:
            ConfigurationError: If the controller returns something else.
        """
        return fields_of(self.controller, "profile_fields") if isinstance(self.controller, SimpleAuthController) else ()

    async def _answer(self, visit: Visit) -> Response:
        request = visit.request
        if visit.is_foreign:
            raise TransportError(status=403)
        if self._is_of_api(request):
            return await api.answer(visit)
        name, values = self.routes.find(request.path) or ("", {})
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

    def _is_of_api(self, request: Request) -> bool:
        return self.routes.find_in_api(request.path) is not None

    def _finished(self, response: Response, request: Request, client: Client) -> Response:
        """Return a response with the headers common to all pages, or to the API."""
        answer = protect(response, client)
        return self._cross_origin.share(answer, request) if self._is_of_api(request) else answer

    async def _explain(self, visit: Visit, problem: Problem) -> Response:
        name, values = self.routes.find(visit.request.path) or ("", {})
        again = AGAIN.get(name) if problem.code == InvalidLinkError.code else None
        is_refused_form = problem.code == FOREIGN_FORM and name != "logout"
        back = visit.path_with_next(name, visit.wanted, **values) if is_refused_form else None
        return await self.pages.explain(visit, problem, again=again, back=back)

    async def visit_login(self, visit: Visit) -> None:
        """Fire the ``pre_login`` event of the login route, which may refuse the visit."""
        route = Route("login", visit.request.path, visit.request.method)
        await self.parts.hooks.pre_login.fire(route=route)

    def _wants_page(self, request: Request) -> bool:
        return wants_page(request) and self.routes.find_in_api(request.path) is None

    def _check_public_url(self) -> None:
        if self._is_simple and self.settings.is_production and self.settings.public_url is None:
            raise ConfigurationError(
                "Set GATEWRIGHT_PUBLIC_URL in production, such as https://example.com: links in emails begin with it, "
                "since anybody can send a request with any host."
            )


def _full_name(middleware: Any, controller: AuthController) -> Any:
    """Return the name of a middleware with its module: a bare name is a class in the controller's module."""
    if isinstance(middleware, str) and ":" not in middleware:
        return f"{type(controller).__module__}:{middleware}"
    return middleware


def _require_plain(controller: AuthController) -> None:
    """Refuse a controller whose configuration methods cannot simply be called.

    Raises:
        ConfigurationError: If a method takes parameters or is a coroutine function.
    """
    for name in ("get_user_provider", "get_middleware", "signup_fields", "profile_fields"):
        method = getattr(controller, name, None)
        if method is not None and (is_coroutine_function(method) or misfit(method)):
            raise ConfigurationError(
                f"{type(controller).__name__}.{name} must be a plain method without parameters: def {name}(self)."
            )


def _begin_process() -> None:
    global _process
    _process = object()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_begin_process)
