"""``gatewright user import`` as a process: killed, interrupted, by two at once, and with little memory."""

from __future__ import annotations

import json
import signal
import sys
import time

import pytest

SECONDS = 60
USERS = 400
CANARY = "$2y$10$c1iqXvXuFKZ4hI4l.LhCvuacba1fR3OX.uPfPD29j4DkyayC6p4uu"


@pytest.fixture
def file(database, folder):
    """A file with users who have a role."""
    database.create_role("editor")
    lines = [f"user{number},user{number}@example.org,{CANARY},1,1,editor\n" for number in range(USERS)]
    path = folder / "users.csv"
    path.write_text("".join(["username,email,password_hash,active,verified,roles\n", *lines]))
    return path


def wait_for(database, count):
    """Wait until so many users are there; return whether they came while the file was not done."""
    for _ in range(SECONDS * 100):
        there = len(database.list_users())
        if there >= count:
            return there < USERS
        time.sleep(0.01)
    raise AssertionError(f"there never were {count} users")


def assert_everybody_is_there_once(database):
    users = database.list_users()
    events = [entry.username for _, entry in database.list_audit(event="user_created")]

    assert {user.username for user in users} == {f"user{number}" for number in range(USERS)}
    assert all(database.get_user(user.username).roles == ("editor",) for user in users)
    assert len(events) == len(set(events)) == USERS


@pytest.mark.skipif(sys.platform == "win32", reason="kill -9 needs a POSIX system")
def test_a_killed_import_goes_on_when_it_is_run_again(start, run, database, file):
    """Killed three times, it skips whom it has made, makes the others, and nobody is without their role."""
    interrupted = []
    for count in (20, 120, 220):
        process = start("user", "import", "users.csv")
        interrupted.append(wait_for(database, count))
        process.send_signal(signal.SIGKILL)
        process.communicate(timeout=SECONDS)
    before = len(database.list_users())
    code, stdout, _ = run("user", "import", "users.csv", "--json")
    document = json.loads(stdout)

    assert any(interrupted)
    assert (code, document["bad"]) == (0, [])
    assert (document["created"], document["skipped"]) == (USERS - before, before)
    assert_everybody_is_there_once(database)


def test_ctrl_c_keeps_what_is_done(start, run, database, file):
    """Exit code 130, no traceback, and it goes on when it is run again."""
    process = start("user", "import", "users.csv")
    was_interrupted = wait_for(database, 5)
    process.send_signal(signal.SIGINT)
    _, stderr = process.communicate(timeout=SECONDS)
    code, _, _ = run("user", "import", "users.csv")

    assert (process.returncode, code) == (130 if was_interrupted else 0, 0)
    assert b"Traceback" not in stderr
    assert_everybody_is_there_once(database)


def test_two_imports_at_once_lose_nobody_and_double_nobody(start, database, file):
    """Each user is made by one of the two."""
    processes = [start("user", "import", "users.csv", "--json") for _ in range(2)]
    documents = [json.loads(process.communicate(timeout=SECONDS)[0]) for process in processes]

    assert sum(document["created"] for document in documents) == USERS
    assert_everybody_is_there_once(database)


def test_a_pipe_is_imported_as_it_comes(start, database):
    """Lines are users before the file has ended."""
    process = start("user", "import", "-")
    process.stdin.write(b"username\nalice\n")
    process.stdin.flush()
    wait_for(database, 1)
    stdout, _ = process.communicate(b"bob\n", timeout=SECONDS)

    assert stdout == b"Created: 2, already there: 0, bad lines: 0.\n"
    assert {user.username for user in database.list_users()} == {"alice", "bob"}


@pytest.mark.skipif(sys.platform == "win32", reason="a limit of memory needs a POSIX system")
def test_a_line_without_an_end_takes_no_memory(start, run, folder, database):
    """Half a gigabyte on one line is a bad line of a process that may have less."""
    resource = pytest.importorskip("resource")
    with (folder / "users.csv").open("wb") as file:
        file.write(b"username\nalice\n")
        file.truncate(512 * 1024 * 1024)
        file.seek(0, 2)
        file.write(b"\nbob\n")
    limit = 480 * 1024 * 1024
    code, stdout, stderr = run(
        "user",
        "import",
        "users.csv",
        "--json",
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_AS, (limit, limit)),
    )

    assert (code, stderr) == (1, b"")
    assert [bad["line"] for bad in json.loads(stdout)["bad"]] == [3]
    assert {user.username for user in database.list_users()} == {"alice", "bob"}


def test_hashes_are_on_no_stream_and_in_no_record(run, database, file):
    """Whatever is wrong with their lines."""
    file.write_text(
        "username,email,password_hash,password,active,roles\n"
        f"{CANARY},,,,1,\n,{CANARY},,,1,\nalice,,{CANARY}x,,1,\nbob,,,,{CANARY},\ncarol,,,,1,{CANARY}\n"
        f'dave,,,{CANARY},1,\n"{CANARY}"x,,,,1,\neve,,{CANARY},,1\n'
    )
    outputs = [
        stream
        for options in ((), ("--json",), ("--dry-run",))
        for stream in run("user", "import", "users.csv", *options)[1:]
    ]
    _, record, _ = run("audit", "--json")

    assert b"line 9" in outputs[1]
    assert CANARY.encode() not in b"".join([*outputs, record])
