"""The challenge page for wallets: to sign in with one, or to link one to an account.

Beginning and proving work as with every method. Only the page is specific to wallets, and the first step is a form on
the login page.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from gatewright.errors import (
    AttemptBlockedError,
    GatewrightError,
    InactiveUserError,
    InvalidAddressError,
    InvalidChallengeError,
    InvalidParameterError,
    InvalidSignatureError,
    RateLimitError,
    SecondFactorRequiredError,
    TransportError,
)
from gatewright.methods.wallet.signed_challenge import NAME, attempt_in, is_signed
from gatewright.model import User
from gatewright.web.flows import login
from gatewright.web.flows.forms import EXPIRED
from gatewright.web.message_texts import MESSAGES
from gatewright.web.problems import of_kind, problem_of
from gatewright.web.response import Response, redirect
from gatewright.web.visit import Visit

WRONG_SIGNATURE: Mapping[str, Any] = {"status": 422, "errors": {"signature": MESSAGES["ERR_SIGNATURE"]}}
"""Arguments for showing a challenge again because the signature was wrong."""

_CODES: dict[type[GatewrightError], str] = {
    AttemptBlockedError: "ERR_LOGIN_ATTEMPT_BLOCKED",
    RateLimitError: "ERR_RATE_LIMITED",
    InvalidChallengeError: "ERR_WALLET_CHALLENGE",
    InvalidSignatureError: "ERR_SIGNATURE",
    InactiveUserError: "ERR_LOGIN_INACTIVE_USER",
    InvalidAddressError: "ERR_ADDRESS",
    InvalidParameterError: "ERR_WALLET_CHALLENGE",
}


class ChallengePage:
    """The page that shows a challenge and asks for its signature.

    Args:
        visit: The visit.
        name: The route that the signature is sent to.
        hidden: Hidden fields of the form.

    Raises:
        TransportError: 404, if wallets are not one of the methods.
    """

    def __init__(self, visit: Visit, name: str, **hidden: str) -> None:
        if visit.site.find_method(NAME) is None:
            raise TransportError(status=404)
        self._visit, self._path, self._hidden = visit, visit.site.path(name), hidden

    async def show(self, begun: Mapping[str, Any], **context: Any) -> Response:
        """Show a challenge, with the signature that was typed.

        Args:
            begun: What the method has prepared.
            context: Further arguments of `Pages.show`: a status, messages, errors.
        """
        visit = self._visit
        challenge = {
            "evrmore_address": begun["evrmore_address"],
            "challenge_text": begun["challenge"],
            "expires_at": datetime.fromisoformat(begun["expires_at"]),
        }
        return await visit.site.pages.show(
            visit,
            "wallet_sign.html",
            challenge=challenge,
            action=self._path,
            hidden=self._hidden,
            next=visit.wanted,
            values={"signature": visit.request.form.get("signature", "")},
            **context,
        )

    async def show_again(self, **context: Any) -> Response | None:
        """Show the form's challenge again; None if it is not the one that was given to this browser."""
        begun = await self._visit.guard.begun(NAME, is_anew=True)
        if begun is None or self._visit.request.form.get("challenge", "").strip() != begun["challenge"]:
            return None
        return await self.show(begun, **context)


async def submit(visit: Visit) -> Response:
    """Handle either form of a sign-in: the address, or the challenge with its signature."""
    form, page = visit.request.form, ChallengePage(visit, "login_wallet")
    if visit.is_form_expired():
        typed = {"evrmore_address": form.get("evrmore_address", "")}
        again = await login.lead_on(visit) or await page.show_again(**EXPIRED)
        return again or await login.show(visit, values=typed, **EXPIRED)
    try:
        if not is_signed(form):
            return await page.show(await begin(visit, form))
        await sign_in(visit, form)
    except SecondFactorRequiredError as error:
        return visit.lead_to_next_step(error)
    except InvalidSignatureError as error:
        return await page.show_again(**WRONG_SIGNATURE) or await _first_step_again(visit, error)
    except tuple(_CODES) as error:
        return await _first_step_again(visit, error)
    return redirect(visit.site.path_after_login(visit.wanted))


async def begin(visit: Visit, given: Mapping[str, str]) -> Mapping[str, Any]:
    """Begin a sign-in by a wallet, even if somebody is signed in or another sign-in is pending.

    Raises:
        GatewrightError: What `AsyncGuard.begin` raises.
    """
    return await visit.guard.begin(NAME, given, is_anew=True)


async def sign_in(visit: Visit, given: Mapping[str, str]) -> User:
    """Exchange this browser's signed challenge for its session.

    Raises:
        GatewrightError: What `AsyncGuard.prove` raises.
    """
    user = await visit.guard.prove(NAME, given, is_anew=True)
    await visit.signed_in()
    return user


async def link(visit: Visit, given: Mapping[str, str]) -> None:
    """Link another wallet to the visitor's account, by this browser's signed challenge.

    Raises:
        GatewrightError: What `AsyncGuard.link_wallet` raises.
    """
    attempt = attempt_in(given)
    await visit.guard.link_wallet(attempt.evrmore_address, attempt.challenge, attempt.signature)


def code_of(error: GatewrightError) -> str:
    """Return the code of the message that tells a visitor of an error.

    Raises:
        GatewrightError: The error itself, if there is no message for it.
    """
    return of_kind(error, _CODES)


async def _first_step_again(visit: Visit, error: GatewrightError) -> Response:
    code, problem = code_of(error), problem_of(error)
    values = {"evrmore_address": visit.request.form.get("evrmore_address", "")}
    if isinstance(error, InvalidAddressError):
        said: dict[str, Any] = {"errors": {"evrmore_address": MESSAGES[code]}}
    else:
        said = {"messages": {"danger": code}}
    return await login.show(visit, status=problem.status, headers=problem.headers, values=values, **said)
