"""One request of one browser: who is visiting, what the visit stores, and which cookies to send back."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode, urlsplit

from gatewright.auth import AsyncAuth, AsyncGuard
from gatewright.errors import InvalidParameterError, SecondFactorRequiredError, TransportError
from gatewright.i18n import choose_language
from gatewright.model import User
from gatewright.operations.best_effort import best_effort_write
from gatewright.operations.visits import Device, read_device
from gatewright.origins import normal_origin
from gatewright.web import csrf
from gatewright.web.bearer import bearer_token, carries_token
from gatewright.web.client import Client
from gatewright.web.link_secrets import hide_secret, link_pattern
from gatewright.web.negotiation import is_htmx, wants_page
from gatewright.web.once import once
from gatewright.web.problems import UNCONFIRMED, Problem, transport_problem
from gatewright.web.redirects import LONGEST, local_path, way_back
from gatewright.web.request import Request
from gatewright.web.response import Response, redirect
from gatewright.web.visit_cookie import WANTED, VisitCookie

if TYPE_CHECKING:
    from gatewright.web.site import Site

_WISH = "remember"
"""The key under which a visit stores that the browser is to be remembered once the sign-in completes."""

_logger = logging.getLogger("gatewright.web")

_SAFE_METHODS = ("GET", "HEAD", "OPTIONS", "TRACE")


class Visit:
    """The visit that an adapter creates for every request, whether it is for a page or for the application.

    Everything is evaluated on demand: most of an application's responses are the same for everybody.

    Attributes:
        site: The pages that the visit belongs to.
        request: The browser's request.
        refused: The response instead of the endpoint's, if the endpoint was not allowed to run for this visitor.
    """

    def __init__(self, site: Site, request: Request) -> None:
        self.site = site
        self.request = request
        self.refused: Response | None = None
        self._remember_cookie: tuple[str, str] | None = None
        self._bearer: User | None = None
        self._is_settled = False
        self._has_logged_out = False

    @once
    def client(self) -> Client:
        """Where the request comes from."""
        return self.site.client_of(self.request)

    @once
    def session(self) -> VisitCookie:
        """The visit's session mapping."""
        return self.site.read_visit(self.request, self.client)

    @once
    def guard(self) -> AsyncGuard:
        """The guard of the visit."""
        return AsyncGuard(
            self.site.parts,
            {} if self.is_foreign or self.is_programs else self.session,
            device=partial(_device_of, self.site, self.request),
        )

    @once
    def is_programs(self) -> bool:
        """Whether the request is a program's, with a token. If so, cookies are ignored."""
        return carries_token(self.request)

    @once
    def _remembered(self) -> str | None:
        return self.site.remember_cookie.read(self.request, is_https=self.client.is_https)

    @property
    def auth(self) -> AsyncAuth:
        """The application's auth."""
        return self.site.auth

    @once
    def is_foreign(self) -> bool:
        """Whether another site sent a request that may change something. If so, the visitor is treated as a guest."""
        if self.request.method in _SAFE_METHODS:
            return False
        settings = self.site.settings
        is_foreign = csrf.is_foreign(
            self.request, self.client, public_origin=settings.public_origin, trusted=settings.trusted_origins
        )
        if is_foreign:
            self._report(f"Another site sent this request. It is treated as a guest's.{self._hint_at_proxy()}")
        return is_foreign

    def _hint_at_proxy(self) -> str:
        """Return what to set if the other site is probably this one, behind a proxy that nobody has declared."""
        sent = normal_origin(self.request.header("origin") or "")
        if sent is None or urlsplit(sent).hostname != urlsplit(self.client.origin).hostname:
            return ""
        return (
            f" It arrived at {self.client.origin}: if that is the same site behind a proxy, set "
            "GATEWRIGHT_TRUSTED_PROXIES to the proxy's address, or GATEWRIGHT_PUBLIC_URL."
        )

    @property
    def language(self) -> str:
        """The language of the response."""
        return _language_of(self.site, self.request)

    @property
    def base_url(self) -> str:
        """The base URL of links in emails. It is never taken from a request header alone."""
        return self.site.base_url(self.client)

    @property
    def is_looked_at(self) -> bool:
        """Whether the response may depend on who is visiting, or on what the visit stores."""
        return self._is_settled or "session" in self.__dict__ or "guard" in self.__dict__

    async def user(self) -> User | None:
        """Return who is visiting, by bearer token, session or remember-me cookie; None for a guest."""
        user = self._bearer if self.is_programs else await self.guard._user()
        return user if self._is_settled or user is not None else await self._settled()

    async def user_at_once(self) -> User | None:
        """Do what `user` does, except that only `user` records that the visitor was seen.

        Under asyncio it suspends only for slow operations: a provider, a hook, a remembered browser.
        """
        user = self._bearer if self.is_programs else await self.guard._user_at_once()
        return user if self._is_settled or user is not None else await self._settled()

    def go_on_with(self, kept: Any) -> None:
        """Continue a sign-in that a framework's own session stored, because there was no cookie for it.

        Args:
            kept: The value that a guard stored there.
        """
        if not (self.is_programs or self.is_foreign):
            self.session[self.site.settings.auth_session_var] = kept
            self.__dict__.pop("guard", None)

    def csrf_token(self) -> str:
        """Return the token that a form must send as ``csrf_token``."""
        return csrf.token_for(self.session, self.site.parts.random)

    def check_form(self, form: Mapping[str, str]) -> None:
        """Refuse a form that no page has shown to this visit. Forms sent by another site never get this far.

        Raises:
            TransportError: 403.
        """
        if not self.is_own_form(form):
            raise self._refused_form()

    def is_own_form(self, form: Mapping[str, str]) -> bool:
        """Return whether a page has shown a form to this visit. Any other form must have no effect."""
        return csrf.is_own_token(self.session, form.get(csrf.FIELD, ""))

    def is_form_expired(self) -> bool:
        """Return whether the submitted form has expired, so that it has to be shown again rather than handled.

        A form expires after a sign-in or sign-out in another tab, and always in a browser without cookies.

        Raises:
            TransportError: 403, if no form was sent, or if a script or program sent it, which has no use for a page.
        """
        request = self.request
        if self.is_own_form(request.form):
            return False
        if not request.media_type or not wants_page(request):
            raise self._refused_form()
        return True

    def _refused_form(self) -> TransportError:
        """Return the error for a form that no page has shown to this visit, and log it."""
        self._report("No page has shown this form to the visitor. It is refused.")
        return TransportError(status=403)

    def _report(self, what: str) -> None:
        path = hide_secret(self.request.path, pattern=link_pattern(self.site.settings))
        csrf.report(self.request, path, what)

    @property
    def wanted(self) -> str:
        """Where on this site the visitor wants to end up, according to the form or URL; empty for nowhere."""
        request = self.request
        try:
            form = request.form if request.method == "POST" else {}
            return local_path(form.get("next") or request.arguments.get("next")) or ""
        except TransportError:  # code that needs the form itself refuses what cannot be read
            return ""

    async def log_in(self, username: Any, password: Any, *, is_remembered: bool) -> User:
        """Sign the visitor in by their password, and remember the browser if they asked for it.

        Args:
            username: What was sent; anything that is not a name is a failed attempt.
            password: What was sent; anything that is not a password is a failed attempt.
            is_remembered: Whether to remember the browser beyond this session.

        Raises:
            InvalidParameterError: If passwords are not one of the methods.
            SecondFactorRequiredError: If the password is right, but not enough. ``is_remembered`` is stored for later.
            GatewrightError: What `AsyncGuard.login` raises.
        """
        if not self.site.parts.has_passwords:
            raise InvalidParameterError(
                "Sign-in by password is off: GATEWRIGHT_METHODS does not include it.", parameter="method"
            )
        try:
            user = await self.guard.login(username, password, self.site.provider)
        except SecondFactorRequiredError:
            self.session[_WISH] = is_remembered
            raise
        await self.signed_in(is_remembered=is_remembered)
        return user

    def keep_wanted(self) -> None:
        """Store where the visitor wants to go for the link that they are sent, since its URL does not contain it."""
        wanted = self.wanted
        if wanted:
            self.session[WANTED] = wanted
        else:
            self.session.pop(WANTED, None)

    def kept_wanted(self) -> str:
        """Return where a visitor who was sent a link wanted to go; empty for nowhere."""
        return local_path(str(self.session.get(WANTED, ""))) or ""

    def wants_to_be_remembered(self) -> bool:
        """Return, once, whether the visitor asked in the first step of a sign-in for their browser to be remembered."""
        return self.session.pop(_WISH, False) is True

    async def signed_in(self, *, is_remembered: bool = False) -> None:
        """Record that the visitor has just authenticated, and give the next form a new token.

        They are already signed in, so a failure to remember the browser does not stop them.
        """
        self._is_settled = True
        for wish in (_WISH, WANTED):  # of a sign-in that was begun in this browser and not completed
            self.session.pop(wish, None)
        csrf.forget_token(self.session)
        if is_remembered and self.site.settings.enable_remember_me:
            with best_effort_write("The remembered browser"):
                self._remember(await self.guard.remember())

    async def log_out(self) -> None:
        """Sign the visitor out, and forget the browser; or end the session that a program's token identifies."""
        if self.is_programs:
            await self.auth.invalidate_token(bearer_token(self.request) or "")
            self._bearer = None
            return
        await self.guard.destroy(remembered=self._remembered)
        self._is_settled = True
        self._has_logged_out = True
        self._remembered = None
        self.session.clear()
        self._remember_cookie = self.site.remember_cookie.clearing(is_https=self.client.is_https)

    def redirect_to_login(self) -> Response:
        """Redirect a guest to the login page, and from there back to where they wanted to go; see `lead_to`."""
        return self.lead_to("login", transport_problem(401))

    def redirect_to_confirmation(self) -> Response:
        """Redirect a visitor who is merely remembered to the confirmation page, and back; see `lead_to`."""
        return self.lead_to("confirm_password", UNCONFIRMED)

    async def is_fresh(self, minutes: float | None, *, aal: int) -> bool:
        """Return whether the visitor's session is strong enough, and their last proof recent enough.

        A token is issued for a wallet's signature, so the proof is as old as the token.

        Args:
            minutes: Maximum age of the last proof, in minutes; None for any age.
            aal: The minimum authentication assurance level of their session.
        """
        if not self.is_programs:
            return await self.guard.is_fresh(minutes, aal=aal)
        now = self.site.parts.clock.now()
        claims = self.site.parts.tokens.read(bearer_token(self.request) or "", now=now)
        return aal <= 1 and (minutes is None or now.timestamp() - float(claims["iat"]) <= minutes * 60)

    def lead_to(self, name: str, problem: Problem, *, wanted: str = "", aal: int | None = None) -> Response:
        """Redirect a person to a page that resolves what they lack, and from there back.

        Programs get the problem; so do scripts, which would insert the page into their document. For htmx, a header
        navigates the whole page there. If the page is disabled and the application has none of its name, everybody gets
        the problem: a redirect to the home page might loop forever.

        Args:
            name: The page's route.
            problem: What they lack.
            wanted: Where they continue from there; if empty, back to what they requested.
            aal: The authentication assurance level that they need to reach there.
        """
        if not self.site.leads_to(name):
            return problem.bare_page if wants_page(self.request) else problem.response
        path = self.path_with_next(name, wanted or way_back(self.request, self._hosts))
        if aal is not None:
            path += f"{'&' if '?' in path else '?'}aal={aal}"
        if wants_page(self.request):
            return redirect(path)
        answer = problem.response
        return answer.with_headers(("HX-Redirect", path)) if is_htmx(self.request) else answer

    def lead_to_next_step(self, error: SecondFactorRequiredError) -> Response:
        """Redirect a visitor whose first proof is not enough to the page for the second.

        Args:
            error: The error that their first proof raised.

        Raises:
            SecondFactorRequiredError: The error itself, if that page is disabled and the application has none of its
                name: a redirect to the home page would not say why they are still a guest.
        """
        if not self.site.leads_to("login_step"):
            _logger.warning(
                "A sign-in is waiting for its second step, but GATEWRIGHT_PAGE_PATHS disables its page login_step. "
                "Enable it, or add a route of that name."
            )
            raise error
        return redirect(self.path_with_next("login_step", self.wanted))

    def path_with_next(self, name: str, target: str | None, **values: str) -> str:
        """Return the path of a page, with where to go next.

        Args:
            name: The page's route.
            target: Where to go afterwards. Left out if it is not on this site, or makes the path longer than servers
                accept.
            values: The values in the page's path.
        """
        path, target = self.site.path(name, **values), local_path(target)
        leading_on = f"{path}?{urlencode({'next': target})}"
        return leading_on if target and len(leading_on) <= LONGEST else path

    def cookies(self) -> tuple[tuple[str, str], ...]:
        """Return the headers that the response needs, whether it is gatewright's or the application's.

        After a sign-out, they also make the browser clear its cache of the site's pages, so that the next person at it
        cannot go back to them (Clear Site Data). Cookies and storage are not cleared: other applications on the host
        keep theirs there.
        """
        headers: list[tuple[str, str]] = []
        if "session" in self.__dict__ and self.session.is_changed and not self.is_foreign:
            is_https = self.client.is_https
            value = self.session.value
            cookie = self.site.visit_cookie
            headers.append(cookie.header(value, is_https=is_https) if value else cookie.clearing(is_https=is_https))
        if self._remember_cookie is not None:
            headers.append(self._remember_cookie)
        if self._has_logged_out and self.client.is_trustworthy:
            headers.append(("Clear-Site-Data", '"cache"'))
        return tuple(headers)

    @property
    def _hosts(self) -> tuple[str, str]:
        """The site's host as sent by this browser, and as configured."""
        return self.client.host, urlsplit(self.site.settings.public_url or "").netloc

    async def _settled(self) -> User | None:
        """Return the user of a program's token, or of a remembered browser whose session has ended."""
        self._is_settled = True  # also for hooks that ask meanwhile
        try:
            if self.is_programs:
                token = bearer_token(self.request)
                self._bearer = None if token is None else await self.auth.get_user_by_token(token)
                return self._bearer
            if self._can_recall():
                await self._recall(str(self._remembered))
            return await self.guard._user_at_once()
        except BaseException:
            self._is_settled = False  # still unknown
            raise

    def _can_recall(self) -> bool:
        return self.site.settings.enable_remember_me and bool(self._remembered) and not self.is_foreign

    async def _recall(self, cookie: str) -> None:
        renewed = await self.guard.recall(cookie)
        if renewed is None:
            self._remembered = None
            self._remember_cookie = self.site.remember_cookie.clearing(is_https=self.client.is_https)
        elif renewed != cookie:
            self._remember(renewed)

    def _remember(self, cookie: str) -> None:
        self._remembered = cookie
        until = self.site.parts.clock.now() + timedelta(days=self.site.settings.remember_days)
        self._remember_cookie = self.site.remember_cookie.header(
            cookie, is_https=self.client.is_https, expires_at=until
        )


def _device_of(site: Site, request: Request) -> Device:
    """Return where a request comes from. It takes the request, not the visit, to avoid a reference cycle."""
    client = site.client_of(request)
    device = read_device(client.ip_address, request.header("user-agent"))
    return replace(device, language=_language_of(site, request), base_url=site.base_url(client))


def _language_of(site: Site, request: Request) -> str:
    return choose_language(request.header("accept-language"), fixed=site.settings.language)
