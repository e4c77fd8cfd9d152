"""Fixtures of this folder."""

from __future__ import annotations

import threading

import pytest

from mail_servers import *  # noqa: F403 - fixtures are found by their presence


@pytest.fixture
def mail_workers():
    """The mail workers of this test: applications of other tests in this process may have left theirs."""
    before = set(threading.enumerate())

    def mail_workers():
        return [each for each in threading.enumerate() if each.name == "gatewright-mail" and each not in before]

    return mail_workers
