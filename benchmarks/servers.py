"""PostgreSQL and Redis on free loopback ports, each in its own folder, for as long as something is measured."""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import socket
import subprocess
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from time import sleep
from types import MappingProxyType
from typing import Any

from disk import working_folder

_ROLE = "bench"
_TRIES = 1200
_PAUSE = 0.05


@contextmanager
def postgresql(*options: str) -> Iterator[str]:
    """Run a server with the settings of a new installation, and yield the URL of an empty database.

    Args:
        *options: Settings that differ, such as ``max_connections=200``.

    Raises:
        FileNotFoundError: If PostgreSQL is not installed.
    """
    programs, port = _postgresql_programs(), free_port()
    with working_folder() as folder:
        user = _its_user(folder)
        made = [programs / "initdb", "--pgdata", folder, "--username", _ROLE, "--auth", "trust", "--encoding", "UTF8"]
        subprocess.run(made, check=True, capture_output=True, cwd=folder, **user)
        settings = ["listen_addresses=127.0.0.1", f"port={port}", "unix_socket_directories=", *options]
        command = [str(programs / "postgres"), "-D", str(folder), *(part for one in settings for part in ("-c", one))]
        with running(command, folder, ready=lambda: _is_postgresql(port), stop=signal.SIGINT, user=user):
            yield f"postgresql+psycopg://{_ROLE}@127.0.0.1:{port}/postgres"


@contextmanager
def redis_server() -> Iterator[str]:
    """Run a Redis that keeps everything in memory, and yield its URL.

    Raises:
        FileNotFoundError: If Redis is not installed.
    """
    port = free_port()
    command = ["redis-server", "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"]

    def is_ready() -> bool:
        return _answers(port, b"PING\r\n", b"+PONG")

    with working_folder() as folder, running(command, folder, ready=is_ready):
        yield f"redis://127.0.0.1:{port}/0"


def has_servers() -> bool:
    """Whether both are installed."""
    try:
        return bool(_postgresql_programs()) and shutil.which("redis-server") is not None
    except FileNotFoundError:
        return False


def free_port() -> int:
    """Return a port on the loopback interface that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def running(
    command: Sequence[str | Path],
    folder: Path,
    *,
    ready: Callable[[], bool],
    stop: signal.Signals = signal.SIGTERM,
    environment: Mapping[str, str] = MappingProxyType({}),
    user: Mapping[str, Any] = MappingProxyType({}),
) -> Iterator[subprocess.Popen[bytes]]:
    """Run a server in a folder for as long as it is needed. Its output goes into the file ``log`` there.

    Args:
        command: What to run.
        folder: Where to run it.
        ready: Whether it answers.
        stop: The signal that ends it.
        environment: Variables besides those of this process.
        user: The user to run it as, as `subprocess.Popen` takes it.

    Raises:
        RuntimeError: If it ends, or does not answer within a minute.
    """
    log = folder / "log"
    with (
        log.open("wb") as output,
        subprocess.Popen(
            command, stdout=output, stderr=output, cwd=folder, env=os.environ | environment, **user
        ) as process,
    ):
        try:
            for _ in range(_TRIES):
                if process.poll() is not None or ready():
                    break
                sleep(_PAUSE)
            else:
                raise RuntimeError(f"{command[0]} does not answer: {log.read_text()[-2000:]}")
            if process.poll() is not None:
                raise RuntimeError(f"{command[0]} ended: {log.read_text()[-2000:]}")
            yield process
        finally:
            process.send_signal(stop)
            process.wait(30)


def _postgresql_programs() -> Path:
    """Return the folder of the newest server's programs: Debian keeps them off the PATH."""
    folders = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda found: int(found.parent.name), reverse=True)
    search = os.pathsep.join([*map(str, folders), os.environ["PATH"]])
    found = shutil.which("initdb", path=search)
    if found is None:
        raise FileNotFoundError("there is no PostgreSQL: sudo apt-get install postgresql")
    return Path(found).parent


def _its_user(folder: Path) -> dict[str, Any]:
    """Return the user to run the server as, never root, which it refuses; give them the folder."""
    if os.getuid() != 0:
        return {}
    owner = pwd.getpwnam("postgres")
    os.chown(folder, owner.pw_uid, owner.pw_gid)
    return {"user": owner.pw_uid, "group": owner.pw_gid, "extra_groups": []}


def _is_postgresql(port: int) -> bool:
    import psycopg

    try:
        psycopg.connect(host="127.0.0.1", port=port, user=_ROLE, dbname="postgres", connect_timeout=2).close()
    except psycopg.OperationalError:
        return False
    return True


def _answers(port: int, question: bytes, answer: bytes) -> bool:
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=2) as connection:
            connection.sendall(question)
            return connection.recv(len(answer)) == answer
    except OSError:
        return False
