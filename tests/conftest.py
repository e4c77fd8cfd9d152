"""One suite, two builds: a test that takes ``auth`` runs with the blocking and with the asynchronous class."""

from __future__ import annotations

import asyncio
import inspect
import itertools
import logging
import os
import shutil
import sqlite3
import tomllib
from collections import defaultdict
from contextlib import closing
from pathlib import Path

import psycopg
import pytest

import in_memory
from canaries import CANARIES, pages_of, watch
from gatewright import AsyncEvrmoreAuth, EvrmoreAuth
from gatewright.storage.sql import SQLiteDatabase
from gatewright.storage.sql.migrate import migrate
from gatewright.testing import HookRecorder, Wallet
from outputs import see_phase, see_rest, watch_outputs
from pgbouncer_server import pgbouncer as pgbouncer
from postgres_server import *  # noqa: F403 - fixtures are found by their presence
from redis_server import *  # noqa: F403
from schedule import Schedule

pytest.register_assert_rewrite("gatewright.testing.store_conformance")

PASSWORD = "correct horse battery staple"
IS_CI = os.environ.get("CI") == "true"


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    """In CI nothing may be missing: there a test is skipped only because it does not apply, and says so."""
    report = yield
    see_phase(report)
    if IS_CI and report.skipped and not hasattr(report, "wasxfail"):
        _, _, reason = report.longrepr
        if not reason.removeprefix("Skipped: ").startswith("does not apply: "):
            report.outcome = "failed"
            report.longrepr = f"{reason}. CI must install what this test needs."
    return report


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config, log):
    """Give the tests to the workers."""
    return Schedule(config, log)


def pytest_configure():
    """Note the secrets of every test, and what may not show them."""
    if in_memory.FOLDER:
        os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", str(in_memory.FOLDER))
    watch()
    watch_outputs()


def attacks_and_defects():
    """Return the tests that the two lists name."""
    folder = Path(__file__).parent / "abuse"
    lists = [tomllib.loads((folder / name).read_text()) for name in ("attacks.toml", "defects.toml")]
    return {name for (entries,) in map(dict.values, lists) for entry in entries for name in entry.get("tests", ())}


ATTACKS_AND_DEFECTS = attacks_and_defects()


def pytest_generate_tests(metafunc):
    """An attack that needs no application is tried on every store, too."""
    test = metafunc.definition
    if "store_name" not in metafunc.fixturenames or "redis_server" in metafunc.fixturenames:
        return  # a test of what Redis does has its stores already
    is_listed = f"{test.path.relative_to(metafunc.config.rootpath)}::{test.originalname}" in ATTACKS_AND_DEFECTS
    if is_listed or test.get_closest_marker("every_store"):
        others = [pytest.param(name, marks=pytest.mark.long) for name in ("postgresql", "postgresql-redis")]
        metafunc.parametrize("store_name", ["sqlite", *others], indirect=True)


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items):
    """Both builds are one source: of each test one case runs in both everywhere, the others where there is time."""
    asynchronous = defaultdict(list)
    for item in items:
        is_long = item.get_closest_marker("long") is not None
        if not is_long and hasattr(item, "callspec") and item.callspec.params.get("is_async") == "asynchronous":
            asynchronous[item.nodeid.partition("[")[0]].append(item)
    for cases in asynchronous.values():
        for item in sorted(cases, key=lambda case: case.nodeid)[1:]:
            item.add_marker(pytest.mark.long)


class Driven:
    """An asynchronous object behind the blocking interface: every call runs to its end on one event loop."""

    def __init__(self, target, runner):
        self._target = target
        self._runner = runner

    def __getattr__(self, name):
        attribute = getattr(self._target, name)
        if name == "guard":
            return lambda *args, **kwargs: Driven(attribute(*args, **kwargs), self._runner)
        if not inspect.iscoroutinefunction(inspect.unwrap(attribute)):
            return attribute
        return lambda *args, **kwargs: self._runner.run(attribute(*args, **kwargs))


@pytest.fixture(autouse=True)
def _no_settings_from_outside(monkeypatch):
    """Tests see the defaults, whatever the developer's shell has set."""
    for name in [name for name in os.environ if name.upper().startswith("GATEWRIGHT_")]:
        monkeypatch.delenv(name)


@pytest.fixture(scope="session")
def migrated_pages(migrated_file):
    """The pages of a database that nobody has written to."""
    return pages_of(migrated_file)


@pytest.fixture(scope="session")
def see_databases(migrated_pages):
    """Note what the databases in a folder show."""

    def see_databases(folder):
        for path in folder.glob("**/*.db*"):
            if path.is_file():
                CANARIES.seen_database(path, known=migrated_pages)

    return see_databases


_numbers = itertools.count()


@pytest.fixture
def tmp_path(request, tmp_path_factory, see_databases):
    """A folder that goes with the test, unless that fails. No two have one path: a process reads some files once."""
    path = tmp_path_factory.getbasetemp() / f"{request.node.originalname[:40]}-{next(_numbers)}"
    path.mkdir(mode=0o700)
    failed = request.session.testsfailed
    yield path
    see_databases(path)
    if request.session.testsfailed == failed:
        shutil.rmtree(path, ignore_errors=True)


