"""Replace a forgotten password: request a link, and follow it. Opening the link alone changes nothing."""

from __future__ import annotations

from gatewright.errors import InvalidLinkError, InvalidParameterError
from gatewright.fields import N_
from gatewright.web.fields import PASSWORD, PASSWORD_CONFIRM
from gatewright.web.flows.forms import EXPIRED, explain_field, problems_in, typed_in
from gatewright.web.flows.link_request import LinkRequest
from gatewright.web.redirects import local_path
from gatewright.web.response import Response, redirect
from gatewright.web.visit import Visit

PURPOSE = "password_reset"
REQUEST = LinkRequest(
    "password_reset.html",
    N_("If %(email)s belongs to an account, we sent it a link to choose a new password."),
    lambda visit: visit.auth.request_password_reset,
)
NEW_PASSWORD = (PASSWORD, PASSWORD_CONFIRM)


async def show(visit: Visit, token: str, **context: object) -> Response:
    """Ask for the new password.

    Raises:
        InvalidLinkError: If the link cannot be used.
    """
    link = await visit.auth.find_link(token, purpose=PURPOSE)
    if link is None:
        raise InvalidLinkError
    return await visit.site.pages.show(visit, "password_reset_form.html", token=token, email=link.email, **context)  # type: ignore[arg-type]


async def submit(visit: Visit, token: str) -> Response:
    """Set the new password. A refused password does not use up the link.

    Raises:
        InvalidLinkError: If the link cannot be used.
    """
    if visit.is_form_expired():
        return await show(visit, token, **EXPIRED)
    link = await visit.auth.find_link(token, purpose=PURPOSE)
    typed = typed_in(visit.request.form, NEW_PASSWORD)
    errors = problems_in(typed, NEW_PASSWORD)
    if not errors:
        try:
            await reset_password(visit, token, typed["password"])
        except InvalidParameterError as error:
            errors = explain_field(error)
    if errors:
        return await show(visit, token, status=422, errors=errors)
    await visit.log_out()
    visit.guard.add_message("success", "MSG_PASSWORD_RESET")
    return redirect(visit.path_with_next("login", None if link is None else local_path(link.next_path)))


async def reset_password(visit: Visit, token: str, password: str) -> None:
    """Set the new password, and notify its owner.

    Raises:
        GatewrightError: What `AsyncAuth.reset_password` raises.
    """
    await visit.auth.reset_password(
        token, password, ip_address=visit.client.ip_address, language=visit.language, base_url=visit.base_url
    )
