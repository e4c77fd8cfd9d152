"""A visitor who comes again costs SQLite no read, as long as nobody commits; whatever is committed counts at once."""

from __future__ import annotations

import errno
import os
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from gatewright.drive import run_to_completion as run
from gatewright.storage.sql import SQLiteDatabase, SQLStore, migrate
from gatewright.storage.sql.sqlite import commit_detector
from gatewright.testing.store_conformance.samples import (
    IDLE,
    MINUTE,
    NOW,
    TICK,
    add_account,
    an_entry,
    digest_of,
    find_visit,
    open_visit,
)

CHILDREN = Path(__file__).parent / "children"
END = "UPDATE sessions SET is_active = 0"
in_a_file = pytest.mark.parametrize("url", ["file"], indirect=True)
"""Nobody else has a database in memory: it ends with its connection, and a child has a copy."""

needs_proc = pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="needs /proc")
needs_fork = pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")


@pytest.fixture(params=["file", "memory"])
def url(request, path):
    return f"sqlite:///{path}" if request.param == "file" else "sqlite://"


@pytest.fixture
def store(database):
    """A store that has found the session ``visit`` of account ``a`` once."""
    return store_with_a_visit(database)


def store_with_a_visit(database):
    store = SQLStore(database)
    add_account(store, run, "a")
    open_visit(store, run, "visit", account_id="a")
    assert find_visit(store, run, "visit") is not None
    return store


def statements_of_finding(store, database):
    """Find the session once more, and return the statements that this has taken."""
    statements = []
    with database.connection() as connection:
        connection.set_trace_callback(statements.append)
        assert find_visit(store, run, "visit") is not None
        connection.set_trace_callback(None)
    return statements


def at_all(store):
    """Return whether each of the questions that requests ask finds the session."""
    return {
        find_visit(store, run, "visit") is not None,
        run(store.is_session_alive("visit", user_id="a", now=NOW)),
        run(store.find_account_of_session("visit", user_id="a", now=NOW)) is not None,
    }


QUESTION = "PRAGMA data_version"


@needs_proc
@in_a_file
def test_what_nobody_has_changed_is_not_read_again(url, store, database):
    """A second look takes no statement; after a commit, of whatever row, one that asks and one that reads."""
    statements_of_finding(store, database)
    assert statements_of_finding(store, database) == []

    add_account(store, run, "somebody else")

    asked, read = statements_of_finding(store, database)
    assert (asked, read.split()[0]) == (QUESTION, "SELECT")
    assert statements_of_finding(store, database) == []


def test_a_database_in_memory_is_asked_each_time():
    """It has no index that could be read instead."""
    with closing(SQLiteDatabase("sqlite://")) as database:
        migrate(database)
        store = store_with_a_visit(database)

        assert [statements_of_finding(store, database) for _ in range(3)] == [[QUESTION]] * 3
        add_account(store, run, "somebody else")
        assert len(statements_of_finding(store, database)) == 2
        assert statements_of_finding(store, database) == [QUESTION]


def forget_the_descriptors(monkeypatch, database):
    monkeypatch.setattr(commit_detector, "_DESCRIPTORS", Path("/nowhere"))


def change_the_format(monkeypatch, database):
    monkeypatch.setattr(commit_detector, "_FORMAT", b"new!")


def read_an_empty_file(monkeypatch, database):
    monkeypatch.setattr(os, "pread", lambda *_: b"")


def refuse_to_read(monkeypatch, database):
    def refuse(*_):
        raise OSError(errno.EBADF, "Bad file descriptor")

    monkeypatch.setattr(os, "pread", refuse)


@in_a_file
@pytest.mark.parametrize("obstacle", [forget_the_descriptors, change_the_format, read_an_empty_file, refuse_to_read])
def test_an_index_that_cannot_be_read_is_replaced_by_a_question(url, database, monkeypatch, obstacle):
    """Then SQLite is asked each time, and a commit counts as well."""
    obstacle(monkeypatch, database)
    store = store_with_a_visit(database)

    assert [statements_of_finding(store, database) for _ in range(3)] == [[QUESTION]] * 3
    commit_in_another_process(database)
    assert at_all(store) == {False}


@needs_proc
@in_a_file
def test_sqlite_is_asked_once_a_second_whatever_the_index_says(url, database, monkeypatch):
    """A writer that dies between its commit and the index's change is noticed by then."""
    seconds = [0.0]
    monkeypatch.setattr(commit_detector, "monotonic", lambda: seconds[0])
    store = store_with_a_visit(database)
    assert at_all(store) == {True}

    read_only_once(monkeypatch)
    assert at_all(store) == {True}
    commit_in_another_process(database)
    seconds[0] += 0.999
    assert at_all(store) == {True}
    seconds[0] += 0.001
    assert at_all(store) == {False}


def read_only_once(monkeypatch):
    """Let the index say again and again what it says the next time."""
    pread, read = os.pread, []

    def read_again(*which):
        read.append(pread(*which) if not read else read[0])
        return read[0]

    monkeypatch.setattr(os, "pread", read_again)


@needs_proc
@in_a_file
def test_a_commit_that_is_half_announced_is_none_yet(url, path, store, database):
    """SQLite changes the second copy of the header first, and shows a commit only when both are the same."""
    statements_of_finding(store, database)
    change = "import sys\nwith open(sys.argv[1], 'r+b') as index:\n    index.seek(48 + 8)\n    index.write(b'half')"
    subprocess.run([sys.executable, "-c", change, f"{path}-shm"], check=True, timeout=60)

    assert statements_of_finding(store, database) == []
    commit_here(database)
    assert at_all(store) == {False}


