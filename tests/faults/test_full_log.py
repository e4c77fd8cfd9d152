"""A full disk of a write-ahead log: whatever has to be written is refused until there is room, and nothing is lost.

SQLite's is a file beside the database, with another one for shared memory; PostgreSQL's is a folder of its own.
"""

from __future__ import annotations

import json
import shutil
import sqlite3
import subprocess
import sys
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import psycopg
import pytest

from faults.disks import fill
from faults.disks import make_disk as make_disk
from faults.sign_ins import by_json, by_page
from free_ports import free_port
from gatewright import EvrmoreAuth, Settings
from gatewright.cli.checks.database import check_database
from gatewright.cli.checks.deep import check_rows
from gatewright.cli.checks.finding import Status
from gatewright.errors import StoreUnavailableError
from gatewright.storage.open_store import open_database
from gatewright.storage.sql import migrate
from gatewright.testing import Wallet
from postgres_server import ROLE, make_cluster, running_postgres
from redis_server import eventually
from running_examples import PASSWORD, running
from stores_under_test import QUICK

IMPATIENT = {"database_timeout_seconds": "1"}
PAGE = 2**12
FRAME = PAGE + 24
"""Bytes of a page in SQLite's log (sqlite.org/fileformat.html, section 4.1)."""

SEGMENT = 2**20
"""Bytes of a file of PostgreSQL's log: the least that it takes."""


def signed_in_until_refused(application):
    """Have one visitor after another sign in until one is refused; return their browsers and what that one got."""
    answered = []
    for _ in range(100):
        browser = application.browser()
        answer = by_page(browser)()
        if answer.status != 303:
            return answered, answer
        answered.append(browser)
    pytest.fail("the disk does not fill up")


def assert_refused_for_now(*answers):
    assert [answer.status for answer in answers] == [503] * len(answers)
    assert all(int(answer.header("Retry-After")) > 0 for answer in answers)


def troubles(settings):
    """Return what ``gatewright doctor --deep`` has to say of a database, where it is not well."""
    settings = Settings(**settings)
    found = [*check_database(settings), *check_rows(settings)]
    return [(each.check, each.finding, each.cure) for each in found if each.status is Status.UNSAFE]


def test_a_write_ahead_log_of_sqlite_that_cannot_grow(make_disk, tmp_path):
    """Signing in and out is refused, and whoever is signed in stays so, until there is room, without a new start."""
    disk = make_disk(4)
    settings = {"database_url": f"sqlite:///{disk / 'gatewright.db'}"}
    with running("starlette", tmp_path, site_name="shop", **settings | IMPATIENT) as application:
        visitor = application.browser()
        assert by_page(visitor)().status == 303
        leaving = visitor.get("/account").form("/logout")
        before = len(application.auth.list_audit())
        ballast = fill(disk)
        answered, refused = signed_in_until_refused(application)
        assert_refused_for_now(refused, by_json(application.browser())(), visitor.submit(leaving))
        assert [each.get("/account").status for each in (visitor, *answered)] == [200] * (1 + len(answered))
        assert len(application.auth.list_sessions()) == 1 + len(answered)
        assert len(application.auth.list_audit()) == before + len(answered)
        ballast.unlink()

        assert [way(application.browser())().status for way in (by_page, by_json)] == [303, 200]
        assert visitor.submit(leaving).status == 303
        assert len(application.auth.list_sessions()) == len(answered) + 2
        assert troubles(settings) == []
    assert troubles(settings) == []


def test_shared_memory_of_sqlite_that_cannot_grow(make_disk):
    """It does every 4062 pages of the log, which a reader keeps from beginning anew: what was to be written is not."""
    disk, wallet = make_disk(24), Wallet.new()
    path = disk / "gatewright.db"
    log, settings = disk / f"{path.name}-wal", QUICK | {"database_url": f"sqlite:///{path}"}
    with EvrmoreAuth(settings=Settings(**settings)) as auth:
        auth.create_user("anna", password=PASSWORD, is_verified=True)
        visit = {}
        auth.guard(visit).login("anna", PASSWORD, "SQLUserProvider")
        with closing(sqlite3.connect(path, isolation_level=None)) as reader:
            reader.execute("BEGIN")
            reader.execute("SELECT * FROM users").fetchall()
            with closing(sqlite3.connect(path, isolation_level=None)) as writer:
                while log.stat().st_size < 4060 * FRAME:
                    writer.execute("UPDATE alembic_version SET version_num = version_num")
            ballast = fill(disk, but=7 * PAGE)  # enough for the log, which leaves less than the eight that are needed
            for _ in range(2):
                with pytest.raises(StoreUnavailableError, match="disk is full") as refused:
                    auth.generate_challenge(wallet.address)
                assert refused.value.__cause__.sqlite_errorcode == sqlite3.SQLITE_IOERR_SHMSIZE
            assert auth.guard(dict(visit)).user().username == "anna"
            ballast.unlink()
            challenge = auth.generate_challenge(wallet.address)
        assert auth.authenticate(wallet.address, challenge, wallet.sign(challenge)).is_active
        with closing(sqlite3.connect(path)) as reader:
            assert reader.execute("SELECT count(*) FROM challenges").fetchone() == (1,)
    assert troubles(settings) == []


