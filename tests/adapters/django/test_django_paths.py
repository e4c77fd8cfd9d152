"""Views of the project at the paths of our pages, and pages at other paths."""

from __future__ import annotations

import os
import subprocess
import sys
from types import ModuleType

import pytest
from django.core.checks import run_checks
from django.http import HttpResponse
from django.test import override_settings
from django.urls import include, path, re_path

OURS = path("", include("gatewright.adapters.django.urls"))


def own(request, **_):
    return HttpResponse("own")


def hidden_in(*patterns):
    urls = ModuleType("gatewright_test_hidden_urls")
    urls.urlpatterns = list(patterns)
    sys.modules[urls.__name__] = urls
    with override_settings(ROOT_URLCONF=urls.__name__):
        return [message for message in run_checks() if message.id == "gatewright.W007"]


@pytest.mark.parametrize(
    "pattern",
    [
        path("account", own),
        path("email_verification/<int:number>", own),
        re_path(r"^password-reset/(?P<token>[a-z]+)$", own),
        re_path(r"^logout$", own),
        path("login/", include([path("wallet", own)])),
        path("api/", include(([path("session", own)], "members"), namespace="members")),
        path("gatewright/own.css", own),
    ],
    ids=str,
)
@pytest.mark.parametrize("is_first", [True, False])
def test_a_hidden_view_is_named(change, pattern, is_first):
    """Wherever it stands: the middleware answers before any view."""
    found = hidden_in(*((pattern, OURS) if is_first else (OURS, pattern)))
    assert len(found) == 1
    assert f"{__name__}.own" in found[0].msg
    assert found[0].hint


@pytest.mark.parametrize(
    "pattern",
    [
        path("", own),
        path("accounts", own),
        path("account/<int:number>", own),
        path("<path:anything>", own),
        path("<slug:page>", own),
        re_path(r"^", own),
        re_path(r"^(login|logout)$", own),
        path("api", own),
    ],
    ids=str,
)
def test_other_views_are_not(change, pattern):
    """Neither those at other paths, nor those for whatever is left."""
    assert hidden_in(OURS, pattern) == []


def test_the_check_makes_no_database(change, tmp_path):
    """It looks at paths only."""
    database = tmp_path / "none.db"
    change(database_url=f"sqlite:///{database}")
    assert len(hidden_in(OURS, path("account", own))) == 1
    assert not database.exists()


def test_below_a_prefix_there_is_room(change):
    """What lies beside the pages is the project's."""
    below = path("auth/", include("gatewright.adapters.django.urls"))
    assert hidden_in(below, path("account", own)) == []
    assert len(hidden_in(below, path("auth/account", own))) == 1


SCRIPT = """
import django
from django.conf import settings
settings.configure(
    SECRET_KEY="x" * 50, ROOT_URLCONF="urls", ALLOWED_HOSTS=["*"], DEBUG=True,
    INSTALLED_APPS=["django.contrib.auth", "django.contrib.contenttypes", "gatewright.adapters.django"],
    MIDDLEWARE=["gatewright.adapters.django.middleware.GatewrightMiddleware"],
    AUTHENTICATION_BACKENDS=["gatewright.adapters.django.backends.GatewrightBackend"],
    DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}},
    GATEWRIGHT={"database_url": "sqlite://", "page_paths": {"account": "/my/account", "login": ""}, "api_path": "/v1"},
    LOGIN_URL="/sign-in", DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
)
import sys, types
urls = types.ModuleType("urls"); sys.modules["urls"] = urls
django.setup()
from django.http import HttpResponse
from django.urls import include, path, reverse
own = lambda request: HttpResponse("own")
urls.urlpatterns = [
    path("auth/", include("gatewright.adapters.django.urls")),
    path("sign-in", own, name="login"),
    path("auth/account", own),
]
from django.core.checks import run_checks
from django.test import Client
client = Client(headers={"Accept": "text/html"})
print([message.id for message in run_checks() if str(message.id).startswith("gatewright")])
print(reverse("gatewright:account"), client.get("/auth/my/account").headers["Location"])
statuses = [client.get(f"/auth/{path}").status_code for path in ("login", "v1/session")]
print(client.get("/auth/account").content, *statuses)
"""


def test_pages_are_moved_and_switched_off(tmp_path):
    """In a project of its own, whose names are made when it starts."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("GATEWRIGHT_")}
    run = subprocess.run(
        [sys.executable, "-c", SCRIPT], cwd=tmp_path, env=kept, capture_output=True, text=True, check=False
    )
    assert run.stdout.splitlines() == [
        "[]",
        "/auth/my/account /sign-in?next=%2Fauth%2Fmy%2Faccount",
        "b'own' 404 200",
    ], run.stderr
