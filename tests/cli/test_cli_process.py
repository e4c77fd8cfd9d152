"""The command as a process: streams, signals, terminals, and what it loads."""

from __future__ import annotations

import json
import os
import select
import signal
import subprocess
import sys
from importlib.metadata import version

import pytest

from gatewright import cli
from gatewright.crypto import NETWORKS, sign_message

SECONDS = 60
CANARY = "7Jw2u0XkqzvN4rT9sYbE1cGhL6mPdKfA3xRiVnQo"

pty = pytest.importorskip("pty", reason="a terminal of our own needs a POSIX system")


@pytest.fixture
def terminal():
    """A terminal: what a person types into and reads (master), and what the command is given (slave)."""
    master, slave = pty.openpty()
    yield master, slave
    os.close(master)
    os.close(slave)


def read_until(descriptor, text):
    """Read from a terminal or a pipe until it shows a text."""
    shown = b""
    while text not in shown:
        ready, _, _ = select.select([descriptor], [], [], SECONDS)
        chunk = os.read(descriptor, 1000) if ready else b""
        assert chunk, f"{text!r} never came, only {shown!r}"
        shown += chunk
    return shown


def test_the_module_is_the_command(run):
    """``python -m gatewright`` lists the commands."""
    code, stdout, stderr = run("--help")

    assert (code, stderr) == (0, b"")
    assert b"Usage: gatewright" in stdout
    for name in (b"serve", b"migrate", b"wallet", b"challenge", b"sessions", b"purge", b"hooks", b"doctor"):
        assert b"\n  " + name in stdout


@pytest.mark.parametrize("group", ["", "user", "role", "permission", "sessions", "mail", "wallet"])
def test_lists_of_commands_can_be_read_whole(run, group):
    """What a command does fits into its line, in a terminal of 80 columns."""
    _, stdout, _ = run(*group.split(), "--help")
    commands = stdout.decode().partition("Commands:\n")[2].splitlines()

    assert len(commands) >= 2
    assert [line for line in commands if line.endswith("...")] == []


def test_the_version_is_that_of_the_package(run):
    """It needs no database, and makes none."""
    code, stdout, stderr = run("--version")

    assert (code, stdout, stderr) == (0, f"gatewright {version('gatewright')}\n".encode(), b"")


def test_help_loads_neither_servers_nor_migrations(folder, clean_environment):
    """Commands import what they need when they run."""
    heavy = {"fastapi", "uvicorn", "jinja2", "alembic", "rich.table", "rich.progress"}
    program = f"import sys, gatewright.cli.app; print(*({heavy!r} & set(sys.modules)))"
    loaded = subprocess.check_output([sys.executable, "-c", program], env=clean_environment, cwd=folder)

    assert loaded.split() == []


@pytest.mark.parametrize("library", ["typer", "rich"])
def test_without_its_libraries_it_says_what_to_install(monkeypatch, capsys, library):
    """One line, exit code 3."""
    monkeypatch.setitem(sys.modules, library, None)
    with pytest.raises(SystemExit) as stopped:
        cli.main()

    assert stopped.value.code == 3
    assert capsys.readouterr().err.splitlines() == [
        'The gatewright command needs more libraries: pip install "gatewright[server]"'
    ]


def test_the_walk_through_works_by_pipes(run, folder, sql):
    """Make a wallet, ask for a challenge, sign it, verify it: each command's output is the next one's input."""
    _, stdout, _ = run("wallet", "new", "--wif-file", "key", "--json")
    address = json.loads(stdout)["address"]
    _, challenge, _ = run("challenge", address)
    _, signature, _ = run("wallet", "sign", "-", "--wif-file", "key", stdin=challenge)
    code, verdict, _ = run("wallet", "verify", address, "-", signature.decode().strip(), stdin=challenge)

    assert (code, verdict) == (0, b"valid\n")
    assert sql("SELECT challenge_text FROM challenges") == [(challenge.decode().strip(),)]


