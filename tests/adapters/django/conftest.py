"""A small Django project, under WSGI and ASGI, on the test's own databases, and browsers to look at it."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path
from types import ModuleType

import django
import pytest
from asgiref.sync import sync_to_async
from django.conf import settings
from django.contrib.auth.hashers import PBKDF2PasswordHasher
from django.core.handlers.asgi import ASGIHandler
from django.core.handlers.wsgi import WSGIHandler
from django.http import HttpResponse
from django.template import engines
from django.test import override_settings
from django.urls import set_script_prefix
from werkzeug.test import Client

from gatewright import EvrmoreAuth
from gatewright.testing import Browser

PASSWORD = "correct horse battery staple"
FOLDER = tempfile.TemporaryDirectory(prefix="gatewright-django-")
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
from django.contrib.auth import get_user_model  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.db import connections  # noqa: E402
from django.urls import include, path  # noqa: E402

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
    path("signed-in-async", login_required(hello_async)),
    path("of-django", of_django.login_required(hello)),
    path("of-django-async", of_django.login_required(hello_async)),
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


@pytest.fixture(scope="session")
def _tables():
    call_command("migrate", verbosity=0)
    yield
    connections.close_all()


@pytest.fixture(autouse=True)
def _empty_tables(_tables):
    yield
    call_command("flush", interactive=False, verbosity=0)
    connections.close_all()
    set_script_prefix("/")  # which a request below a path leaves behind in its thread


@pytest.fixture
def change(gatewright_settings):
    """Have the project run with other settings of gatewright's."""
    changed = []

    def change(*, of_django=None, **values):
        ours = {
            "database_url": gatewright_settings.database_url,
            "jwt_secret": gatewright_settings.jwt_secret.get_secret_value(),
            "argon2_memory_kib": 8,
            "argon2_iterations": 1,
            "mail_delivery": "command",
        }
        changed.append(override_settings(GATEWRIGHT=ours | values, **(of_django or {})))
        changed[-1].enable()
        forget()

    change()
    yield change
    for each in reversed(changed):
        each.disable()
    forget()


@pytest.fixture
def people(change, gatewright_settings):
    """The same accounts, roles and rights, from outside."""
    with EvrmoreAuth(settings=gatewright_settings) as auth:
        yield auth


@pytest.fixture
def django_users(change):
    """Django's own users, and the login page for them."""
    change(user_provider="DjangoUserProvider")
    return get_user_model()._default_manager


@pytest.fixture
def root(django_users):
    """Django's own superuser."""
    return django_users.create_superuser("root", "root@example.com", PASSWORD)


class Wsgi:
    """Speaks to the project as a WSGI server does."""

    def __init__(self, **environ):
        self._client = Client(WSGIHandler(), use_cookies=False)
        self._environ = {"REMOTE_ADDR": "203.0.113.7"} | environ

    def browser(self, **options):
        return Browser(self.send, **options)

    def send(self, method, target, headers, body):
        with self._client.open(
            target, method=method, headers=list(headers), data=body, environ_overrides=self._environ
        ) as answer:
            return answer.status_code, list(answer.headers), answer.data


@pytest.fixture(params=["wsgi", "asgi"])
def build(request):
    return request.param


@pytest.fixture
def open_browser(change, build, asgi):
    """Open a browser on the project as it is set now."""

    def open_browser(*, root="", **options):
        if build == "wsgi":
            return Wsgi(SCRIPT_NAME=root).browser(**options)
        return asgi(ASGIHandler(), root_path=root).browser(**options)

    return open_browser


@pytest.fixture
def browser(open_browser):
    return open_browser()


@pytest.fixture
def log_in_to_admin():
    """Sign a browser in to Django's admin and return the answer."""

    def log_in_to_admin(browser, name="root", password=PASSWORD):
        form = browser.get("/admin/login/?next=/admin/").form()
        return browser.submit(form, username=name, password=password)

    return log_in_to_admin


@pytest.fixture
def in_loop(run):
    """Run a plain function as Django runs one for an event loop."""
    return lambda function, *args: run.run(sync_to_async(function)(*args))
