"""Prove once more that it is you: for a visitor who is merely remembered, before anything that matters."""

from __future__ import annotations

from collections.abc import Mapping

from gatewright.errors import GatewrightError, InvalidAddressError, InvalidSignatureError
from gatewright.model import User
from gatewright.web.flows import login, wallet
from gatewright.web.flows.account import has_password, wallets_of
from gatewright.web.flows.forms import EXPIRED
from gatewright.web.response import Response, redirect
from gatewright.web.visit import Visit

_NAME = "confirm_password"


async def show(visit: Visit, user: User, **context: object) -> Response:
    """Ask for the password, or for a wallet where there is no password."""
    return await visit.site.pages.show(
        visit,
        "confirm_password.html",
        next=visit.wanted,
        has_password=await has_password(visit, user),
        wallets=await wallets_of(visit, user),
        **context,  # type: ignore[arg-type] # passed on as it is
    )


async def submit(visit: Visit, user: User) -> Response:
    """Take the proof, in a new session that is fully authenticated."""
    form = visit.request.form
    if visit.is_form_expired():
        step = await wallet.show_expired_challenge(visit, form, path=visit.site.path(_NAME))
        return step or await show(visit, user, **EXPIRED)
    try:
        answer = await _prove(visit, user, form)
    except InvalidSignatureError:
        return await wallet.show_challenge_again(visit, form, path=visit.site.path(_NAME))
    except GatewrightError as error:
        code = login.code_of(error) if login.is_known(error) else wallet.code_of(error)
        return await show(visit, user, status=422, messages={"danger": code})
    return answer or redirect(visit.wanted or visit.site.path("account"))


async def confirm(visit: Visit, password: object) -> None:
    """Prove the visitor by their password.

    Raises:
        GatewrightError: What `AsyncGuard.confirm_password` raises.
    """
    await visit.guard.confirm_password(password)  # type: ignore[arg-type] # whatever is no password is refused
    await visit.signed_in()


async def _prove(visit: Visit, user: User, form: Mapping[str, str]) -> Response | None:
    if form.keys() & {"challenge", "signature"}:
        await _require_own(visit, user, form)
        await wallet.sign_in(visit, form)
        return None
    if "evrmore_address" in form:
        await _require_own(visit, user, form)
        challenge = await wallet.offer(visit, form["evrmore_address"])
        return await wallet.show_challenge(visit, challenge, path=visit.site.path(_NAME), form=form)
    await confirm(visit, form.get("password"))
    return None


async def _require_own(visit: Visit, user: User, form: Mapping[str, str]) -> None:
    """Refuse another user's wallet: it would prove somebody else."""
    if form.get("evrmore_address", "").strip() not in await wallets_of(visit, user):
        raise InvalidAddressError("This wallet is not the visitor's own.")
