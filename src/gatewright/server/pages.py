"""The page: type the address, sign the challenge, see the session, sign out. All of it works without JavaScript.

A challenge is bound to the browser that asked for it: a cookie keeps its digest, and only that browser may send in the
signature. A site that talks a visitor into signing somebody else's challenge gets nothing for it here.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from functools import wraps
from hashlib import sha256
from hmac import compare_digest
from pathlib import Path

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Match, Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from gatewright.errors import (
    Denied,
    GatewrightError,
    InvalidChallengeError,
    InvalidSignatureError,
    StoreUnavailableError,
)
from gatewright.server import cookies
from gatewright.server.forms import has_form, read_form
from gatewright.server.problems import Problem, problem_of, report
from gatewright.server.schemas import in_utc
from gatewright.server.views import show
from gatewright.server.visitor import auth_of, client_of

Page = Callable[[Request], Awaitable[Response]]


def explains_errors(page: Page) -> Page:
    """Let a page's errors be a page too, where they cannot be shown in place."""

    @wraps(page)
    async def page_or_explanation(request: Request) -> Response:
        try:
            return await page(request)
        except (GatewrightError, HTTPException) as error:
            return show(request, "problem.html", problem=report(error))

    return page_or_explanation


@explains_errors
async def home(request: Request) -> Response:
    """Show who is signed in and where, or ask for an address."""
    auth = auth_of(request)
    token = cookies.SESSION.read(request)
    claims = await auth.validate_token(token) if token else None
    if claims is None:
        return _address_step(request)
    sessions = await auth.list_sessions(claims["sub"])
    current = next((session for session in sessions if session.id == claims["jti"]), None)
    if current is None:  # ended between the two reads
        return _address_step(request)
    return show(request, "signed_in.html", current=current, sessions=sessions)


@explains_errors
async def log_in(request: Request) -> Response:
    """Take either form of the sign-in: the address, or the challenge with its signature."""
    form = await read_form(request)
    try:
        if form.keys() & {"challenge", "signature"}:
            return await _authenticate(request, form)
        return await _offer_challenge(request, form.get("evrmore_address", ""))
    except StoreUnavailableError:
        raise
    except GatewrightError as error:
        return _address_step(request, address=form.get("evrmore_address", ""), problem=problem_of(error))


async def return_home(_: Request) -> Response:
    """Lead back to the start who reloads the second step by its address."""
    return RedirectResponse("/", 303)


@explains_errors
async def log_out(request: Request) -> Response:
    """End the session that the cookie names."""
    await read_form(request)
    token = cookies.SESSION.read(request)
    if token:
        await auth_of(request).invalidate_token(token)
    response = RedirectResponse("/", 303)
    cookies.SESSION.clear(request, response)
    cookies.CHALLENGE.clear(request, response)
    return response


async def _offer_challenge(request: Request, address: str) -> Response:
    """Make a challenge, bind it to this browser and show it."""
    challenge = await auth_of(request).generate_challenge(address, ip_address=client_of(request).ip_address)
    response = await _signature_step(request, challenge)
    cookies.CHALLENGE.set(request, response, _digest(challenge))
    return response


async def _authenticate(request: Request, form: Mapping[str, str]) -> Response:
    """Turn the signed challenge of this browser into a session, in the place of the one that it had."""
    auth, client = auth_of(request), client_of(request)
    address, challenge, signature = (form.get(name, "") for name in ("evrmore_address", "challenge", "signature"))
    bound = cookies.CHALLENGE.read(request) or ""
    if not compare_digest(bound.encode(), _digest(challenge).encode()):
        reason = "challenge_not_bound"
        await auth.hooks.auth_failed.fire(username=address, method="wallet", reason=reason)
        raise InvalidChallengeError("This challenge was given to another browser.", reason=reason)
    try:
        session = await auth.authenticate(
            address, challenge, signature, ip_address=client.ip_address, user_agent=client.user_agent
        )
    except InvalidSignatureError as error:
        return await _signature_step(request, challenge, signature=signature, problem=problem_of(error))
    previous = cookies.SESSION.read(request)
    if previous:
        with suppress(Denied):  # a veto keeps the old session, and is no reason to lose the new one
            await auth.invalidate_token(previous)
    response = RedirectResponse("/", 303)
    cookies.SESSION.set(request, response, str(session.token), expires_at=in_utc(session.expires_at))
    cookies.CHALLENGE.clear(request, response)
    return response


def _address_step(request: Request, *, address: str = "", problem: Problem | None = None) -> Response:
    """Ask for the wallet's address."""
    return show(request, "address.html", address=address, problem=problem)


async def _signature_step(
    request: Request, challenge: str, *, signature: str = "", problem: Problem | None = None
) -> Response:
    """Show a challenge and ask for its signature."""
    record = await auth_of(request).get_challenge_details(challenge)
    if record is None:
        raise InvalidChallengeError("The challenge has been cleaned up already.", reason="challenge_unknown")
    return show(request, "signature.html", challenge=record, signature=signature, problem=problem)


def _digest(challenge: str) -> str:
    return sha256(challenge.encode()).hexdigest()


class _CookieRoute(Route):
    """Takes what comes from the page, by its form or its cookie; a token in the header is always the API's."""

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        match, child_scope = super().matches(scope)
        return (match, child_scope) if match is Match.FULL and _is_from_page(Request(scope)) else (Match.NONE, {})


def _is_from_page(request: Request) -> bool:
    if "authorization" in request.headers:
        return False
    return has_form(request) or cookies.SESSION.read(request) is not None


routes: list[BaseRoute] = [
    Route("/", home),
    Route("/login/wallet", return_home),
    Route("/login/wallet", log_in, methods=["POST"]),
    _CookieRoute("/logout", log_out, methods=["POST"]),
    Mount("/static", StaticFiles(directory=Path(__file__).parent / "static")),
]
