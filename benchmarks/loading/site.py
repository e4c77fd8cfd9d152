"""The real server with its workers, on its own PostgreSQL and Redis."""

from __future__ import annotations

import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import psycopg
from servers import free_port, running

from gatewright import EvrmoreAuth, Settings
from gatewright.settings import load_settings
from loading.processes import with_children
from loading.visitors import name_of

PASSWORD = "correct horse battery staple"
_SETTINGS = {
    "GATEWRIGHT_JWT_SECRET": "4Qk0yT7pXwq9Zb2LrVn8sJd6Hf3GmAeC",
    "GATEWRIGHT_ARGON2_MEMORY_KIB": "8",  # a hash must cost next to nothing: it would hide the rest
    "GATEWRIGHT_ARGON2_ITERATIONS": "1",
    "GATEWRIGHT_CHALLENGES_PER_ADDRESS": "1000000",  # all clients have one address
    "GATEWRIGHT_CHALLENGES_PER_CLIENT": "1000000",
    "GATEWRIGHT_ATTEMPTS_PER_CLIENT_AND_ACCOUNT": "1000000",
    "GATEWRIGHT_ATTEMPTS_PER_CLIENT": "1000000",
    "GATEWRIGHT_ATTEMPTS_PER_ACCOUNT": "1000000",
    "GATEWRIGHT_LOG_FORMAT": "json",
}


@dataclass(frozen=True)
class Site:
    """A running server.

    Args:
        port: Where it listens.
        process: The process that was started; its children are the workers.
    """

    port: int
    process: int

    @property
    def workers(self) -> list[int]:
        """The workers, and the process that supervises them."""
        return with_children(self.process)


def settings_of(database_url: str, redis_url: str | None = None) -> Settings:
    """Return the server's settings, for a process that calls the library."""
    return load_settings(
        database_url=database_url,
        redis_url=redis_url,
        **{name.removeprefix("GATEWRIGHT_").lower(): value for name, value in _SETTINGS.items()},
    )


def make_people(database_url: str, count: int) -> None:
    """Create accounts that sign in with a password."""
    with EvrmoreAuth(settings=settings_of(database_url)) as auth:
        for name in map(name_of, range(count)):
            auth.create_user(name, email=f"{name}@example.com", password=PASSWORD, is_verified=True)


@contextmanager
def serving(folder: Path, *, database_url: str, redis_url: str, workers: int) -> Iterator[Site]:
    """Run ``gatewright serve`` for a while."""
    port = free_port()
    urls = {"GATEWRIGHT_DATABASE_URL": database_url, "GATEWRIGHT_REDIS_URL": redis_url}
    command = [sys.executable, "-m", "gatewright", "serve", "--port", str(port), "--workers", str(workers)]
    with running(command, folder, ready=partial(_listens, port), environment=_SETTINGS | urls) as process:
        yield Site(port, process.pid)


def kept_sessions(database_url: str) -> tuple[int, int]:
    """Return how many sessions the store has, and how many of them have ended, according to both of its records."""
    with psycopg.connect(database_url.replace("+psycopg", "")) as connection:
        row = connection.execute(
            "SELECT least(count(*), (SELECT count(*) FROM audit WHERE event = 'signed_in')),"
            " least(count(*) FILTER (WHERE NOT is_active), (SELECT count(*) FROM audit WHERE event = 'signed_out'))"
            " FROM sessions"
        ).fetchone()
    return row or (0, 0)


def _listens(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
    except OSError:
        return False
    return True
