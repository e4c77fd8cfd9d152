"""An application that is watched, in both builds, and what the watchers have seen."""

from __future__ import annotations

import asyncio

import pytest
from prometheus_client import REGISTRY

from gatewright import AsyncEvrmoreAuth, EvrmoreAuth
from span_exporter import *  # noqa: F403 - fixtures are found by their presence


class Watched:
    """Both builds under one interface.

    Args:
        auth: The application's auth.
        run: What turns what a method returns into its result.
    """

    def __init__(self, auth, run):
        self.auth = auth
        self.run = run

    def call(self, name, *args, **kwargs):
        return self.run(getattr(self.auth, name)(*args, **kwargs))

    def guard(self, mapping):
        guard = self.auth.guard(mapping, ip_address="192.0.2.7")
        return lambda name, *args, **kwargs: self.run(getattr(guard, name)(*args, **kwargs))


@pytest.fixture
def make_auth(gatewright_settings):
    """Make an application's auth, with settings of its own."""
    made = []

    def make(build=EvrmoreAuth, **settings):
        made.append(build(settings=gatewright_settings.with_values(**settings)))
        return made[-1]

    yield make
    for auth in made:
        auth.close()


@pytest.fixture(params=["blocking", "asynchronous"])
def watch(request, make_auth):
    """Make a watched application of one build."""
    with asyncio.Runner() as runner:

        def watch(**settings):
            if request.param == "blocking":
                return Watched(make_auth(EvrmoreAuth, **settings), lambda result: result)
            return Watched(make_auth(AsyncEvrmoreAuth, **settings), runner.run)

        yield watch


@pytest.fixture
def sample():
    """How much a metric has grown since the test began."""
    before = {
        (each.name, tuple(sorted(each.labels.items()))): each.value
        for metric in REGISTRY.collect()
        for each in metric.samples
    }

    def sample(name, **labels):
        value = REGISTRY.get_sample_value(name, labels)
        return (value or 0) - before.get((name, tuple(sorted(labels.items()))), 0)

    return sample
