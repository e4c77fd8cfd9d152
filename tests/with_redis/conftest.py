"""Applications that keep in Redis what is short-lived and busy, on a server of the tests' own."""

from __future__ import annotations

import pytest

from visitors import *  # noqa: F403


@pytest.fixture
def gatewright_settings(gatewright_settings, redis_server):
    """The settings of the other tests, with a Redis that is empty and is given up soon."""
    return gatewright_settings.with_values(redis_url=f"{redis_server.url}?socket_timeout=1")


@pytest.fixture
def kept(redis_server):
    """Every key that Redis has, with its value, as `restored` takes it."""

    def kept():
        names = redis_server.ask("KEYS", "*")
        return {name: redis_server.ask("DUMP", name) for name in names}

    return kept


@pytest.fixture
def restored(redis_server):
    """Bring Redis back to what `kept` returned: so is a replica that takes over without the last writes."""

    def restored(keys):
        redis_server.ask("FLUSHALL")
        for name, value in keys.items():
            redis_server.ask("RESTORE", name, 0, value)

    return restored
