"""Sign in with a password: show the form, and take it."""

from __future__ import annotations

from typing import Any

from gatewright.errors import (
    AttemptBlockedError,
    GatewrightError,
    InactiveUserError,
    InvalidParameterError,
    PermissionNotFoundError,
    UnverifiedUserError,
    UserNotFoundError,
)
from gatewright.web.json_fields import is_ticked
from gatewright.web.problems import of_kind
from gatewright.web.response import Response, redirect
from gatewright.web.visit import Visit

_CODES: dict[type[GatewrightError], str] = {
    AttemptBlockedError: "ERR_LOGIN_ATTEMPT_BLOCKED",
    InactiveUserError: "ERR_LOGIN_INACTIVE_USER",
    UnverifiedUserError: "ERR_LOGIN_UNVERIFIED_USER",
    UserNotFoundError: "ERR_LOGIN_INVALID_CREDENTIALS",
    PermissionNotFoundError: "ERR_LOGIN_INVALID_CREDENTIALS",
    InvalidParameterError: "ERR_LOGIN_INVALID_CREDENTIALS",
}
"""What the next page says of a failed login."""

_TYPED = "typed"
_LONGEST_TYPED = 255


async def show(visit: Visit, **context: Any) -> Response:
    """Show the form, with what was typed before."""
    settings = visit.site.settings
    values = {settings.auth_form_username_field: str(visit.keeps.pop(_TYPED, ""))}
    return await visit.site.pages.show(
        visit,
        "login.html",
        username_field=settings.auth_form_username_field,
        password_field=settings.auth_form_password_field,
        remember_field=settings.remember_me_field,
        next=visit.request.arguments.get("next", ""),
        **{"values": values} | context,
    )


async def submit(visit: Visit) -> Response:
    """Take the form: sign the visitor in and lead them on, or back to the form with a message."""
    form, settings = visit.request.form, visit.site.settings
    visit.check_form(form)
    username = form.get(settings.auth_form_username_field, "").strip()
    wanted = form.get("next") or visit.request.arguments.get("next")
    try:
        await visit.log_in(
            username,
            form.get(settings.auth_form_password_field),
            is_remembered=is_ticked(form.get(settings.remember_me_field)),
        )
    except tuple(_CODES) as error:
        visit.guard.add_message("danger", code_of(error))
        visit.keeps[_TYPED] = username[:_LONGEST_TYPED]
        return redirect(visit.path_with_next("login", wanted))
    return redirect(visit.site.path_after_login(wanted))


def is_known(error: GatewrightError) -> bool:
    """Say whether there is a message of this flow for an error."""
    return isinstance(error, tuple(_CODES))


def code_of(error: GatewrightError) -> str:
    """Return the code of the message that tells a visitor of an error.

    Raises:
        GatewrightError: The error itself, where there is no message for it.
    """
    return of_kind(error, _CODES)
