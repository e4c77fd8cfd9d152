"""Django projects with an open and a protected view, for gunicorn: ``apps.request_django:ours()`` or ``peer()``."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import django
from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.http import HttpRequest, JsonResponse
from django.urls import include, path

from apps.known import EMAIL, NAME, PASSWORD, SECRET, URL, make_visits, tell

urlpatterns: list[Any] = []


def _open(request: HttpRequest) -> JsonResponse:
    return JsonResponse({"who": "anybody"})


def _mine(request: HttpRequest) -> JsonResponse:
    return JsonResponse({"who": str(request.user.pk)})


def _set_up(**values: Any) -> None:
    database = {"ENGINE": "django.db.backends.sqlite3", "NAME": Path("django.db").absolute(), "CONN_MAX_AGE": None}
    apps = ["django.contrib.auth", "django.contrib.contenttypes", "django.contrib.sessions"]
    settings.configure(
        SECRET_KEY=SECRET,
        ALLOWED_HOSTS=["*"],
        ROOT_URLCONF=__name__,
        DATABASES={"default": database},
        DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
        USE_TZ=True,
        INSTALLED_APPS=[*apps, *values.pop("apps", ())],
        **values,
    )
    django.setup()


def ours() -> Any:
    """Return a project with gatewright."""
    make_visits()
    _set_up(
        apps=["gatewright.adapters.django"],
        MIDDLEWARE=["gatewright.adapters.django.middleware.GatewrightMiddleware"],
        GATEWRIGHT={"database_url": URL, "jwt_secret": SECRET},
    )
    from gatewright.adapters.django.decorators import login_required

    urlpatterns[:] = [
        path("open", _open),
        path("mine", login_required(_mine)),
        path("", include("gatewright.adapters.django.urls")),
    ]
    return get_wsgi_application()


def peer() -> Any:
    """Return a project with Django's own sign-in, sessions in the database."""
    _set_up(
        MIDDLEWARE=[
            "django.contrib.sessions.middleware.SessionMiddleware",
            "django.contrib.auth.middleware.AuthenticationMiddleware",
        ]
    )
    from django.contrib.auth import get_user_model
    from django.contrib.auth.decorators import login_required
    from django.core.management import call_command
    from django.test import Client

    urlpatterns[:] = [path("open", _open), path("mine", login_required(_mine))]
    call_command("migrate", verbosity=0)
    model: Any = get_user_model()
    person = model.objects.create_user(NAME, EMAIL, PASSWORD)
    client = Client()
    client.force_login(person)
    tell({"cookie": {"Cookie": f"sessionid={client.cookies['sessionid'].value}"}})
    return get_wsgi_application()