@pytest.fixture
def find_leaks(request, see_databases):
    """Return what was seen of the test's secrets where they may not be seen, until now or since the last time."""

    def find_leaks(when="call"):
        see_rest(request.node, when)
        if "tmp_path" in request.node.funcargs:
            see_databases(request.node.funcargs["tmp_path"])
        return CANARIES.leaks()

    return find_leaks


@pytest.fixture(autouse=True)
def _no_secret_leaks(request, find_leaks):
    """No secret of the test is seen in its logs, errors, refusals, mails, databases and outputs."""
    CANARIES.clear()
    yield
    if request.node.get_closest_marker("shows_secrets") is None:
        leaks = find_leaks("teardown")
        assert leaks == [], leaks


@pytest.fixture
def logging_as_it_was():
    """For what sets up logging for its whole process, which is this one here: all of it is put back."""
    names = [None, "gatewright", "uvicorn", "uvicorn.error", "uvicorn.access", *logging.root.manager.loggerDict]
    loggers = [logging.getLogger(name) for name in dict.fromkeys(names)]
    kept = [(each, each.handlers[:], each.level, each.propagate, each.disabled) for each in loggers]
    yield
    for each, handlers, level, propagate, disabled in kept:
        for handler in set(each.handlers) - set(handlers):
            handler.close()
        each.handlers[:], each.propagate, each.disabled = handlers, propagate, disabled
        each.setLevel(level)


@pytest.fixture(scope="session")
def migrated_file(tmp_path_factory):
    """A database file that every migration has been applied to, and nothing else."""
    path = tmp_path_factory.mktemp("migrated") / "gatewright.db"
    with closing(SQLiteDatabase(f"sqlite:///{path}")) as database:
        migrate(database)
    return path


@pytest.fixture
def store_name(request):
    """Where the test's data is: in a file, unless the test is an attack that is tried on every store."""
    return getattr(request, "param", "sqlite")


@pytest.fixture
def gatewright_settings(gatewright_settings, store_name, request):
    """The settings of the package's fixtures: passwords are hashed in no time, and the database is migrated."""
    changed = {"argon2_memory_kib": 8, "argon2_iterations": 1}
    if "redis" in store_name:
        changed["redis_url"] = request.getfixturevalue("redis_server").url
    if "postgresql" in store_name:
        changed["database_url"] = request.getfixturevalue("emptied_postgres_database")
    else:
        file = request.getfixturevalue("migrated_file")
        shutil.copyfile(file, gatewright_settings.database_url.removeprefix("sqlite:///"))
    return gatewright_settings.with_values(**changed)


@pytest.fixture(params=["blocking", "asynchronous"])
def is_async(request):
    """Whether the test runs in the asynchronous build."""
    return request.param == "asynchronous"


@pytest.fixture
def make_auth(is_async, gatewright_settings, gatewright_clock):
    """Make applications in the build of the test: on the test's own database, at the test's clock."""
    made = []

    def make(**options):
        options = {"settings": gatewright_settings, "clock": gatewright_clock} | options
        made.append(AsyncEvrmoreAuth(**options) if is_async else EvrmoreAuth(**options))
        return Driven(made[-1], runner) if is_async else made[-1]

    with asyncio.Runner() as runner:
        yield make
        for auth in made:
            auth.close()


@pytest.fixture
def auth(make_auth):
    return make_auth()


@pytest.fixture
def hooks(auth):
    """Every hook event of ``auth``."""
    return HookRecorder(auth)


@pytest.fixture
def clock(gatewright_clock):
    return gatewright_clock


@pytest.fixture
def alice():
    return Wallet.new("alice")


@pytest.fixture
def bob():
    return Wallet.new("bob")


@pytest.fixture
def people(gatewright_settings, gatewright_clock):
    """An application's accounts, roles and rights, from outside: a blocking auth on the test's database."""
    with EvrmoreAuth(settings=gatewright_settings, clock=gatewright_clock) as auth:
        yield auth


@pytest.fixture
def anna(people):
    """A verified account with a password."""
    return people.create_user("anna", email="anna@example.com", password=PASSWORD, is_verified=True)


@pytest.fixture
def sign_in():
    """Sign in with a wallet and return the session."""

    def sign_in(auth, wallet, **options):
        challenge = auth.generate_challenge(wallet.address)
        return auth.authenticate(wallet.address, challenge, wallet.sign(challenge), **options)

    return sign_in


@pytest.fixture
def sql(gatewright_settings, store_name):
    """Run one SQL statement on the test's database, as an operator with a shell would, and return its rows."""

    def run_on_postgresql(statement, *parameters):
        with psycopg.connect(gatewright_settings.database_url.replace("+psycopg", "")) as connection:
            cursor = connection.execute(statement.replace("?", "%s"), parameters or None)
            return cursor.fetchall() if cursor.description else []

    def run(statement, *parameters):
        path = gatewright_settings.database_url.removeprefix("sqlite:///")
        with closing(sqlite3.connect(path)) as connection, connection:
            return connection.execute(statement, parameters).fetchall()

    return run_on_postgresql if "postgresql" in store_name else run


@pytest.fixture
def count(sql):
    """Count the rows of a table."""
    return lambda table: sql(f"SELECT count(*) FROM {table}")[0][0]
