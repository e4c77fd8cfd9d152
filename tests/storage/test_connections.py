"""A connection per thread: opened when needed, safe by its pragmas, and let go of when its thread ends."""

from __future__ import annotations

import threading
from contextlib import closing
from pathlib import Path

import pytest

from gatewright.drive import run_to_completion
from gatewright.storage.sql import SQLiteDatabase

PATIENCE = 60
DESCRIPTORS = Path("/proc/self/fd")
needs_descriptors = pytest.mark.skipif(not DESCRIPTORS.exists(), reason="needs /proc to count open files")


@pytest.fixture
def database(url):
    database = SQLiteDatabase(url)
    yield database
    database.close()


def open_files(path):
    """Return how many files of this database the process has open."""
    links = []
    for descriptor in DESCRIPTORS.iterdir():
        try:
            links.append(str(descriptor.readlink()))
        except FileNotFoundError:  # the descriptor of the listing itself
            continue
    return sum(link.startswith(str(path)) for link in links)


def test_every_connection_is_prepared(database, race_threads):
    """Commits survive a power cut, references hold and readers do not block, in every thread."""
    pragmas = ("synchronous", "foreign_keys", "journal_mode")
    answers = race_threads(
        8, lambda _: [run_to_completion(database.fetch_one(f"PRAGMA {pragma}", {})) for pragma in pragmas]
    )

    assert answers == [[(2,), (1,), ("wal",)]] * 8


@needs_descriptors
def test_nothing_is_opened_before_first_use(path, database):
    """Making the object opens and creates no file."""
    assert open_files(path) == 0
    assert not path.exists()


@needs_descriptors
def test_threads_that_end_let_go_of_their_connections(auth, path, signed):
    """After 200 short threads no more files are open than after one."""
    token = auth.authenticate(*signed(auth)).token
    seen = []

    def use():
        seen.append(bool(auth.validate_token(token)))

    def use_in_thread():
        thread = threading.Thread(target=use)
        thread.start()
        thread.join()
        return open_files(path)

    first = use_in_thread()
    counts = {use_in_thread() for _ in range(199)}

    assert seen == [True] * 200
    assert max(counts) <= first


@needs_descriptors
def test_close_lets_go_of_the_connections_of_all_threads(database, path, race_threads):
    """Threads that live on lose their connection too, and get a new one when they ask again."""
    asked, closed = threading.Barrier(9, timeout=PATIENCE), threading.Barrier(9, timeout=PATIENCE)

    def use(number):
        if number == 8:
            asked.wait()
            database.close()
            remaining = open_files(path)
            closed.wait()
            return remaining
        first = run_to_completion(database.fetch_one("SELECT 1", {}))
        asked.wait()
        closed.wait()
        return first, run_to_completion(database.fetch_one("SELECT 2", {}))

    assert race_threads(9, use) == [((1,), (2,))] * 8 + [0]


def test_many_open_a_new_file_at_once(tmp_path, race_threads):
    """All get their answer, although SQLite refuses some who change a file's journal at the same moment.

    Without our patience, some files in a hundred fail.
    """
    for number in range(100):
        with closing(SQLiteDatabase(f"sqlite:///{tmp_path / str(number)}.db")) as database:
            assert (
                race_threads(24, lambda _, file=database: run_to_completion(file.fetch_one("SELECT 1", {})))
                == [(1,)] * 24
            )


def test_an_application_works_again_after_close(auth, signed):
    """A token from before the closing is good after it, and people sign in; closing twice is nothing special."""
    token = auth.authenticate(*signed(auth)).token
    auth.close()
    auth.close()

    assert auth.validate_token(token)
    assert auth.authenticate(*signed(auth)).is_active


def test_closing_waits_for_a_running_transaction(database, query):
    """A transaction that is under way in another thread is committed, not torn."""
    begun, closing = threading.Event(), threading.Event()

    def write():
        with database.exclusive_connection() as connection:
            connection.execute("CREATE TABLE whole (x)")
            begun.set()
            closing.wait()
            connection.execute("INSERT INTO whole VALUES (1)")

    writer = threading.Thread(target=write)
    writer.start()
    begun.wait()
    closer = threading.Thread(target=database.close)
    closer.start()
    closing.set()
    writer.join()
    closer.join()

    assert query("SELECT x FROM whole") == [(1,)]


def test_a_transaction_that_fails_is_undone(database):
    """An error in the block, of whatever kind, leaves the database as it was, and the connection usable."""
    run_to_completion(database.fetch_all("CREATE TABLE things (x)", {}))

    def fail():
        with database.exclusive_connection() as connection:
            connection.execute("INSERT INTO things VALUES (1)")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fail()
    assert run_to_completion(database.fetch_all("SELECT x FROM things", {})) == []
    with database.exclusive_connection() as connection:
        connection.execute("INSERT INTO things VALUES (2)")
    assert run_to_completion(database.fetch_all("SELECT x FROM things", {})) == [(2,)]


def test_a_database_in_memory_is_one_for_all_threads(race_threads):
    """What one thread writes the others read, one at a time."""
    memory = SQLiteDatabase("sqlite://")
    run_to_completion(memory.fetch_all("CREATE TABLE counter AS SELECT 0 AS x", {}))

    def add_one(_):
        with memory.exclusive_connection() as connection:
            (x,) = connection.execute("SELECT x FROM counter").fetchone()
            connection.execute("UPDATE counter SET x = ?", (x + 1,))

    race_threads(16, add_one)
    assert run_to_completion(memory.fetch_one("SELECT x FROM counter", {})) == (16,)
    memory.close()