KILLED = """
import json, os, sys
from gatewright import EvrmoreAuth, Settings

auth = EvrmoreAuth(settings=Settings(**json.loads(sys.argv[1])))
auth.create_user("anna", password=sys.argv[2], is_verified=True)
os._exit(0)
"""
"""Makes an account and leaves no time to write the log back into the database."""


def test_a_start_where_the_shared_memory_of_sqlite_cannot_be_made(make_disk, migrated_file):
    """It is refused in plain words, and what is in the log alone is kept, however many starts there are."""
    disk = make_disk(4)
    settings = QUICK | {"database_url": f"sqlite:///{shutil.copyfile(migrated_file, disk / 'gatewright.db')}"}
    subprocess.run([sys.executable, "-c", KILLED, json.dumps(settings), PASSWORD], check=True, timeout=60)
    log, memory = (disk / f"gatewright.db-{kind}" for kind in ("wal", "shm"))
    written = log.read_bytes()
    memory.unlink()
    ballast = fill(disk)
    for _ in range(2):
        with pytest.raises(StoreUnavailableError, match="disk is full"):
            EvrmoreAuth(settings=Settings(**settings))
    ((check, finding, cure),) = troubles(settings)
    assert (check, "disk is full" in finding, "Free space" in cure) == ("revision", True, True)
    assert log.read_bytes() == written
    ballast.unlink()

    assert troubles(settings) == []
    with EvrmoreAuth(settings=Settings(**settings)) as auth:
        auth.guard({}).login("anna", PASSWORD, "SQLUserProvider")
        assert len(auth.list_sessions()) == 1


@pytest.fixture
def cluster(make_disk):
    """What a PostgreSQL keeps, its write-ahead log on a small disk: how to start it, and that disk."""
    disk, port = make_disk(24), free_port()
    log = disk / "log"
    with TemporaryDirectory(prefix="gatewright-postgres-") as folder:
        make_cluster(Path(folder), "--waldir", str(log), "--wal-segsize", "1")

        @contextmanager
        def started():
            with running_postgres(Path(folder), port) as process:
                yield process, f"postgresql+psycopg://{ROLE}@127.0.0.1:{port}/postgres"

        yield started, disk


def use_up(url, log, *, leave):
    """Write into the files that PostgreSQL has made for its log already, until the last has so many bytes left."""
    with psycopg.connect(url.replace("+psycopg", ""), autocommit=True) as connection:

        def write(size):
            connection.execute("SELECT pg_logical_emit_message(false, 'tests', repeat('x', %s))", (size,))

        while True:
            write(1)
            name, offset = connection.execute(
                "SELECT * FROM pg_walfile_name_offset(pg_current_wal_insert_lsn())"
            ).fetchone()
            if name == max(each.name for each in log.iterdir() if each.is_file()):
                return write(max(0, SEGMENT - offset - leave))
            connection.execute("SELECT pg_switch_wal()")


@pytest.mark.long
def test_a_write_ahead_log_of_postgresql_that_cannot_grow(cluster, tmp_path):
    """PostgreSQL ends itself. Whoever asks is refused until it is started with room, and nothing else has to be."""
    started, disk = cluster
    with ExitStack() as stack:
        with started() as (process, url):
            with closing(open_database(Settings(database_url=url))) as database:
                migrate(database)
            application = stack.enter_context(
                running("starlette", tmp_path, site_name="shop", database_url=url, **IMPATIENT)
            )
            visitor = application.browser()
            assert by_page(visitor)().status == 303
            ballast = fill(disk)
            use_up(url, disk / "log", leave=60_000)
            answered, refused = signed_in_until_refused(application)
            assert answered
            assert process.wait(30) != 0
        assert_refused_for_now(refused, by_json(application.browser())(), visitor.get("/account"))
        ballast.unlink()

        with started(), EvrmoreAuth(settings=Settings(database_url=url, **QUICK)) as beside:
            eventually(lambda: visitor.get("/account").status == 200, "the visitor is recognised", seconds=30)
            assert [each.get("/account").status for each in answered] == [200] * len(answered)
            assert [way(application.browser())().status for way in (by_page, by_json)] == [303, 200]
            assert len(beside.list_sessions()) == len(answered) + 3
            assert len(beside.list_audit(event="signed_in")) == len(answered) + 3
            assert troubles({"database_url": url}) == []
