"""What ``manage.py check`` says of a project that is set up wrongly."""

from __future__ import annotations

import sys
from pathlib import Path
from types import ModuleType

import pytest
from django.contrib.auth import get_user_model
from django.core.checks import run_checks
from django.core.handlers.asgi import ASGIHandler
from django.core.handlers.wsgi import WSGIHandler
from django.db import connection
from django.test import override_settings
from django.urls import include, path, set_script_prefix

from gatewright.adapters.django import conf, get_async_auth, get_auth
from gatewright.adapters.django.conf import make_controller, make_providers
from gatewright.auth.configured import read_configured
from gatewright.errors import ConfigurationError
from gatewright.web import AuthController, SimpleAuthController

OURS = "gatewright.adapters.django.middleware.GatewrightMiddleware"
SESSIONS = "django.contrib.sessions.middleware.SessionMiddleware"
MODEL_BACKEND = "django.contrib.auth.backends.ModelBackend"
BACKEND = "gatewright.adapters.django.backends.GatewrightBackend"


DJANGOS = Path(connection.settings_dict["NAME"])
"""The file of the project's own database."""

AROUND = DJANGOS.parent / ".." / DJANGOS.parent.name / DJANGOS.name
"""The same, written in another way."""


def included_at(place):
    """Return the name of a project's routes, with the pages at a path."""
    module = ModuleType(f"gatewright_test_urls_at_{place}")
    module.urlpatterns = [path(place, include("gatewright.adapters.django.urls"))]
    sys.modules[module.__name__] = module
    return module.__name__


def ids():
    return [message.id for message in run_checks() if str(message.id).startswith("gatewright.")]


class StaffProvider:
    """No user provider."""


class StrangersPages(SimpleAuthController):
    """Pages for the users of a provider that nobody has."""

    def get_user_provider(self):
        return "Staff"


class PagesOfForms(AuthController):
    """Pages of which nobody can call one."""

    def get_user_provider(self):
        return None

    def login(self, form):
        return "never"


@pytest.fixture(autouse=True)
def _production(change):
    change(env="production", public_url="https://example.com")


def test_a_project_that_is_set_up_well_hears_nothing():
    """The tests' own project is one."""
    assert ids() == []


@pytest.mark.parametrize("login_url", ["gatewright:login", "/shop/login"])
def test_a_project_below_a_path_hears_nothing(login_url):
    """The names of the pages lead below the path, as Django writes them."""
    set_script_prefix("/shop/")
    with override_settings(FORCE_SCRIPT_NAME="/shop", LOGIN_URL=login_url):
        assert ids() == []


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"MIDDLEWARE": [SESSIONS]}, "gatewright.E001"),
        ({"MIDDLEWARE": [OURS, SESSIONS]}, "gatewright.E002"),
        ({"ROOT_URLCONF": "django.contrib.auth.urls"}, "gatewright.E003"),
        ({"ROOT_URLCONF": included_at("accounts")}, "gatewright.E007"),
        ({"GATEWRIGHT": {"enable_singup": False}}, "gatewright.E004"),
        ({"GATEWRIGHT": {"link_hours": -1}}, "gatewright.E004"),
        ({"GATEWRIGHT": "production"}, "gatewright.E004"),
        ({"GATEWRIGHT": {"controller": f"{__name__}.PagesOfForms"}}, "gatewright.E004"),
        ({"GATEWRIGHT": {"page_paths": "account=/login"}}, "gatewright.E004"),
        ({"DEBUG": True}, "gatewright.E004"),
        ({"AUTHENTICATION_BACKENDS": [MODEL_BACKEND]}, "gatewright.W001"),
        ({"AUTHENTICATION_BACKENDS": [BACKEND, MODEL_BACKEND]}, "gatewright.W002"),
        ({"GATEWRIGHT": {"public_url": "https://example.com"}}, "gatewright.W003"),
        ({"LOGIN_URL": "/accounts/login/nowhere"}, "gatewright.W004"),
        ({"LOGIN_URL": "no-such-name"}, "gatewright.W004"),
        ({"GATEWRIGHT": {"env": "production"}}, "gatewright.W005"),
        ({"GATEWRIGHT": {"database_url": f"sqlite:///{DJANGOS}"}}, "gatewright.W008"),
        (
            {"GATEWRIGHT": {"database_url": f"sqlite:///{AROUND}"}},
            "gatewright.W008",
        ),
    ],
)
def test_what_is_wrong_is_named(wrong, said):
    """Once, under an identifier that can be silenced, with the cure."""
    with override_settings(**wrong):
        messages = [message for message in run_checks() if message.id == said]

    assert len(messages) == 1
    assert messages[0].hint


