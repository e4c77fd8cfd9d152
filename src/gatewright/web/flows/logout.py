"""Sign out."""

from __future__ import annotations

from gatewright.errors import TransportError
from gatewright.web.controller import call_page
from gatewright.web.response import Response, redirect
from gatewright.web.visit import Visit


async def log_out(visit: Visit) -> Response:
    """End the visitor's session and forget the browser, then lead on.

    By POST the form must be ours. By GET, where the settings allow it, any site can sign a visitor out.

    Raises:
        TransportError: If the method is not one of the setting, or the form is not ours.
    """
    request, site = visit.request, visit.site
    allowed = site.settings.auth_logout_methods
    if request.method not in allowed:
        raise TransportError(status=405, headers={"Allow": ", ".join(allowed)})
    if request.method == "POST":
        visit.check_form(request.form)
    await visit.log_out()
    await call_page(site.controller.logout, visit)
    return redirect(site.path(site.settings.auth_logout_route_redirect))
