"""The real server with its workers, on a PostgreSQL and a Redis of its own."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from time import sleep

import psycopg
from servers import free_port

from gatewright import EvrmoreAuth, Settings
from loading.processes import with_children
from loading.visitors import name_of

PASSWORD = "correct horse battery staple"
_PATIENCE = 60.0
_SETTINGS = {
    "GATEWRIGHT_JWT_SECRET": "4Qk0yT7pXwq9Zb2LrVn8sJd6Hf3GmAeC",
    "GATEWRIGHT_ARGON2_MEMORY_KIB": "8",  # a hash is to cost next to nothing: it would hide the rest
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
        """The processes that answer, and what watches over them."""
        return with_children(self.process)


def make_people(database_url: str, count: int) -> None:
    """Make accounts that sign in with a password."""
    settings = Settings(
        database_url=database_url,
        jwt_secret=_SETTINGS["GATEWRIGHT_JWT_SECRET"],
        argon2_memory_kib=8,
        argon2_iterations=1,
    )
    with EvrmoreAuth(settings=settings) as auth:
        for name in map(name_of, range(count)):
            auth.create_user(name, email=f"{name}@example.com", password=PASSWORD, is_verified=True)


@contextmanager
def serving(folder: Path, *, database_url: str, redis_url: str, workers: int) -> Iterator[Site]:
    """Run ``gatewright serve`` for a while."""
    port = free_port()
    urls = {"GATEWRIGHT_DATABASE_URL": database_url, "GATEWRIGHT_REDIS_URL": redis_url}
    command = [sys.executable, "-m", "gatewright", "serve", "--port", str(port), "--workers", str(workers)]
    with (folder / f"log-{workers}").open("w") as log:
        process = subprocess.Popen(
            command, cwd=folder, env=os.environ | _SETTINGS | urls, stdout=subprocess.DEVNULL, stderr=log
        )
    try:
        _wait_for(port, process)
        yield Site(port, process.pid)
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(_PATIENCE)


def kept_sessions(database_url: str) -> tuple[int, int]:
    """Return how many sessions the store has, and how many of them have ended, by both of its records."""
    with psycopg.connect(database_url.replace("+psycopg", "")) as connection:
        row = connection.execute(
            "SELECT least(count(*), (SELECT count(*) FROM audit WHERE event = 'signed_in')),"
            " least(count(*) FILTER (WHERE NOT is_active), (SELECT count(*) FROM audit WHERE event = 'signed_out'))"
            " FROM sessions"
        ).fetchone()
    return row or (0, 0)


def _wait_for(port: int, process: subprocess.Popen[bytes]) -> None:
    for _ in range(int(_PATIENCE / 0.1)):
        if process.poll() is not None:
            break
        try:
            return socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            sleep(0.1)
    raise RuntimeError("the server does not answer")
