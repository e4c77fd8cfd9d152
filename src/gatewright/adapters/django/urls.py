"""Names for ``reverse`` and ``{% url %}``, such as ``gatewright:login``; the middleware responds before any view."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import path

from gatewright.adapters.django.conf import APP_NAME, make_controller, read_settings
from gatewright.web.routes import STATIC

app_name = APP_NAME


def not_here(request: HttpRequest, **_: str) -> HttpResponse:
    """Respond to a request for a page that is switched off, or that programs may not access.

    Raises:
        Http404: Always.
    """
    raise Http404


def _paths() -> dict[str, str]:
    controller, (settings, _) = make_controller(), read_settings()
    return {name: where for name, where in settings.paths.items() if where and hasattr(controller, name)}


urlpatterns = [
    *(
        path(where.removeprefix("/").replace("{", "<str:").replace("}", ">"), not_here, name=name)
        for name, where in _paths().items()
    ),
    path(f"{STATIC.removeprefix('/')}<str:filename>", not_here, name="static"),
]