def test_secrets_stay_where_they_are(run, folder, alice, store_environment):
    """Neither the token secret nor a private key is on any stream of any command that was not asked to show it."""
    (folder / "key").write_text(alice.wif)
    env = store_environment | {"GATEWRIGHT_JWT_SECRET": CANARY}
    shown = b""
    for arguments in (
        ("challenge", alice.address),
        ("wallet", "sign", "text", "--wif-file", "key", "--network", "evrmore-testnet"),
        ("doctor",),
    ):
        _, stdout, stderr = run(*arguments, env=env)
        shown += stdout + stderr

    assert CANARY.encode() not in shown
    assert alice.wif.encode() not in shown
    assert b"This private key belongs to another network." in shown


@pytest.mark.parametrize("option", ["--wif", "--key", "--secret"])
def test_a_private_key_is_no_argument(invoke, alice, option):
    """No option takes the key itself, as any user of the machine reads arguments."""
    result = invoke("wallet", "sign", "text", option, alice.wif)

    assert (result.exit_code, result.stdout) == (2, "")
    assert alice.wif not in result.stderr


def test_a_private_key_is_asked_for_in_secret(start, terminal, alice):
    """At a terminal the key is typed unseen, and only the signature is on stdout."""
    master, slave = terminal
    process = start("wallet", "sign", "text", stdin=slave, stderr=slave)
    shown = read_until(master, b"hidden): ")
    os.write(master, alice.wif.encode() + b"\n")
    stdout, _ = process.communicate(timeout=SECONDS)
    shown += read_until(master, b"\n")

    assert process.returncode == 0
    assert stdout.decode().strip() == sign_message("text", wif=alice.wif, networks=[NETWORKS["evrmore"]])
    assert alice.wif.encode() not in shown


def test_without_a_terminal_nobody_is_asked(run, alice):
    """A key in a pipe that nobody asked for is not taken for an answer, and the error says what to do."""
    code, stdout, stderr = run("wallet", "sign", "text", stdin=alice.wif.encode())

    assert (code, stdout) == (2, b"")
    assert b"--wif-file" in stderr


def test_ctrl_c_is_130_from_the_beginning():
    """While the command is still loaded, which takes a second on a slow machine: no traceback."""
    program = """if True:
        import sys
        from gatewright.cli import main

        class Interrupted:
            def find_spec(name, path=None, target=None):
                if name == "gatewright.cli.app":
                    raise KeyboardInterrupt

        sys.meta_path.insert(0, Interrupted)
        main()
    """
    ended = subprocess.run([sys.executable, "-c", program], capture_output=True)
    assert (ended.returncode, ended.stderr) == (130, b"")


def test_ctrl_c_is_130(start, terminal):
    """Whoever interrupts gets the usual exit code, and no traceback."""
    _, slave = terminal
    process = start("wallet", "sign", "text", stdin=slave)
    read_until(process.stderr.fileno(), b"hidden): ")
    process.send_signal(signal.SIGINT)
    stdout, stderr = process.communicate(timeout=SECONDS)

    assert (process.returncode, stdout) == (130, b"")
    assert b"Traceback" not in stderr


def test_ctrl_c_at_a_question_is_a_no(start, database, sign_in, alice):
    """Nothing is ended: exit code 1."""
    sign_in(database, alice)
    process = start("sessions", "revoke", "--all")
    read_until(process.stderr.fileno(), b"[y/N] ")
    process.send_signal(signal.SIGINT)
    stdout, stderr = process.communicate(timeout=SECONDS)

    assert (process.returncode, stdout, stderr) == (1, b"", b"Nothing was done.\n")
    assert len(database.list_sessions()) == 1


