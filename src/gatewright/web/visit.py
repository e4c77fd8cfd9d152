"""One request of one browser: who is it, what does the visit keep, and which cookies go back?"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from gatewright.auth import AsyncAuth, AsyncGuard
from gatewright.errors import TransportError
from gatewright.i18n import choose_language
from gatewright.model import User
from gatewright.operations.second_writes import second_write
from gatewright.web import csrf
from gatewright.web.bearer import bearer_token, carries_token
from gatewright.web.client import Client
from gatewright.web.cookies import VISIT
from gatewright.web.redirects import local_path
from gatewright.web.request import Request
from gatewright.web.response import Response, redirect
from gatewright.web.visit_cookie import VisitCookie

if TYPE_CHECKING:
    from gatewright.web.site import Site

_SAFE_METHODS = ("GET", "HEAD", "OPTIONS", "TRACE")


class Visit:
    """What an adapter makes of every request, whether it is for one of our pages or for the application.

    Attributes:
        site: The pages that the visit belongs to.
        request: What the browser asks.
        client: Where the request comes from.
        guard: The auth of the visit.
        keeps: The visit's session mapping.
    """

    def __init__(self, site: Site, request: Request, client: Client) -> None:
        self.site = site
        self.request = request
        self.client = client
        self.keeps = VisitCookie(site.parts.seal, VISIT.read(request, is_https=client.is_https))
        self._remembered = site.remember_cookie.read(request, is_https=client.is_https)
        self._remember_cookie: tuple[str, str] | None = None
        self._bearer: User | None = None
        self._is_recognised = False
        self._is_signed_in = False
        self.guard: AsyncGuard = site.auth.guard(
            {} if self.is_foreign or carries_token(request) else self.keeps,
            ip_address=client.ip_address,
            user_agent=request.header("user-agent"),
        )

    @property
    def auth(self) -> AsyncAuth:
        """The application's auth."""
        return self.site.auth

    @property
    def is_foreign(self) -> bool:
        """Whether another site wants to change something in this visitor's name. Then nobody is signed in."""
        if self.request.method in _SAFE_METHODS:
            return False
        public_url = (self.site.settings.public_url or "").rstrip("/")
        return csrf.is_foreign(self.request, self.client, public_url=public_url)

    @property
    def language(self) -> str:
        """The language of the answer."""
        return choose_language(self.request.header("accept-language"), fixed=self.site.settings.language)

    @property
    def base_url(self) -> str:
        """Where the links of mails lead: never where a request's header alone says."""
        return self.site.base_url(self.client)

    @property
    def is_signed_in(self) -> bool:
        """Whether somebody has asked who is visiting, and it was no guest."""
        return self._is_signed_in

    async def user(self) -> User | None:
        """Return who is visiting, by bearer token, session or remember-me cookie; None for a guest."""
        if not self._is_recognised:
            self._is_recognised = True
            await self._recognise()
        user = self._bearer if carries_token(self.request) else await self.guard.user()
        self._is_signed_in = user is not None
        return user

    def csrf_token(self) -> str:
        """Return what a form must repeat as ``csrf_token``."""
        return csrf.token_for(self.keeps, self.site.parts.random)

    def check_form(self, form: Mapping[str, str]) -> None:
        """Refuse a form that no page has shown to this visit. One that another site sends never gets so far.

        Raises:
            TransportError: 403.
        """
        if not csrf.is_own_token(self.keeps, form.get(csrf.FIELD, "")):
            raise TransportError(status=403)

    async def log_in(self, username: Any, password: Any, *, is_remembered: bool) -> User:
        """Sign the visitor in by their password, and remember the browser where they ask for it.

        Args:
            username: What was sent; whatever is no name is a failed attempt.
            password: What was sent; whatever is no password is a failed attempt.
            is_remembered: Whether the browser shall be known beyond this session.

        Raises:
            GatewrightError: What `AsyncGuard.login` raises.
        """
        user = await self.guard.login(username, password, self.site.provider)
        await self.signed_in(is_remembered=is_remembered)
        return user

    async def signed_in(self, *, is_remembered: bool = False) -> None:
        """Take note that the visitor has just proved who they are: the next form needs a new token.

        They are signed in already, so a browser that cannot be remembered is none of their worries now.
        """
        self._is_recognised = True
        csrf.forget_token(self.keeps)
        if is_remembered and self.site.settings.enable_remember_me:
            with second_write("That a browser is remembered"):
                self._remember(await self.guard.remember())

    async def log_out(self) -> None:
        """Sign the visitor out, and forget the browser; or end the session that a program's token names."""
        if carries_token(self.request):
            await self.auth.invalidate_token(bearer_token(self.request) or "")
            self._bearer = None
            return
        await self.guard.destroy(remembered=self._remembered)
        self._is_recognised = True
        self._remembered = None
        self.keeps.clear()
        self._remember_cookie = self.site.remember_cookie.clearing(is_https=self.client.is_https)

    def redirect_to_login(self) -> Response:
        """Lead a guest to the login page, and from there back to where they wanted to go."""
        wanted = self.request.path + (f"?{self.request.query}" if self.request.query else "")
        target = local_path(self.request.mount + wanted) if self.request.method in ("GET", "HEAD") else None
        return redirect(self.path_with_next("login", target))

    def redirect_to_confirmation(self) -> Response:
        """Lead a visitor who is merely remembered to where they prove that it is them, and back."""
        return redirect(self.path_with_next("confirm_password", local_path(self.request.mount + self.request.path)))

    def path_with_next(self, name: str, target: str | None) -> str:
        """Return the path of a page that leads on from there.

        Args:
            name: The page's route.
            target: Where to go afterwards, if anywhere in particular.
        """
        path = self.site.path(name)
        return f"{path}?{urlencode({'next': target})}" if target else path

    def cookies(self) -> tuple[tuple[str, str], ...]:
        """Return the headers that the answer needs, whoever wrote it."""
        headers: list[tuple[str, str]] = []
        is_https = self.client.is_https
        if self.keeps.is_changed and not self.is_foreign:
            value = self.keeps.value
            headers.append(VISIT.header(value, is_https=is_https) if value else VISIT.clearing(is_https=is_https))
        if self._remember_cookie is not None:
            headers.append(self._remember_cookie)
        return tuple(headers)

    async def _recognise(self) -> None:
        """Take the token of a program, or else recall a remembered browser whose session is over."""
        if carries_token(self.request):
            token = bearer_token(self.request)
            self._bearer = None if token is None else await self.auth.get_user_by_token(token)
        elif self._can_recall() and await self.guard.user() is None:
            await self._recall(str(self._remembered))

    def _can_recall(self) -> bool:
        return bool(self._remembered) and not self.is_foreign and self.site.settings.enable_remember_me

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
