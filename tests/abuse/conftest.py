"""Attacks on running applications: see `targets`. ``attacks.toml`` and ``defects.toml`` list what is tried."""

from __future__ import annotations

import asyncio
import shutil
from contextlib import ExitStack

import pytest

from django_project import *  # noqa: F403 - fixtures are found by their presence
from gatewright.testing import Wallet
from redis_server import *  # noqa: F403
from targets import APPLICATIONS, TARGETS, serving


@pytest.fixture
def target_name(request):
    """The target of the test: every one, where the test does not choose."""
    return request.param


def pytest_generate_tests(metafunc):
    """Have every test that opens a target do so with each; one that takes ``application``, with each that has views."""
    if "target_name" in metafunc.fixturenames:
        names = APPLICATIONS if "application" in metafunc.fixturenames else TARGETS
        metafunc.parametrize("target_name", names, indirect=True)


@pytest.fixture
def stores(target_name, tmp_path, migrated_file, request):
    """Empty stores of the target, as settings."""
    found = {}
    if "postgresql" in target_name:
        found["database_url"] = request.getfixturevalue("migrated_postgres_database")
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
