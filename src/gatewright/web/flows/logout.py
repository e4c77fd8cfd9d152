"""Sign out."""

from __future__ import annotations

from gatewright.errors import TransportError
from gatewright.web.controller import call_page
from gatewright.web.flows.forms import EXPIRED
from gatewright.web.response import Response, redirect
from gatewright.web.visit import Visit


async def log_out(visit: Visit) -> Response:
    """End the visitor's session and forget the browser, then redirect.

    With POST the form must be gatewright's own. With GET, if the settings allow it, any site can sign a visitor out. A
    visitor who has already signed out in another tab is simply redirected.

    Raises:
        TransportError: If the settings do not allow the method, or a program sent a form that is not gatewright's.
    """
    request, site = visit.request, visit.site
    allowed = site.settings.auth_logout_methods
    if request.method not in allowed:
        raise TransportError(status=405, headers={"Allow": ", ".join(allowed)})
    done = redirect(site.path(site.settings.auth_logout_route_redirect))
    if request.method == "POST" and not visit.is_own_form(request.form):
        if await visit.user() is None:
            return done
        if visit.is_form_expired():
            return await site.pages.show(visit, "logout.html", **EXPIRED)
    await visit.log_out()
    await call_page(site.controller.logout, visit)
    return done
