"""Sign in with a wallet, in two steps: the address, then the signed challenge.

A challenge is bound to the browser that asked for it: the visit keeps its digest, and only that browser may send in
the signature. A site that talks a visitor into signing somebody else's challenge gets nothing for it here.
"""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import sha256
from hmac import compare_digest
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
)
from gatewright.methods.wallet.generate_challenge import find_challenge, generate_challenge
from gatewright.methods.wallet.signed_challenge import FIELDS
from gatewright.model import Challenge, User
from gatewright.web.flows import login
from gatewright.web.flows.forms import EXPIRED
from gatewright.web.message_texts import MESSAGES
from gatewright.web.problems import of_kind, problem_of
from gatewright.web.response import Response, redirect
from gatewright.web.visit import Visit

_MINUTES = 10
_BOUND = "challenge"
_CODES: dict[type[GatewrightError], str] = {
    AttemptBlockedError: "ERR_LOGIN_ATTEMPT_BLOCKED",
    RateLimitError: "ERR_RATE_LIMITED",
    InvalidChallengeError: "ERR_WALLET_CHALLENGE",
    InactiveUserError: "ERR_LOGIN_INACTIVE_USER",
    InvalidAddressError: "ERR_ADDRESS",
    InvalidParameterError: "ERR_WALLET_CHALLENGE",
}


async def submit(visit: Visit) -> Response:
    """Take either form: the address, or the challenge with its signature."""
    form = visit.request.form
    if visit.is_form_expired():
        return await login.lead_on(visit) or await _expired(visit, form)
    try:
        if form.keys() & {"challenge", "signature"}:
            await sign_in(visit, form)
            return redirect(visit.site.path_after_login(visit.wanted))
        challenge = await offer(visit, form.get("evrmore_address", "").strip())
        return await show_challenge(visit, challenge, path=visit.site.path("login_wallet"), form=form)
    except InvalidSignatureError:
        return await show_challenge_again(visit, form, path=visit.site.path("login_wallet"))
    except SecondFactorRequiredError:
        return redirect(visit.path_with_next("login_step", visit.wanted))
    except tuple(_CODES) as error:
        return await _first_step_again(visit, form, error)


async def offer(visit: Visit, evrmore_address: str) -> Challenge:
    """Make a challenge and bind it to this browser.

    Raises:
        InvalidAddressError: If the address may not sign in.
        RateLimitError: If the address or the client has asked too often.
    """
    challenge = await generate_challenge(
        visit.site.parts, evrmore_address, expire_minutes=_MINUTES, ip_address=visit.client.ip_address
    )
    visit.session[_BOUND] = _digest(challenge.challenge_text)
    return challenge


async def sign_in(visit: Visit, form: Mapping[str, str]) -> User:
    """Turn the signed challenge of this browser into its session.

    Raises:
        GatewrightError: What `AsyncGuard.login_with_wallet` raises.
        InvalidChallengeError: If the challenge was given to another browser.
    """
    address, challenge, signature = await bound_attempt(visit, form)
    user = await visit.guard.login_with_wallet(address, challenge, signature)
    await visit.signed_in()
    visit.session.pop(_BOUND, None)
    return user


async def bound_attempt(visit: Visit, form: Mapping[str, str]) -> tuple[str, str, str]:
    """Return the address, the challenge and the signature of a form, if the challenge was given to this browser.

    Raises:
        InvalidChallengeError: If it was given to another one.
    """
    address, challenge, signature = (form.get(name, "").strip() for name in FIELDS)
    if not _is_bound(visit, challenge):
        reason = "challenge_not_bound"
        await visit.site.parts.hooks.auth_failed.fire(username=address, method="wallet", reason=reason)
        raise InvalidChallengeError("This challenge was given to another browser.", reason=reason)
    return address, challenge, signature


async def show_challenge(
    visit: Visit,
    challenge: Challenge,
    *,
    path: str,
    form: Mapping[str, str],
    hidden: Mapping[str, str] | None = None,
    **context: Any,
) -> Response:
    """Show a challenge and ask for its signature.

    Args:
        visit: Whose page it is.
        challenge: The challenge.
        path: Where the signature is sent.
        form: What was typed.
        hidden: What else the form sends.
        context: What else `Pages.show` takes: a status, messages, errors.
    """
    return await visit.site.pages.show(
        visit,
        "wallet_sign.html",
        challenge=challenge,
        action=path,
        hidden=hidden or {},
        next=visit.wanted,
        values={"signature": form.get("signature", "")},
        **context,
    )


async def show_challenge_again(
    visit: Visit, form: Mapping[str, str], *, path: str, hidden: Mapping[str, str] | None = None
) -> Response:
    """Show the challenge of a form again, after a wrong signature."""
    challenge = await find_challenge(visit.site.parts, form.get("challenge", "").strip())
    if challenge is None:
        raise InvalidChallengeError("The challenge has been cleaned up already.", reason="challenge_unknown")
    wrong = {"signature": MESSAGES["ERR_SIGNATURE"]}
    return await show_challenge(visit, challenge, path=path, form=form, hidden=hidden, status=422, errors=wrong)


async def show_expired_challenge(
    visit: Visit, form: Mapping[str, str], *, path: str, hidden: Mapping[str, str] | None = None
) -> Response | None:
    """Show the challenge of a form that is out of date again; None where it holds none that is this browser's."""
    text = form.get("challenge", "").strip()
    challenge = await find_challenge(visit.site.parts, text) if _is_bound(visit, text) else None
    if challenge is None:
        return None
    return await show_challenge(visit, challenge, path=path, form=form, hidden=hidden, **EXPIRED)


def code_of(error: GatewrightError) -> str:
    """Return the code of the message that tells a visitor of an error.

    Raises:
        GatewrightError: The error itself, where there is no message for it.
    """
    return of_kind(error, _CODES)


async def _first_step_again(visit: Visit, form: Mapping[str, str], error: GatewrightError) -> Response:
    code, problem = code_of(error), problem_of(error)
    values = {"evrmore_address": form.get("evrmore_address", "")}
    if isinstance(error, InvalidAddressError):
        said: dict[str, Any] = {"errors": {"evrmore_address": MESSAGES[code]}}
    else:
        said = {"messages": {"danger": code}}
    return await login.show(visit, status=problem.status, headers=problem.headers, values=values, **said)


async def _expired(visit: Visit, form: Mapping[str, str]) -> Response:
    step = await show_expired_challenge(visit, form, path=visit.site.path("login_wallet"))
    typed = {"evrmore_address": form.get("evrmore_address", "")}
    return step or await login.show(visit, values=typed, **EXPIRED)


def _is_bound(visit: Visit, challenge: str) -> bool:
    bound = visit.session.get(_BOUND)
    return isinstance(bound, str) and compare_digest(bound.encode(), _digest(challenge).encode())


def _digest(challenge: str) -> str:
    return sha256(challenge.encode(errors="surrogatepass")).hexdigest()
