"""Verify a mail address: ask for a link, and follow it. Looking at the page of a link changes nothing."""

from __future__ import annotations

from gatewright.errors import InvalidLinkError, InvalidParameterError
from gatewright.web.flows.forms import explain_field
from gatewright.web.message_texts import N_
from gatewright.web.response import Response, redirect
from gatewright.web.visit import Visit

PURPOSE = "email_verification"


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


async def show_request(visit: Visit, **context: object) -> Response:
    """Ask for the address that a new link shall go to."""
    return await visit.site.pages.show(visit, "email_verification_request.html", **context)  # type: ignore[arg-type]


async def submit_request(visit: Visit) -> Response:
    """Send a new link; the answer is the same whoever has this address."""
    visit.check_form(visit.request.form)
    email = visit.request.form.get("email", "").strip()
    try:
        await request_link(visit, email)
    except InvalidParameterError as error:
        errors = explain_field(error)
        return await show_request(visit, status=422, values={"email": email}, errors=errors)
    return await visit.site.pages.show_message(
        visit,
        title=N_("Look into your mail"),
        text=N_("If there is an account of %(email)s that waits to be verified, a new link is on its way."),
        link="login",
        label=N_("Go to the login page"),
        email=email,
    )


async def request_link(visit: Visit, email: str) -> None:
    """Have a link sent.

    Raises:
        GatewrightError: What `AsyncAuth.request_email_verification` raises.
    """
    await visit.auth.request_email_verification(
        email, ip_address=visit.client.ip_address, language=visit.language, base_url=visit.base_url
    )
