"""A real PostgreSQL server on the loopback interface, of the tests' own: started once, in a folder of its own."""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from itertools import count
from pathlib import Path
from typing import Any

import psycopg
import pytest

from free_ports import free_port
from gatewright.settings import Settings
from gatewright.storage.open_store import open_database
from gatewright.storage.sql import migrate
from gatewright.storage.sql.tables import metadata

ROLE = "tests"
_copies = count()


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """A running server, as the beginning of a URL that a database's name ends: ``postgresql+psycopg://.../``."""
    with serving_postgres() as port:
        yield f"postgresql+psycopg://{ROLE}@127.0.0.1:{port}/"


@pytest.fixture(scope="session")
def make_postgres_database(postgres_server: str) -> Callable[[], str]:
    """Make an empty database and return its URL."""
    numbers = count()
    server = postgres_server.replace("+psycopg", "")

    def make() -> str:
        name = f"test_{next(numbers)}"
        with psycopg.connect(f"{server}postgres", autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name}")
        return f"{postgres_server}{name}"

    return make


@pytest.fixture(scope="session")
def make_migrated_postgres_database(make_postgres_database: Callable[[], str]) -> Callable[[], str]:
    """Make a database that every migration has been applied to, and return its URL."""

    def make() -> str:
        url = make_postgres_database()
        with closing(open_database(Settings(database_url=url))) as database:
            migrate(database)
        return url

    return make


@pytest.fixture(scope="session")
def migrated_template(make_migrated_postgres_database: Callable[[], str]) -> str:
    """The name of a database that is only copied."""
    return make_migrated_postgres_database().rpartition("/")[2]


@pytest.fixture
def copy_postgres_database(postgres_server: str, migrated_template: str) -> Iterator[Callable[[], str]]:
    """Make databases that have been migrated, gone with the test, and return their URLs."""
    made: list[str] = []

    def run(statement: str) -> None:
        with psycopg.connect(f"{postgres_server.replace('+psycopg', '')}postgres", autocommit=True) as connection:
            connection.execute(statement)

    def copy() -> str:
        made.append(f"copy_{next(_copies)}")
        run(f"CREATE DATABASE {made[-1]} TEMPLATE {migrated_template}")
        return f"{postgres_server}{made[-1]}"

    yield copy
    for name in made:
        run(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def migrated_postgres_database(copy_postgres_database: Callable[[], str]) -> str:
    """The URL of a database of a test's own that has been migrated."""
    return copy_postgres_database()


@pytest.fixture(scope="session")
def reused_postgres_database(make_migrated_postgres_database: Callable[[], str]) -> str:
    """The URL of a database for many tests, one after the other: to make one takes longer than most tests."""
    return make_migrated_postgres_database()


@pytest.fixture
def emptied_postgres_database(reused_postgres_database: str) -> str:
    """The URL of a migrated database that is empty, for tests that leave its tables as they are."""
    with psycopg.connect(reused_postgres_database.replace("+psycopg", "")) as connection:
        connection.execute("SET session_replication_role = replica")  # so that the order of the tables is no matter
        for table in metadata.sorted_tables:
            connection.execute(f"DELETE FROM {table.name}")
    return reused_postgres_database


@contextmanager
def serving_postgres(*options: str) -> Iterator[int]:
    """Run a server that forgets everything in the end, with settings written ``name=value``, and yield its port."""
    with tempfile.TemporaryDirectory(prefix="gatewright-postgres-") as folder:
        make_cluster(Path(folder))
        port = free_port()
        with running_postgres(Path(folder), port, *options):
            yield port


def make_cluster(folder: Path, *options: str) -> None:
    """Make what a server keeps in a folder, with options of ``initdb``."""
    user = unprivileged()
    if user:
        os.chown(folder, user["user"], user["group"])
    made = [_programs() / "initdb", "--pgdata", folder, "--username", ROLE, "--auth", "trust", "--no-sync", *options]
    subprocess.run(made, check=True, capture_output=True, cwd=folder, **user)


@contextmanager
def running_postgres(folder: Path, port: int, *options: str) -> Iterator[subprocess.Popen[bytes]]:
    """Run a server on a folder and a port, with settings written ``name=value``, until the block ends."""
    settings = ["listen_addresses=127.0.0.1", f"port={port}", "unix_socket_directories=", "fsync=off", *options]
    command = [_programs() / "postgres", "-D", folder, *(part for one in settings for part in ("-c", one))]
    with (
        Path(folder, "log").open("ab") as log,
        subprocess.Popen(command, stdout=log, stderr=log, cwd=folder, **unprivileged()) as process,
    ):
        try:
            await_server(process, port)
            yield process
        finally:
            process.send_signal(signal.SIGINT)  # for PostgreSQL: do not wait for clients to go
            process.wait(30)


def _programs() -> Path:
    """Return the folder of the server's programs: Debian keeps them out of the path. Skip where there is none."""
    folders = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda found: int(found.parent.name), reverse=True)
    search = os.pathsep.join([os.environ["PATH"], *map(str, folders)])
    initdb, postgres = (shutil.which(name, path=search) for name in ("initdb", "postgres"))
    if initdb is None or postgres is None:
        pytest.skip("there is no PostgreSQL: sudo apt-get install postgresql")
    return Path(initdb).parent


def unprivileged() -> dict[str, Any]:
    """Return how to start a server that refuses to run as root, as whom the tests may run."""
    if os.getuid() != 0:
        return {}
    try:
        owner = pwd.getpwnam("postgres")
    except KeyError:
        owner = pwd.getpwnam("nobody")
    return {"user": owner.pw_uid, "group": owner.pw_gid, "extra_groups": []}


def await_server(process: subprocess.Popen[bytes], port: int) -> None:
    """Return when the server answers."""
    for _ in range(400):
        if process.poll() is not None:
            pytest.fail(f"The server ended with {process.returncode}")
        try:
            psycopg.connect(host="127.0.0.1", port=port, user=ROLE, dbname="postgres", connect_timeout=2).close()
        except psycopg.OperationalError:
            time.sleep(0.05)
        else:
            return
    pytest.fail("The server does not answer")
