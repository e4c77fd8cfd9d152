"""The Django project of the tests, under WSGI and ASGI, on the test's own databases, and browsers to look at it."""

from __future__ import annotations

from contextlib import ExitStack

import pytest
from asgiref.sync import sync_to_async
from django.contrib.auth import get_user_model
from django.core.handlers.asgi import ASGIHandler
from django.core.handlers.wsgi import WSGIHandler
from django.core.management import call_command
from django.db import connections
from django.urls import set_script_prefix

from django_project import *  # noqa: F403 - fixtures are found by their presence
from django_project import PASSWORD, in_force
from gatewright import EvrmoreAuth
from wsgi_exchange import Wsgi


@pytest.fixture(autouse=True)
def _empty_tables(django_tables):
    yield
    call_command("flush", interactive=False, verbosity=0)
    connections.close_all()
    set_script_prefix("/")  # which a request below a path leaves behind in its thread


@pytest.fixture
def change(gatewright_settings):
    """Have the project run with other settings of gatewright's."""
    with ExitStack() as stack:

        def change(*, of_django=None, **values):
            ours = {
                "database_url": gatewright_settings.database_url,
                "jwt_secret": gatewright_settings.jwt_secret.get_secret_value(),
                "argon2_memory_kib": 8,
                "argon2_iterations": 1,
                "mail_delivery": "command",
            }
            stack.enter_context(in_force(ours | values, **(of_django or {})))

        change()
        yield change


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


@pytest.fixture(params=["wsgi", "asgi"])
def build(request):
    return request.param


@pytest.fixture
def open_browser(change, build, asgi):
    """Open a browser on the project as it is set now."""

    def open_browser(*, root="", **options):
        if build == "wsgi":
            return Wsgi(WSGIHandler(), SCRIPT_NAME=root).browser(**options)
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
