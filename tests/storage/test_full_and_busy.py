"""A database that is full or locked answers "not available": nobody is let in, and nothing is half written."""

from __future__ import annotations

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace

import pytest

from gatewright import EvrmoreAuth, Settings
from gatewright.drive import run_to_completion
from gatewright.errors import StoreUnavailableError
from gatewright.storage.sql import SQLiteDatabase, SQLStore, migrate
from gatewright.testing.store_conformance.samples import (
    UNLIMITED,
    a_challenge,
    a_session,
    an_account,
    an_entry,
    is_used,
    keep,
    living,
)

LONG = "x" * 50_000

LOCKER = """
import sqlite3, sys
connection = sqlite3.connect(sys.argv[1], isolation_level=None)
connection.execute("BEGIN " + sys.argv[2])
print("locked", flush=True)
input()
connection.execute("COMMIT")
connection.close()
"""


@contextmanager
def locked_elsewhere(path, how):
    """Hold a lock in another process while the block runs."""
    command = [sys.executable, "-c", LOCKER, str(path), how]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as locker:
        assert locker.stdout.readline() == "locked\n"
        try:
            yield
        finally:
            locker.communicate("\n", timeout=60)


@pytest.fixture
def opened(url):
    """A migrated database."""
    opened = SQLiteDatabase(url)
    migrate(opened)
    yield opened
    opened.close()


@contextmanager
def full(opened):
    """Let the database grow no further while the block runs."""
    with opened.connection() as connection:
        connection.execute("PRAGMA max_page_count = 1")  # SQLite takes the present size where that is more
    yield
    with opened.connection() as connection:
        connection.execute("PRAGMA max_page_count = 1000000")


def test_a_sign_in_on_a_full_disk_has_not_happened(opened, query):
    """Where the session no longer fits, there is no account either and the challenge is unspent; later it succeeds."""
    store, run = SQLStore(opened), run_to_completion
    keep(store, run, a_challenge("1"))
    newcomer, session = an_account("a"), replace(a_session("s", user_id="a"), user_agent=LONG)

    def claim():
        return run(store.claim_challenge("1", newcomer=newcomer, session=session, audit=an_entry()))

    with full(opened):
        with pytest.raises(StoreUnavailableError, match="full"):
            claim()
        assert not is_used(store, run, "1")
        assert run(store.find_account("a")) is None
        assert living(store, run) == []
    assert query("PRAGMA integrity_check") == [("ok",)]
    assert (newcomer, session) == claim()


def test_challenges_on_a_full_disk_are_kept_or_refused(opened, query):
    """Challenges are kept until the disk is full; the one that does not fit leaves nothing."""
    store, run = SQLStore(opened), run_to_completion
    kept = []

    def ask_for_many():
        for number in range(1000):
            kept.append(run(store.add_challenge(a_challenge(f"{number}"), client=None, limit=UNLIMITED)))

    with full(opened):
        with pytest.raises(StoreUnavailableError, match="full"):
            ask_for_many()
        assert [(challenge.id,) for challenge in kept] == query("SELECT id FROM challenges ORDER BY rowid")
    assert kept


def test_a_first_start_on_a_full_disk_leaves_nothing(opened, path):
    """A migration that does not fit is undone, and the next start does it."""
    other = SQLiteDatabase(f"sqlite:///{path.with_name('other.db')}")
    with full(other):
        with pytest.raises(StoreUnavailableError, match="full"):
            migrate(other)
        assert run_to_completion(other.fetch_all("SELECT name FROM sqlite_master", {})) == []
    migrate(other)
    assert run_to_completion(SQLStore(other).find_account("a")) is None
    other.close()


def test_a_lock_held_for_too_long_is_an_error_that_passes(url, signed, path):
    """While another process holds the write lock, tokens are validated and nobody signs in; then all is as before."""
    auth = EvrmoreAuth(url, settings=Settings(database_timeout_seconds=1))
    token = auth.authenticate(*signed(auth)).token
    attempt = signed(auth)
    with locked_elsewhere(path, "IMMEDIATE"):
        assert auth.validate_token(token)
        for write in (
            lambda: auth.authenticate(*attempt),
            lambda: auth.generate_challenge(attempt[0]),
            lambda: auth.invalidate_token(token),
            auth.cleanup_expired_sessions,
        ):
            with pytest.raises(StoreUnavailableError, match="locked"):
                write()

    assert auth.validate_token(token)
    assert auth.authenticate(*attempt).is_active
    auth.close()


def test_a_crowd_of_writers_waits_no_longer_than_one(path, opened):
    """While another process holds the lock, writers do not wait for one another's waits."""
    opened.close()
    impatient = SQLiteDatabase(f"sqlite:///{path}", patience=0.5)
    store, outcomes = SQLStore(impatient), []

    def write(number):
        try:
            run_to_completion(store.touch_session(f"{number}", now=an_entry().at))
        except StoreUnavailableError as error:
            outcomes.append("its turn" if "too many" in str(error) else "locked")

    with locked_elsewhere(path, "IMMEDIATE"), ThreadPoolExecutor(40) as pool:
        list(pool.map(write, range(40)))
    impatient.close()

    assert len(outcomes) == 40
    assert outcomes.count("its turn") >= 37  # one after another they would all have found it locked, after 20 s


def test_a_connection_is_whole_or_not_there(path, url):
    """A connection that met a lock while it was opened is not used half prepared afterwards."""
    opened = SQLiteDatabase(url, patience=0.05)
    with locked_elsewhere(path, "EXCLUSIVE"), pytest.raises(StoreUnavailableError, match="locked"):
        migrate(opened)

    assert run_to_completion(opened.fetch_one("PRAGMA foreign_keys", {})) == (1,)
    assert run_to_completion(opened.fetch_one("PRAGMA journal_mode", {})) == ("wal",)
    opened.close()
