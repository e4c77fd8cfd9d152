"""Replace a forgotten password: ask for a link, and follow it. Looking at the page of a link changes nothing."""

from __future__ import annotations

from gatewright.errors import InvalidLinkError, InvalidParameterError
from gatewright.web.fields import PASSWORD, PASSWORD_CONFIRM
from gatewright.web.flows.forms import explain_field, problems_in, typed_in
from gatewright.web.message_texts import N_
from gatewright.web.response import Response, redirect
from gatewright.web.visit import Visit

PURPOSE = "password_reset"
NEW_PASSWORD = (PASSWORD, PASSWORD_CONFIRM)


async def show_request(visit: Visit, **context: object) -> Response:
    """Ask for the address that the link shall go to."""
    return await visit.site.pages.show(visit, "password_reset.html", **context)  # type: ignore[arg-type]


async def submit_request(visit: Visit) -> Response:
    """Send a link; the answer is the same whoever has this address."""
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
        text=N_("If there is an account of %(email)s, a link to a new password is on its way."),
        link="login",
        label=N_("Go to the login page"),
        email=email,
    )


async def request_link(visit: Visit, email: str) -> None:
    """Have a link sent.

    Raises:
        GatewrightError: What `AsyncAuth.request_password_reset` raises.
    """
    await visit.auth.request_password_reset(
        email, ip_address=visit.client.ip_address, language=visit.language, base_url=visit.base_url
    )


async def show(visit: Visit, token: str, **context: object) -> Response:
    """Ask for the new password.

    Raises:
        InvalidLinkError: If the link cannot be used.
    """
    if not await visit.auth.is_link_valid(token, purpose=PURPOSE):
        raise InvalidLinkError
    return await visit.site.pages.show(visit, "password_reset_form.html", token=token, **context)  # type: ignore[arg-type]


async def submit(visit: Visit, token: str) -> Response:
    """Set the new password. A password that is refused does not spend the link.

    Raises:
        InvalidLinkError: If the link cannot be used.
    """
    visit.check_form(visit.request.form)
    typed = typed_in(visit.request.form, NEW_PASSWORD)
    errors = problems_in(typed, NEW_PASSWORD)
    if not errors:
        try:
            await visit.auth.reset_password(token, typed["password"], ip_address=visit.client.ip_address)
        except InvalidParameterError as error:
            errors = explain_field(error)
    if errors:
        return await show(visit, token, status=422, errors=errors)
    await visit.log_out()
    visit.guard.add_message("success", "MSG_PASSWORD_RESET")
    return redirect(visit.site.path("login"))
