"""A small Django project, for all tests of a process: Django can be set up only once in each."""

from __future__ import annotations

import sys
import tempfile
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType

import django
import pytest
from django.conf import settings
from django.contrib.auth.hashers import PBKDF2PasswordHasher
from django.http import HttpResponse
from django.template import engines
from django.test import override_settings

import in_memory

PASSWORD = "correct horse battery staple"
FOLDER = tempfile.TemporaryDirectory(prefix="gatewright-django-", dir=in_memory.FOLDER)
BACKEND = "gatewright.adapters.django.backends.GatewrightBackend"
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "gatewright.adapters.django.middleware.GatewrightMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
]


class QuickPBKDF2PasswordHasher(PBKDF2PasswordHasher):
    """Django's first choice, which would take a quarter of a second for each user of a test."""

    iterations = 1_000


hashers = ModuleType("gatewright_test_hashers")
hashers.QuickPBKDF2PasswordHasher = QuickPBKDF2PasswordHasher
sys.modules[hashers.__name__] = hashers

settings.configure(
    SECRET_KEY="for these tests only",
    ALLOWED_HOSTS=["*"],
    DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": Path(FOLDER.name) / "django.db"}},
    INSTALLED_APPS=[
        "django.contrib.admin",
        "django.contrib.auth",
        "django.contrib.contenttypes",
        "django.contrib.messages",
        "django.contrib.sessions",
        "gatewright.adapters.django",
    ],
    MIDDLEWARE=MIDDLEWARE,
    AUTHENTICATION_BACKENDS=[BACKEND],
    LOGIN_URL="gatewright:login",
    ROOT_URLCONF="gatewright_test_urls",
    PASSWORD_HASHERS=[
        "gatewright_test_hashers.QuickPBKDF2PasswordHasher",
        "django.contrib.auth.hashers.Argon2PasswordHasher",
    ],
    TEMPLATES=[
        {
            "BACKEND": "django.template.backends.django.DjangoTemplates",
            "APP_DIRS": True,
            "OPTIONS": {
                "context_processors": [
                    "django.template.context_processors.request",
                    "django.contrib.auth.context_processors.auth",
                    "django.contrib.messages.context_processors.messages",
                    "gatewright.adapters.django.context_processors.visitor",
                ]
            },
        }
    ],
    DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
    USE_TZ=True,
)
django.setup()

from django.contrib import admin  # noqa: E402 - Django must be set up first
from django.contrib.auth import decorators as of_django  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.db import connections  # noqa: E402
from django.urls import include, path  # noqa: E402
from django.views.decorators.csrf import csrf_exempt  # noqa: E402

from gatewright.adapters.django import (  # noqa: E402
    fresh_required,
    fully_authenticated_required,
    login_required,
    permission_required,
    role_required,
    verified_required,
)
from gatewright.adapters.django.auths import forget  # noqa: E402


def said_of(user):
    return f"{user.get_username() or 'guest'} {user.__class__.__name__}"


def home(request):
    return HttpResponse(said_of(request.user))


async def home_async(request):
    return HttpResponse(said_of(await request.auser()))


async def careless(request):
    return HttpResponse(said_of(request.user))


async def careful(request):
    await request.auser()
    return HttpResponse(said_of(request.user))


def hello(request, rest=""):
    return HttpResponse(f"hello {request.user.get_username()}")


async def hello_async(request):
    return HttpResponse(f"hello {(await request.auser()).get_username()}")


def template(request):
    text = "{{ current_user.username }} {{ user.username }} {{ perms.blog.edit }} token={{ gatewright_csrf_token }}."
    return HttpResponse(engines["django"].from_string(text).render({}, request))


def unlooked(request):
    return HttpResponse("nobody asked")


def cached(request):
    answer = HttpResponse(request.user.get_username())
    answer["Cache-Control"] = "private, max-age=60"
    answer["Vary"] = "Accept"
    return answer


def rights(request):
    user = request.user
    return HttpResponse(
        f"{user.has_perm('blog.edit')} {user.has_perms(['blog.edit', 'blog.drop'])} {user.has_module_perms('blog')}"
    )


def broken(request):
    raise RuntimeError("a slip of the application's")


urls = ModuleType("gatewright_test_urls")
urls.urlpatterns = [
    path("", include("gatewright.adapters.django.urls")),
    path("", home, name="home"),
    path("async", home_async),
    path("careless", careless),
    path("careful", careful),
    path("template", template),
    path("unlooked", unlooked),
    path("cached", cached),
    path("rights", rights),
    path("broken", broken),
    path("start", login_required(hello), name="dashboard"),
    path("signed-in", login_required(hello)),
    path("from-programs", csrf_exempt(login_required(hello))),
    path("signed-in-async", login_required(hello_async)),
    path("of-django", of_django.login_required(hello)),
    path("of-django-async", of_django.login_required(hello_async)),
    path("of-django-edit", of_django.permission_required("blog.edit")(hello)),
    path("of-django-staff", of_django.user_passes_test(lambda user: user.is_staff)(hello)),
    path("verified", verified_required(hello)),
    path("sensitive", fully_authenticated_required(hello)),
    path("recent", fresh_required(hello)),
    path("strong", fresh_required(minutes=5, aal=2)(hello_async)),
    path("editors", role_required("editor")(hello)),
    path("editors-async", role_required("editor")(hello_async)),
    path("edit", permission_required("blog.edit")(hello)),
    path("groups", permission_required("auth.view_group")(hello)),
    path("admin/", admin.site.urls),
    path("<path:rest>/", hello),
]
sys.modules[urls.__name__] = urls


@contextmanager
def in_force(ours, **of_django):
    """Have the project run with other settings, while the block runs.

    Args:
        ours: The settings of gatewright.
        of_django: Settings of Django.
    """
    with override_settings(GATEWRIGHT=ours, **of_django):
        forget()
        yield
    forget()


@pytest.fixture(scope="session")
def django_tables():
    """The tables of Django's own applications, in a file that all of a run's tests share."""
    call_command("migrate", verbosity=0)
    yield
    connections.close_all()
