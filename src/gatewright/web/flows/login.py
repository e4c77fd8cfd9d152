"""Sign in with a password: show the form, and handle it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from gatewright.errors import (
    AttemptBlockedError,
    GatewrightError,
    InactiveUserError,
    InvalidParameterError,
    PermissionNotFoundError,
    SecondFactorRequiredError,
    UnverifiedUserError,
    UserNotFoundError,
)
from gatewright.web.controller import call_page
from gatewright.web.flows.forms import EXPIRED
from gatewright.web.json_fields import is_ticked
from gatewright.web.problems import of_kind
from gatewright.web.response import Response, redirect
from gatewright.web.security_headers import CONNECTING
from gatewright.web.visit import Visit
from gatewright.web.visit_cookie import TYPED

_CODES: dict[type[GatewrightError], str] = {
    AttemptBlockedError: "ERR_LOGIN_ATTEMPT_BLOCKED",
    InactiveUserError: "ERR_LOGIN_INACTIVE_USER",
    UnverifiedUserError: "ERR_LOGIN_UNVERIFIED_USER",
    UserNotFoundError: "ERR_LOGIN_INVALID_CREDENTIALS",
    PermissionNotFoundError: "ERR_LOGIN_INVALID_CREDENTIALS",
    InvalidParameterError: "ERR_LOGIN_INVALID_CREDENTIALS",
}
"""Error of a failed sign-in -> message on the next page."""

_LONGEST_TYPED = 255


async def show(visit: Visit, *, values: Mapping[str, str] | None = None, **context: Any) -> Response:
    """Show the form, with what was typed before."""
    settings = visit.site.settings
    form = visit.request.form if visit.request.method == "POST" else {}
    username, remember = settings.auth_form_username_field, settings.remember_me_field
    ways = visit.site.login_methods
    typed = {username: form.get(username) or str(visit.session.pop(TYPED, "")), remember: form.get(remember, "")}
    return await visit.site.pages.show(
        visit,
        "login.html",
        username_field=username,
        password_field=settings.auth_form_password_field,
        remember_field=remember,
        next=visit.wanted,
        ways=ways,
        is_beginning=True,
        action=visit.site.path("login_step"),
        values=typed | dict(values or {}),
        **{"headers": CONNECTING if any(each.connects for each in ways) else None} | context,
    )


async def submit(visit: Visit) -> Response:
    """Handle the form: sign the visitor in and redirect them, or return to the form with a message."""
    if visit.is_form_expired():
        return await lead_on(visit) or await _show_again(visit)
    form, settings, wanted = visit.request.form, visit.site.settings, visit.wanted
    username = form.get(settings.auth_form_username_field, "").strip()
    try:
        await visit.log_in(
            username,
            form.get(settings.auth_form_password_field),
            is_remembered=is_ticked(form.get(settings.remember_me_field)),
        )
    except SecondFactorRequiredError as error:
        return visit.lead_to_next_step(error)
    except tuple(_CODES) as error:
        visit.guard.add_message("danger", code_of(error))
        visit.session[TYPED] = username[:_LONGEST_TYPED]
        return redirect(visit.path_with_next("login", wanted))
    return redirect(await _path_of_offer(visit) or visit.site.path_after_login(wanted))


async def _path_of_offer(visit: Visit) -> str | None:
    """Return the page that enrols the method that the login page's script offered, if the visitor has none of it."""
    offered = visit.site.find_method(visit.request.form.get("offer", ""))
    if offered is None or not offered.at_most:
        return None
    if any(each.method == offered.name for each in await visit.guard.authenticators()):
        return None
    return visit.path_with_next("account_method", visit.site.path_after_login(visit.wanted), token=offered.name)


async def lead_on(visit: Visit) -> Response | None:
    """Redirect a visitor whose form expired because they signed in in another tab; None for a guest.

    They stay signed in as they are, whatever name the form contains.
    """
    return None if await visit.user() is None else redirect(visit.site.path_after_login(visit.wanted))


def is_known(error: GatewrightError) -> bool:
    """Return whether this flow has a message for an error."""
    return isinstance(error, tuple(_CODES))


def code_of(error: GatewrightError) -> str:
    """Return the code of the message that tells a visitor of an error.

    Raises:
        GatewrightError: The error itself, if there is no message for it.
    """
    return of_kind(error, _CODES)


async def _show_again(visit: Visit) -> Response:
    """Show the application's login form again, in place of an expired one."""
    visit.guard.add_message("danger", "ERR_FORM_EXPIRED")
    page = await call_page(visit.site.controller.login, visit)
    return replace(page, status=EXPIRED["status"]) if page.status == 200 else page
