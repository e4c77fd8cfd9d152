"""Change to another email address by the link that was sent to it. Opening the link alone changes nothing."""

from __future__ import annotations

from gatewright.errors import InvalidLinkError, TakenError
from gatewright.model import User
from gatewright.web.flows.forms import EXPIRED
from gatewright.web.response import Response, redirect
from gatewright.web.visit import Visit

PURPOSE = "email_change"


async def show(visit: Visit, token: str, **context: object) -> Response:
    """Show a button: mail scanners follow links, but do not press buttons.

    Raises:
        InvalidLinkError: If the link cannot be used.
    """
    if not await visit.auth.is_link_valid(token, purpose=PURPOSE):
        raise InvalidLinkError
    return await visit.site.pages.show(visit, "email_change.html", token=token, **context)  # type: ignore[arg-type]


async def submit(visit: Visit, token: str) -> Response:
    """Change the account's email address.

    Raises:
        InvalidLinkError: If the link cannot be used.
    """
    if visit.is_form_expired():
        return await show(visit, token, **EXPIRED)
    try:
        await confirm(visit, token)
    except TakenError:
        return await show(visit, token, status=409, messages={"danger": "ERR_EMAIL_TAKEN"})
    visit.guard.add_message("success", "MSG_EMAIL_CHANGED")
    return redirect(visit.site.path("login" if await visit.user() is None else "account"))


async def confirm(visit: Visit, token: str) -> User:
    """Change the account's email address, and notify the previous one.

    Raises:
        GatewrightError: What `AsyncAuth.confirm_email_change` raises.
    """
    return await visit.auth.confirm_email_change(
        token, ip_address=visit.client.ip_address, language=visit.language, base_url=visit.base_url
    )
