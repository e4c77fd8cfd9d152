"""Verify an email address: request a link, and follow it. Opening the link alone changes nothing."""

from __future__ import annotations

from gatewright.errors import InvalidLinkError
from gatewright.fields import N_
from gatewright.model import User
from gatewright.web.flows.forms import EXPIRED
from gatewright.web.flows.link_request import LinkRequest
from gatewright.web.redirects import local_path
from gatewright.web.response import Response, redirect
from gatewright.web.visit import Visit

PURPOSE = "email_verification"
REQUEST = LinkRequest(
    "email_verification_request.html",
    N_("If %(email)s belongs to an account that is not verified yet, we sent it a new link."),
    lambda visit: visit.auth.request_email_verification,
)


async def show(visit: Visit, token: str, **context: object) -> Response:
    """Show a button: mail scanners follow links, but do not press buttons.

    Raises:
        InvalidLinkError: If the link cannot be used.
    """
    if not await visit.auth.is_link_valid(token, purpose=PURPOSE):
        raise InvalidLinkError
    return await visit.site.pages.show(visit, "email_verification.html", token=token, **context)  # type: ignore[arg-type]


async def submit(visit: Visit, token: str) -> Response:
    """Verify the address, and redirect to the login page, and from there to where the owner wanted to go.

    Raises:
        InvalidLinkError: If the link cannot be used.
    """
    if visit.is_form_expired():
        return await show(visit, token, **EXPIRED)
    _, wanted = await verify(visit, token)
    visit.guard.add_message("success", "MSG_EMAIL_VERIFIED")
    return redirect(visit.path_with_next("login", wanted))


async def verify(visit: Visit, token: str) -> tuple[User, str | None]:
    """Verify the address, and return whose it is and where on this site they wanted to go, if anywhere.

    Raises:
        GatewrightError: What `AsyncAuth.verify_email` raises.
    """
    link = await visit.auth.find_link(token, purpose=PURPOSE)
    user = await visit.auth.verify_email(token, ip_address=visit.client.ip_address)
    return user, None if link is None else local_path(link.next_path)