@needs_proc
@in_a_file
def test_a_link_to_the_file_is_the_file(url, path, database, tmp_path):
    """SQLite puts the index beside the file itself."""
    (tmp_path / "link.db").symlink_to(path)
    with closing(SQLiteDatabase(f"sqlite:///{tmp_path / 'link.db'}")) as linked:
        store = store_with_a_visit(linked)
        statements_of_finding(store, linked)

        assert statements_of_finding(store, linked) == []
        commit_here(database)
        assert at_all(store) == {False}


@in_a_file
def test_a_checkpoint_changes_nothing(url, store, database):
    """The log begins anew, and what is committed into the new one counts as well."""
    for _ in range(3):
        with closing(sqlite3.connect(database.path)) as other:
            other.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        assert at_all(store) == {True}
    commit_by_another_connection(database)

    assert at_all(store) == {False}


@in_a_file
def test_every_commit_of_another_process_counts_for_the_next_look(url, store, database):
    """However many there are, with checkpoints in between: none is noticed a moment late."""
    script = CHILDREN / "toggle_sessions.py"
    command = [sys.executable, script, database.path]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as other:
        looks = []
        for number in range(1000):
            other.stdin.write("\n")
            other.stdin.flush()
            assert other.stdout.readline() == f"{number % 2}\n"
            looks.append(at_all(store))
        other.stdin.close()

    assert looks == [{False}, {True}] * 500


def commit_here(database):
    with database.connection() as connection:
        connection.execute(END)


def commit_in_a_transaction(database):
    with database.exclusive_connection() as connection:
        connection.execute(END)


def commit_by_another_connection(database):
    with closing(sqlite3.connect(database.path)) as connection, connection:
        connection.execute(END)


def commit_in_another_process(database):
    script = f"import sqlite3, sys\nother = sqlite3.connect(sys.argv[1], isolation_level=None)\nother.execute({END!r})"
    subprocess.run([sys.executable, "-c", script, database.path], check=True, timeout=60)


@pytest.mark.parametrize(
    ("url", "commit"),
    [
        ("file", commit_here),
        ("file", commit_in_a_transaction),
        ("file", commit_by_another_connection),
        ("file", commit_in_another_process),
        ("memory", commit_here),
        ("memory", commit_in_a_transaction),
    ],
    indirect=["url"],
)
def test_a_session_that_anybody_ends_is_over_at_once(store, database, commit):
    """Whoever commits, by whatever connection: the next look of all three kinds finds no session any more."""
    assert at_all(store) == {True}

    commit(database)

    assert at_all(store) == {False}


def test_another_thread_has_its_own(store, race_threads):
    """Each thread sees what each of the others has ended."""
    assert race_threads(4, lambda _: at_all(store)) == [{True}] * 4

    run(store.end_visit(digest_of("visit"), audit=an_entry("signed_out")))

    assert race_threads(4, lambda _: at_all(store)) == [{False}] * 4


def change_and_fail(store, database):
    with database.exclusive_connection() as connection:
        connection.execute("UPDATE sessions SET user_id = 'b'")
        assert not run(store.is_session_alive("visit", user_id="a", now=NOW))
        assert run(store.is_session_alive("visit", user_id="b", now=NOW))
        raise ZeroDivisionError


def test_what_is_undone_was_never_there(store, database):
    """What a transaction reads of its own changes is forgotten with them."""
    assert [at_all(store) for _ in range(2)] == [{True}] * 2
    with pytest.raises(ZeroDivisionError):
        change_and_fail(store, database)

    assert not run(store.is_session_alive("visit", user_id="b", now=NOW))
    assert at_all(store) == {True}


def test_time_goes_on_without_commits(store):
    """A session that nobody touches is over when it is idle too long, or expires, as if it were read again."""
    (session,) = run(store.list_sessions(now=NOW, idle_since=NOW - IDLE))
    seen, end, idle = session.last_seen_at, session.expires_at, 10 * MINUTE

    assert find_visit(store, run, "visit", now=seen + idle - TICK, idle=idle) is not None
    assert find_visit(store, run, "visit", now=seen + idle, idle=idle) is None
    assert find_visit(store, run, "visit", now=end - TICK) is not None
    assert find_visit(store, run, "visit", now=end) is None
    assert not run(store.is_session_alive("visit", user_id="a", now=end))


@in_a_file
def test_a_new_connection_knows_nothing_of_an_old_one(url, store, database):
    """What was read before the connections were closed is read again: the counts of another one say nothing of it."""
    with closing(SQLiteDatabase(url)) as reading:
        reader = SQLStore(reading)
        assert at_all(reader) == {True}
        reading.close()
        commit_here(database)

        assert at_all(reader) == {False}


@in_a_file
@needs_fork
def test_a_child_process_reads_for_itself(store, database):
    """A forked worker sees what its parent ends afterwards."""
    parent_reads, child_writes = os.pipe()
    child_reads, parent_writes = os.pipe()
    child = os.fork()
    if child == 0:
        os.write(child_writes, b"+" if at_all(store) == {True} else b"-")
        os.read(child_reads, 1)
        os._exit(0 if at_all(store) == {False} else 1)
    assert os.read(parent_reads, 1) == b"+"
    commit_here(database)
    os.write(parent_writes, b"!")

    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0


def test_only_so_many_are_kept(store, database):
    """Whoever has many visitors keeps no more than 256 of them in memory."""
    for number in range(600):
        open_visit(store, run, f"visit {number}", account_id="a")
    for number in range(600):
        assert find_visit(store, run, f"visit {number}") is not None

    assert 0 < len(database.unchanged_reads()) <= 256
