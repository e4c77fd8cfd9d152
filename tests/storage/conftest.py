"""What the tests of storage share: a database file, real processes, and a way to look into a file from outside."""

from __future__ import annotations

import shutil
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path

import pytest

from gatewright import EvrmoreAuth, Settings
from gatewright.storage.sql import SQLiteDatabase, migrate

CHILDREN = Path(__file__).parent / "children"
SECRET = "a secret for tests, longer than 32 bytes"
PATIENCE = 60


@pytest.fixture
def path(tmp_path):
    """A SQLite file that is not there yet."""
    return tmp_path / "gatewright.db"


@pytest.fixture
def url(path):
    """The URL of a SQLite file that is not there yet."""
    return f"sqlite:///{path}"


@pytest.fixture
def database(url):
    """The SQLite database of the URL, migrated."""
    with closing(SQLiteDatabase(url)) as database:
        migrate(database)
        yield database


@pytest.fixture
def make_auth(url):
    """Make applications on the same file, generous with challenges; all are closed at the end."""
    with ExitStack() as made:

        def make(url=url, **options) -> EvrmoreAuth:
            auth = EvrmoreAuth(url, settings=Settings(jwt_secret=SECRET, challenges_per_address=1000), **options)
            made.callback(auth.close)
            return auth

        yield make


@pytest.fixture
def auth(make_auth, path, migrated_file):
    """An application on the file, which is migrated already."""
    shutil.copyfile(migrated_file, path)
    return make_auth()


@pytest.fixture
def query(path):
    """Look into a database file as a stranger would, past all of our code."""

    def query(sql, file=path):
        with closing(sqlite3.connect(file)) as connection:
            return connection.execute(sql).fetchall()

    return query


@pytest.fixture
def signed():
    """Make a challenge and sign it: the three arguments of `authenticate`."""

    def signed(auth, wallet=None):
        address, wif = wallet or auth.create_wallet_address()
        challenge = auth.generate_challenge(address)
        return address, challenge, auth.sign_message(wif, challenge)

    return signed


@pytest.fixture
def run_child():
    """Run one of the children to its end and return what it printed; whatever it complains of fails the test."""

    def run(name, *arguments):
        command = [sys.executable, CHILDREN / f"{name}.py", *map(str, arguments)]
        child = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE)
        assert child.returncode == 0, child.stderr
        return child.stdout

    return run


@pytest.fixture
def race_children():
    """Start one process for each line of input, let them go at once, and return what each answered."""

    def race(name, lines):
        with ExitStack() as stack:
            children = [stack.enter_context(_child(name)) for _ in lines]
            for child, line in zip(children, lines, strict=True):
                print(line, file=child.stdin, flush=True)
            assert all(child.stdout.readline() == "ready\n" for child in children)
            for child in children:
                print("go", file=child.stdin, flush=True)
            with ThreadPoolExecutor(len(children)) as pool:
                answers = list(pool.map(lambda child: child.communicate(timeout=PATIENCE), children))
            assert [0] * len(children) == [child.returncode for child in children], answers
        return [output.strip() for output, _ in answers]

    return race


@contextmanager
def _child(name) -> Iterator[subprocess.Popen]:
    child = subprocess.Popen(
        [sys.executable, CHILDREN / f"{name}.py"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    with child:
        try:
            yield child
        finally:
            child.kill()


@pytest.fixture
def race_threads():
    """Call a function in many threads at the same moment, each with its number, and return what they returned."""

    def race(count, act):
        barrier = threading.Barrier(count, timeout=PATIENCE)

        def start(number):
            barrier.wait()
            return act(number)

        with ThreadPoolExecutor(count) as pool:
            return list(pool.map(start, range(count)))

    return race
