"""Fixtures of this folder."""

from __future__ import annotations

import threading

import pytest

from mail_servers import *  # noqa: F403 - fixtures are found by their presence


@pytest.fixture
def postmen():
    """The postmen of this test: applications of other tests in this process may have left theirs."""
    before = set(threading.enumerate())

    def postmen():
        return [each for each in threading.enumerate() if each.name == "gatewright-postman" and each not in before]

    return postmen
