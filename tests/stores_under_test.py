"""The stores that must be right at any concurrency and at any fault. Here is where another one is added, and only here.

A store is named by settings, as an operator names it; tests look at it through the public classes, and past them only
by `fetch_all_of`, which the invariants are checked by.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory

import psycopg
import pytest
import redis

import in_memory
from gatewright import EvrmoreAuth, Settings
from gatewright.storage.open_store import open_database
from gatewright.storage.redis import read_url, redis_breaches
from gatewright.storage.sql.account_invariants import account_breaches
from gatewright.storage.sql.invariants import breaches
from gatewright.storage.sql.sqlite.file import reading_at_rest
from gatewright.storage.sql.sqlite.url import path_of
from gatewright.storage.sql.url import is_postgresql
from gatewright.system import SystemClock

STORES = ["sqlite", *(pytest.param(name, marks=pytest.mark.long) for name in ("postgresql", "postgresql+redis"))]
"""All of them in CI; who changes something sees it on SQLite first."""

QUICK = {
    "jwt_secret": "a secret for tests, longer than 32 bytes",
    "mail_delivery": "command",
    "argon2_memory_kib": 8,
    "argon2_iterations": 1,
}
"""Settings of every test: hashes cost next to nothing, and mails wait until somebody sends them."""


@pytest.fixture(params=STORES)
def make_store_settings(request, migrated_file):
    """Make empty stores, as keyword arguments of `Settings`."""
    numbers = count()
    with TemporaryDirectory(prefix="gatewright-", dir=in_memory.FOLDER) as folder:

        def make_sqlite():
            path = Path(folder) / f"store-{next(numbers)}.db"
            shutil.copyfile(migrated_file, path)
            return QUICK | {"database_url": f"sqlite:///{path}"}

        if request.param == "sqlite":
            yield make_sqlite
        else:
            yield request.getfixturevalue(f"make_store_on_{request.param.replace('+', '_with_')}")


@pytest.fixture
def make_store_on_postgresql(copy_postgres_database):
    """Make empty databases on the tests' own server."""
    return lambda: QUICK | {"database_url": copy_postgres_database()}


@pytest.fixture
def make_store_on_postgresql_with_redis(make_store_on_postgresql, running_redis):
    """Make empty databases, each with one of the sixteen of the tests' own Redis, which is emptied for it.

    Redis answers at once, but a machine may be busy with a crowd: so it is waited for.
    """
    numbers = count()

    def make():
        url = f"redis://127.0.0.1:{running_redis.port}/{next(numbers) % 16}"
        with redis.Redis.from_url(url) as client:
            client.flushdb()
        return make_store_on_postgresql() | {"redis_url": f"{url}?socket_timeout=20&socket_connect_timeout=20"}

    return make


@pytest.fixture
def store_settings(make_store_settings):
    """An empty store, as keyword arguments of `Settings`."""
    return make_store_settings()


@pytest.fixture
def open_auth(store_settings):
    """Open applications on the store, with settings of their own; all are closed at the end."""
    opened = []

    def open_auth(options=None, /, **settings):
        opened.append(EvrmoreAuth(settings=Settings(**store_settings | settings), **options or {}))
        return opened[-1]

    yield open_auth
    for auth in opened:
        auth.close()


LOCKER = """
import sqlite3, sys
connection = sqlite3.connect(sys.argv[1], isolation_level=None)
connection.execute("BEGIN IMMEDIATE")
print("locked", flush=True)
input()
connection.execute("ROLLBACK")
"""


@contextmanager
def hanging(settings):
    """Keep a store from answering whoever wants to change something, while the block runs."""
    locking = _locking_tables if is_postgresql(settings["database_url"]) else _locking_file
    with locking(settings):
        yield


@contextmanager
def _locking_tables(settings):
    with psycopg.connect(settings["database_url"].replace("+psycopg", "")) as connection:
        connection.execute("LOCK TABLE users, sessions, audit, attempts, challenges IN EXCLUSIVE MODE")
        yield
        connection.rollback()


@contextmanager
def _locking_file(settings):
    command = [sys.executable, "-c", LOCKER, path_of(settings["database_url"])]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as locker:
        assert locker.stdout.readline() == "locked\n"
        try:
            yield
        finally:
            locker.communicate("\n", timeout=60)


@contextmanager
def fetch_all_of(settings):
    """Read a store past our own code, as ``gatewright doctor --deep`` does."""
    url = settings["database_url"]
    reading = (
        open_database(Settings(**settings)).reading_at_rest() if is_postgresql(url) else reading_at_rest(path_of(url))
    )
    with reading as fetch_all:
        yield fetch_all


def assert_sound(settings, *, now=None):
    """See that a store breaks no rule, nobody writing meanwhile."""
    now = now or SystemClock().now()
    with fetch_all_of(settings) as fetch_all:
        assert [*breaches(fetch_all, now=now), *account_breaches(fetch_all)] == []
        if "redis_url" in settings:
            assert [*redis_breaches(read_url(settings["redis_url"]), fetch_all, now=now)] == []
