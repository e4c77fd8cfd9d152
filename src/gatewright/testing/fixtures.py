"""Pytest fixtures, available wherever gatewright is installed: no import, no ``conftest.py``.

Override ``gatewright_settings`` in your ``conftest.py`` to test with other settings; all other fixtures use them.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from gatewright.evrmore import AsyncEvrmoreAuth, EvrmoreAuth
from gatewright.settings import Settings, load_settings
from gatewright.testing.frozen_clock import FrozenClock
from gatewright.testing.hook_recorder import HookRecorder
from gatewright.testing.seeded_random import SeededRandom
from gatewright.testing.wallet import Wallet


@pytest.fixture
def gatewright_clock() -> FrozenClock:
    """Return the clock of the auth fixtures."""
    return FrozenClock()


@pytest.fixture
def gatewright_wallet() -> Wallet:
    """Return a wallet on Evrmore mainnet, the same in every run."""
    return Wallet.new()


@pytest.fixture
def gatewright_settings(tmp_path: Path) -> Settings:
    """Return settings with a separate database file for each test and a secret that production would accept.

    Emails stay queued until the test sends them: ``auth.deliver_mails()``.
    """
    return load_settings(
        database_url=f"sqlite:///{tmp_path / 'gatewright.db'}",
        jwt_secret=SeededRandom("token secret").token_bytes(32).hex(),
        mail_delivery="command",
    )


@pytest.fixture
def gatewright_auth(gatewright_settings: Settings, gatewright_clock: FrozenClock) -> Iterator[EvrmoreAuth]:
    """Yield a blocking `Auth`, closed afterwards."""
    with EvrmoreAuth(settings=gatewright_settings, clock=gatewright_clock) as auth:
        yield auth


@pytest.fixture
def gatewright_async_auth(gatewright_settings: Settings, gatewright_clock: FrozenClock) -> Iterator[AsyncEvrmoreAuth]:
    """Yield an `AsyncAuth`, closed afterwards; on the same database as ``gatewright_auth``."""
    auth = AsyncEvrmoreAuth(settings=gatewright_settings, clock=gatewright_clock)
    yield auth
    auth.close()


@pytest.fixture
def gatewright_hooks(gatewright_auth: EvrmoreAuth) -> HookRecorder:
    """Return a recorder of every hook of ``gatewright_auth``."""
    return HookRecorder(gatewright_auth)
