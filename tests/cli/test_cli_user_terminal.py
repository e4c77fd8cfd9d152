"""``gatewright user`` at a terminal: what is typed unseen, and what is seen to go on."""

from __future__ import annotations

import os
import select
import signal

import pytest

SECONDS = 60
PASSWORD = "walrus umbrella Tuesday lantern"

pty = pytest.importorskip("pty", reason="a terminal of our own needs a POSIX system")


@pytest.fixture
def terminal():
    """A terminal: what a person types into and reads (master), and what the command is given (slave)."""
    master, slave = pty.openpty()
    yield master, slave
    os.close(master)
    os.close(slave)


def read_until(descriptor, text):
    """Read from a terminal until it shows a text."""
    shown = b""
    while text not in shown:
        ready, _, _ = select.select([descriptor], [], [], SECONDS)
        chunk = os.read(descriptor, 1000) if ready else b""
        assert chunk, f"{text!r} never came, only {shown!r}"
        shown += chunk
    return shown


def answer(master, *answers):
    """Type each answer when its prompt stands there, and return what was shown."""
    shown = b""
    for prompt, text in zip((b"hidden): ", b"Repeat the password: "), answers, strict=True):
        shown += read_until(master, prompt)
        os.write(master, text.encode() + b"\n")
    return shown


@pytest.mark.parametrize("command", ["create", "set-password"])
def test_a_password_is_asked_for_twice_in_secret(start, terminal, database, command):
    """It is typed unseen, and is the user's."""
    master, slave = terminal
    if command == "set-password":
        database.create_user("alice")
    process = start("user", command, "alice", stdin=slave, stderr=slave)
    shown = answer(master, PASSWORD, PASSWORD)
    process.communicate(timeout=SECONDS)
    shown += read_until(master, b"\n")
    database.verify_user("alice")

    assert process.returncode == 0
    assert PASSWORD.encode() not in shown
    assert database.attempt("alice", PASSWORD, "SQLUserProvider").username == "alice"


def test_two_different_passwords_are_bad_input(start, terminal, database):
    """Nobody is made whose password nobody knows."""
    master, slave = terminal
    process = start("user", "create", "alice", stdin=slave, stderr=slave)
    answer(master, PASSWORD, f"{PASSWORD}.")
    shown = read_until(master, b"The two passwords differ. Nothing was done.")
    process.communicate(timeout=SECONDS)

    assert process.returncode == 2
    assert PASSWORD.encode() not in shown
    assert database.list_users() == []


def test_ctrl_c_at_the_prompt_makes_nobody(start, terminal, database):
    """Exit code 130."""
    master, slave = terminal
    process = start("user", "create", "alice", stdin=slave, stderr=slave)
    read_until(master, b"hidden): ")
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=SECONDS)

    assert process.returncode == 130
    assert database.list_users() == []


def test_without_a_terminal_nobody_is_asked(run, database):
    """A password in a pipe that nobody asked for is not taken for an answer, and the error says what to do."""
    code, stdout, stderr = run("user", "create", "alice", stdin=PASSWORD.encode())

    assert (code, stdout) == (2, b"")
    assert b"--password-file -" in stderr
    assert database.list_users() == []


def test_an_unknown_user_is_told_before_a_password_is_typed(start, terminal, database):
    """Nobody types a password for nobody."""
    master, slave = terminal
    process = start("user", "set-password", "nobody", stdin=slave, stderr=slave)
    shown = read_until(master, b"There is no user")
    process.communicate(timeout=SECONDS)

    assert process.returncode == 1
    assert b"hidden" not in shown


def test_a_terminal_sees_the_import_go_on(start, terminal, database, folder):
    """The bar and the bad lines are on stderr; stdout is the answer."""
    master, slave = terminal
    lines = [f"user{number}," for number in range(200)]
    (folder / "users.csv").write_text("\n".join(["username,active", *lines, "bad,perhaps"]))
    process = start("user", "import", "users.csv", stderr=slave, env={"TERM": "xterm", "COLUMNS": "200"})
    shown = read_until(master, b"line 202: active must be")
    stdout, _ = process.communicate(timeout=SECONDS)

    assert process.returncode == 1
    assert "\N{BOX DRAWINGS HEAVY HORIZONTAL}".encode() in shown
    assert stdout == b"Created: 200, already there: 0, bad lines: 1.\n"