@pytest.mark.parametrize("place", ["", "accounts/", "k\u00e4se/", "my shop/"])
def test_the_pages_may_be_anywhere(place):
    """Their names lead there."""
    with override_settings(ROOT_URLCONF=included_at(place)):
        assert ids() == []


@pytest.mark.parametrize("url", ["sqlite://", "sqlite:///no/such/folder/x.db", "postgresql://localhost/shop"])
def test_another_database_than_djangos_is_no_matter(url):
    """Whether it can be opened is told when the server starts."""
    with override_settings(GATEWRIGHT={"database_url": url}):
        assert "gatewright.W008" not in ids()


def test_the_login_page_may_be_elsewhere():
    """On another host, or by a name."""
    for url in ("https://sso.example.com/login", "gatewright:login", "/login"):
        with override_settings(LOGIN_URL=url):
            assert ids() == []


@pytest.mark.parametrize(
    "given",
    [
        {"controller": "no.such.module"},
        {"controller": "json.JSONDecoder"},
        {"controller": 7},
        {"providers": "shop.users.Staff"},
        {"providers": ["no.such.Provider"]},
        {"providers": [f"{__name__}.StaffProvider"]},
    ],
)
def test_pages_and_providers_that_cannot_be_made_are_named(given):
    """By the error that the first request would meet."""
    with override_settings(GATEWRIGHT=given), pytest.raises(ConfigurationError, match="GATEWRIGHT"):
        make_controller(), make_providers()


@pytest.mark.parametrize("handler", [WSGIHandler, ASGIHandler])
@pytest.mark.parametrize(("controller", "said"), [("StrangersPages", "'Staff'"), ("PagesOfForms", "'form'")])
def test_no_server_starts_with_pages_that_cannot_work(change, handler, controller, said):
    """Whatever checks were passed over, as by gunicorn."""
    change(controller=f"{__name__}.{controller}")
    with pytest.raises(ConfigurationError, match=said):
        handler()


def test_the_settings_are_read_once_at_a_start(change, monkeypatch):
    """For both builds."""
    reads = []
    monkeypatch.setattr(conf, "read_configured", lambda values: reads.append(values) or read_configured(values))
    change(email_code="first")

    assert "email_code" in get_auth().parts.beginning()
    assert "email_code" in get_async_auth().parts.beginning()
    assert len(reads) == 1


def test_without_a_word_everything_is_ready_made():
    """The pages, and Django's users as a provider."""
    with override_settings(GATEWRIGHT={}):
        assert type(make_controller()) is SimpleAuthController
        assert [type(provider).__name__ for provider in make_providers()] == ["DjangoUserProvider"]


@pytest.mark.parametrize(
    "hasher", ["PBKDF2PasswordHasher", "PBKDF2SHA1PasswordHasher", "ScryptPasswordHasher", "BCryptSHA256PasswordHasher"]
)
def test_whatever_django_hashes_with_will_do(hasher):
    """It is Django that verifies."""
    with override_settings(PASSWORD_HASHERS=[f"django.contrib.auth.hashers.{hasher}"]):
        assert ids() == []


def test_a_password_field_that_is_too_short_is_named(monkeypatch):
    """Its hashes could not be renewed, or would be cut."""
    monkeypatch.setattr(get_user_model()._meta.get_field("password"), "max_length", 60)

    assert ids() == ["gatewright.W006"]
