"""Sign up: a visitor creates an account."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from gatewright.errors import InvalidParameterError, TakenError
from gatewright.fields import N_, Field
from gatewright.web.flows import login
from gatewright.web.flows.forms import EXPIRED, explain_field, problems_in, typed_in, without_passwords
from gatewright.web.response import Response, redirect
from gatewright.web.visit import Visit

_OWN_COLUMNS = ("email", "username", "password", "password_confirm")


async def show(visit: Visit, fields: Sequence[Field], **context: object) -> Response:
    """Show the form."""
    return await visit.site.pages.show(visit, "signup.html", fields=fields, next=visit.wanted, **context)  # type: ignore[arg-type]


async def submit(visit: Visit, fields: Sequence[Field]) -> Response:
    """Handle the form. Only the owner of the email address learns, by email, whether it already has an account."""
    typed = typed_in(visit.request.form, fields)
    if visit.is_form_expired():
        return await login.lead_on(visit) or await show(visit, fields, values=without_passwords(typed), **EXPIRED)
    errors = problems_in(typed, fields)
    if not errors:
        try:
            await sign_up(visit, typed, next_path=visit.wanted)
        except (InvalidParameterError, TakenError) as error:
            errors = explain_field(error)
    if errors:
        return await show(visit, fields, status=422, values=without_passwords(typed), errors=errors)
    if not visit.site.settings.enable_email_verification:
        visit.guard.add_message("success", "MSG_SIGNED_UP")
        return redirect(visit.path_with_next("login", visit.wanted))
    return await visit.site.pages.show_message(
        visit,
        title=N_("Check your email"),
        text=N_("We sent an email to %(email)s. Open the link in it to continue. It may take a minute to arrive."),
        link="login",
        label=N_("Go to the login page"),
        email=typed["email"],
    )


async def sign_up(visit: Visit, typed: Mapping[str, str], *, next_path: str | None) -> None:
    """Create the account.

    Args:
        visit: The visit.
        typed: What was typed, by field.
        next_path: Where on this site the visitor wants to go after following the emailed link.

    Raises:
        GatewrightError: What `AsyncAuth.sign_up` raises.
    """
    await visit.auth.sign_up(
        typed.get("email", ""),
        password=typed.get("password"),
        username=typed.get("username") or None,
        profile={name: value for name, value in typed.items() if name not in _OWN_COLUMNS and value},
        ip_address=visit.client.ip_address,
        language=visit.language,
        base_url=visit.base_url,
        next_path=next_path or None,
    )