def test_a_reader_that_has_had_enough_is_no_error(start):
    """``gatewright hooks | head`` ends quietly."""
    process = start("hooks", "--json")
    process.stdout.close()
    process.stdout = None
    _, stderr = process.communicate(timeout=SECONDS)

    assert (process.returncode, stderr) == (1, b"")


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="a full disk is played by /dev/full")  # noqa: PTH110
def test_a_full_disk_is_an_error_in_a_line(start):
    """What cannot be written has not been told: exit code 3."""
    with open("/dev/full", "wb") as full:  # noqa: PTH123
        process = start("hooks", "--json", stdout=full)
        _, stderr = process.communicate(timeout=SECONDS)

    assert process.returncode == 3
    assert stderr == b"error: cannot write the output: No space left on device\n"


def test_closed_streams_are_empty_ones(folder, clean_environment, count):
    """Without any standard stream the command still works, and no database is opened in their place."""
    command = f"exec {sys.executable} -m gatewright purge --json <&- >&- 2>&-"
    code = subprocess.call(["sh", "-c", command], cwd=folder, env=clean_environment, timeout=SECONDS)

    assert code == 0
    assert count("sessions") == 0


@pytest.mark.parametrize("options", ["", "--wif-file -"])
def test_a_closed_standard_input_is_bad_input(folder, clean_environment, options):
    """Nothing to read is told in a line."""
    command = f"exec {sys.executable} -m gatewright wallet sign text {options} <&-"
    done = subprocess.run(
        ["sh", "-c", command],
        cwd=folder,
        env=clean_environment,
        timeout=SECONDS,
        capture_output=True,
        start_new_session=True,
    )

    assert (done.returncode, done.stdout) == (2, b"")
    assert done.stderr.startswith(b"error: ")
    assert done.stderr.count(b"\n") == 1


def test_bytes_that_are_no_text_are_bad_input(run, database):
    """An argument that is not UTF-8 is told in a line of ASCII."""
    code, stdout, stderr = run("challenge", b"\xff\xfe")

    assert (code, stdout) == (2, b"")
    assert rb"'\udcff\udcfe' is not accepted as an address" in stderr


def test_what_stdout_cannot_encode_is_escaped(run, database, sign_in, alice):
    """A terminal that knows only ASCII gets escapes, not a traceback."""
    sign_in(database, alice, user_agent="Büro")
    code, stdout, _ = run("sessions", "list", env={"PYTHONIOENCODING": "ascii"})

    assert code == 0
    assert rb"B\xfcro" in stdout


def test_warnings_do_not_disturb_programs(run, alice):
    """With --json stderr holds the error's document alone, even where a person would be warned too."""
    _, _, for_people = run("challenge", "nonsense")
    code, stdout, for_programs = run("challenge", "nonsense", "--json", env={"GATEWRIGHT_JWT_SECRET": "weak"})

    assert for_people.startswith(b"WARNING: No GATEWRIGHT_JWT_SECRET is set")
    assert for_people.splitlines()[-1].startswith(b"error: 'nonsense'")
    assert (code, stdout) == (2, b"")
    assert json.loads(for_programs)["error"]["code"] == "invalid_address"


def test_a_terminal_sees_the_purge_go_on(start, terminal, database):
    """The progress bar is on stderr; stdout is data."""
    master, slave = terminal
    process = start("purge", "--json", stderr=slave, env={"TERM": "xterm"})
    shown = read_until(master, b"deleted")
    stdout, _ = process.communicate(timeout=SECONDS)

    assert b"challenges" in shown
    assert json.loads(stdout) == dict.fromkeys(
        ("challenges", "sessions", "audit", "attempts", "links", "remembered", "pending_steps"), 0
    )


def test_a_terminal_sees_colours(start, terminal):
    """The doctor's words are coloured where a person reads them."""
    master, slave = terminal
    process = start("doctor", stdout=slave, env={"TERM": "xterm-256color", "COLUMNS": "200"})
    shown = read_until(master, b"warning")

    process.communicate(timeout=SECONDS)
    assert b"\x1b[33mwarning" in shown
