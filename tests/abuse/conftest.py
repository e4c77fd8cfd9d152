"""Attacks on running applications: see `targets`. ``attacks.toml`` and ``defects.toml`` list what is tried."""

from __future__ import annotations

import asyncio
import shutil
from contextlib import ExitStack

import pytest

from django_project import *  # noqa: F403 - fixtures are found by their presence
from gatewright.testing import AuthenticatorApp, Wallet
from targets import APP, APPLICATIONS, LOGIN, PASSWORD, SERVERS, STEP, TARGETS, serving

_CHOICES = {"application": APPLICATIONS, "server": SERVERS}
"""Fixture -> the targets that it can be."""

_FIRST = ("fastapi-sqlite", "django-postgresql-redis", "server-sqlite")
"""Those that differ most: who changes something attacks these. CI attacks all."""


@pytest.fixture
def target_name(request):
    """The target of the test: every one, where the test does not choose."""
    return request.param


def pytest_generate_tests(metafunc):
    """Have every test that opens a target do so with each, or with those that have what it takes."""
    if "target_name" in metafunc.fixturenames:
        (names,) = [names for fixture, names in _CHOICES.items() if fixture in metafunc.fixturenames] or [TARGETS]
        params = [name if name in _FIRST else pytest.param(name, marks=pytest.mark.long) for name in names]
        metafunc.parametrize("target_name", params, indirect=True)


@pytest.fixture
def stores(target_name, tmp_path, migrated_file, request):
    """Empty stores of the target, as settings."""
    found = {}
    if "postgresql" in target_name:
        found["database_url"] = request.getfixturevalue("emptied_postgres_database")
    else:
        shutil.copyfile(migrated_file, tmp_path / "gatewright.db")
        found["database_url"] = f"sqlite:///{tmp_path / 'gatewright.db'}"
    if "redis" in target_name:
        found["redis_url"] = request.getfixturevalue("redis_server").url
    if "django" in target_name:
        request.getfixturevalue("django_tables")
    return found


@pytest.fixture
def open_target(target_name, stores, gatewright_clock):
    """Run the target with settings of its own, and what else its auth takes."""
    with asyncio.Runner() as runner, ExitStack() as stack:

        def open_target(options=None, /, **settings):
            running = serving(target_name, stores | settings, options or {}, clock=gatewright_clock, runner=runner)
            return stack.enter_context(running)

        yield open_target


@pytest.fixture
def target(open_target):
    """The target as it is by default."""
    return open_target()


@pytest.fixture
def application(target):
    """A target that has views of its own, at the paths of `target_applications`."""
    return target


@pytest.fixture
def server(open_target):
    """Run the stand-alone server, with settings of its own: it has the REST API."""
    return open_target


@pytest.fixture
def browser(target):
    """The attacker's browser, or the only one."""
    return target.browser()


@pytest.fixture
def anna(target):
    """A verified account with the password of the tests."""
    return target.register("anna")


@pytest.fixture
def mallory():
    """The attacker's own wallet."""
    return Wallet.new("mallory")


@pytest.fixture
def set_up_app(target):
    """Sign somebody in and set up an authenticator app and recovery codes; return the app and the codes."""

    def set_up_app(username="anna"):
        browser = target.browser()
        assert target.call(browser, "/api/login", {"email": username, "password": PASSWORD})[0] == 200
        app = AuthenticatorApp(target.call(browser, APP, {"action": "begin"})[1]["uri"])
        document = {"action": "enrol", "code": app.code(target.clock.now())}
        assert target.call(browser, APP, document)[0] == 200
        codes = target.call(browser, "/api/account/methods/recovery_codes", {"action": "enrol"})[1]["codes"]
        target.clock.advance(minutes=1)
        return app, codes

    return set_up_app


@pytest.fixture
def app(anna, set_up_app):
    """Anna's authenticator app."""
    return set_up_app()[0]


@pytest.fixture
def begin(target):
    """Give a password that is not enough, in a new browser or in this one."""

    def begin(browser=None, **fields):
        browser = browser or target.browser()
        status, problem = target.call(browser, "/api/login", LOGIN | fields)
        assert (status, problem["code"]) == (403, "second_factor_required")
        return browser

    return begin


@pytest.fixture
def give(target):
    """Give a code, and return the status."""

    def give(browser, code, method="totp"):
        return target.call(browser, STEP, {"method": method, "code": code})[0]

    return give
