"""Verify a mail address: ask for a link, and follow it. Looking at the page of a link changes nothing."""

from __future__ import annotations

from gatewright.errors import InvalidLinkError
from gatewright.web.flows.link_request import LinkRequest
from gatewright.web.message_texts import N_
from gatewright.web.response import Response, redirect
from gatewright.web.visit import Visit

PURPOSE = "email_verification"
REQUEST = LinkRequest(
    "email_verification_request.html",
    N_("If there is an account of %(email)s that waits to be verified, a new link is on its way."),
    lambda visit: visit.auth.request_email_verification,
)


async def show(visit: Visit, token: str) -> Response:
    """Show a button: mail scanners follow links, but press no buttons.

    Raises:
        InvalidLinkError: If the link cannot be used.
    """
    if not await visit.auth.is_link_valid(token, purpose=PURPOSE):
        raise InvalidLinkError
    return await visit.site.pages.show(visit, "email_verification.html", token=token)


async def submit(visit: Visit, token: str) -> Response:
    """Verify the address.

    Raises:
        InvalidLinkError: If the link cannot be used.
    """
    visit.check_form(visit.request.form)
    await visit.auth.verify_email(token, ip_address=visit.client.ip_address)
    visit.guard.add_message("success", "MSG_EMAIL_VERIFIED")
    return redirect(visit.site.path("login"))
