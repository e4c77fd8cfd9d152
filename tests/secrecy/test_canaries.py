"""The check of every test finds a leak wherever there is one, and so has not passed because it does not look."""

from __future__ import annotations

import logging
import os
import sqlite3
import subprocess
import sys
from contextlib import closing, suppress
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread

import httpx
import pytest
from typer import Typer
from typer.testing import CliRunner

from canaries import ANSWER, CANARIES, DATABASE, ERROR, FEW, LOG, MAIL, OUTPUT
from gatewright.errors import GatewrightError
from gatewright.mail.console import ConsoleMailer
from gatewright.model import Mail
from gatewright.web.response import data

pytestmark = pytest.mark.shows_secrets  # and looks for them itself

SECRET = "a-secret-of-this-test"

_logger = logging.getLogger("gatewright.some.module")


def log_it(_):
    _logger.warning("It is %s.", SECRET)


def log_it_in_a_debugging_line(_):
    _logger.setLevel(logging.DEBUG)
    try:
        _logger.debug("It is %s.", SECRET)
    finally:
        _logger.setLevel(logging.NOTSET)


def log_it_as_an_extra(_):
    _logger.warning("It is there.", extra={"visitor": {"password": SECRET}})


def log_it_in_a_traceback(_):
    try:
        raise ValueError(SECRET)
    except ValueError:
        _logger.exception("It went wrong.")


def log_it_as_somebody_else(_):
    logging.getLogger("some.library").error("GET /%s", SECRET)


def raise_it_as_a_message(_):
    raise GatewrightError(f"{SECRET} is wrong.")


def raise_it_as_evidence(_):
    raise GatewrightError(password=SECRET)


def answer_it(_):
    data({"detail": f"{SECRET} is wrong."}, status=422)


def store_it(folder):
    with closing(sqlite3.connect(folder / "gatewright.db")) as connection, connection:
        connection.execute("CREATE TABLE users (password)")
        connection.execute("INSERT INTO users VALUES (?)", (SECRET,))


def mail_it(_):
    Mail(to="a@example.com", subject="Hello", text=f"Your password is {SECRET}.", html="")


def print_it(_):
    print(f"It is {SECRET}.")


def print_it_as_an_error(_):
    print(f"It is {SECRET}.", file=sys.stderr)


def write_it_past_python(_):
    os.write(2, f"It is {SECRET}.".encode())


def print_it_in_a_command(_):
    command = Typer()
    command.command()(print_it_as_an_error)
    CliRunner().invoke(command, ["x"])


def _in_a_process(**options):
    subprocess.run([sys.executable, "-S", "-c", f"print('It is {SECRET}.')"], check=True, **options)


def print_it_in_a_process(_):
    _in_a_process()


def print_it_in_a_process_that_is_read(_):
    _in_a_process(capture_output=True)


def print_it_in_a_process_that_is_read_line_by_line(_):
    command = [sys.executable, "-S", "-c", f"print('It is {SECRET}.')"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        process.stdout.readline()


def print_it_in_a_process_with_a_log(folder):
    with (folder / "server.log").open("w") as log:
        _in_a_process(stdout=log)


LEAKS = {
    log_it: LOG,
    log_it_in_a_debugging_line: LOG,
    log_it_as_an_extra: LOG,
    log_it_in_a_traceback: LOG,
    log_it_as_somebody_else: LOG,
    raise_it_as_a_message: ERROR,
    raise_it_as_evidence: ERROR,
    answer_it: ANSWER,
    store_it: DATABASE,
    mail_it: MAIL,
    print_it: OUTPUT,
    print_it_as_an_error: OUTPUT,
    write_it_past_python: OUTPUT,
    print_it_in_a_command: OUTPUT,
    print_it_in_a_process: OUTPUT,
    print_it_in_a_process_that_is_read: OUTPUT,
    print_it_in_a_process_that_is_read_line_by_line: OUTPUT,
    print_it_in_a_process_with_a_log: OUTPUT,
}


@pytest.mark.parametrize("leak", LEAKS)
def test_a_leak_is_found(leak, tmp_path, find_leaks):
    """In each place, by each way into it."""
    CANARIES.born("password", SECRET)
    assert find_leaks() == []
    with suppress(GatewrightError):
        leak(tmp_path)
    assert {(place, kind) for place, kind, _ in find_leaks()} == {(LEAKS[leak], "password")}


@pytest.mark.parametrize("capture", ["capsys", "capfd"])
def test_a_leak_in_what_a_test_reads_itself_is_found(request, capture, find_leaks, tmp_path):
    """Which pytest then does not have."""
    CANARIES.born("password", SECRET)
    print_it(tmp_path)
    captured = request.getfixturevalue(capture)
    print_it(tmp_path)
    assert SECRET in captured.readouterr().out
    assert [place for place, _, _ in find_leaks()] == [OUTPUT, OUTPUT]


def test_a_command_that_is_there_to_print_a_secret_may(find_leaks):
    """It is known by its name."""
    CANARIES.born("wallet key", SECRET)
    commands, group = Typer(), Typer()
    commands.add_typer(group, name="wallet")
    print_key = lambda: print(SECRET)  # noqa: E731 - a command of no parameters
    group.command("new")(print_key)
    group.command("show")(print_key)
    CliRunner().invoke(commands, ["wallet", "new"])
    assert find_leaks() == []
    CliRunner().invoke(commands, ["wallet", "show"])
    assert [place for place, _, _ in find_leaks()] == [OUTPUT]


def test_a_mail_on_the_terminal_may_show_its_link_and_nothing_else_may(find_leaks):
    """That mailer is for developers, who follow it."""
    CANARIES.born("link", f"https://localhost/{SECRET}")
    ConsoleMailer().send(Mail(to="a@example.com", subject="Hello", text=f"https://localhost/{SECRET}", html=""))
    assert find_leaks() == []
    print(f"GET https://localhost/{SECRET}")
    assert [place for place, _, _ in find_leaks()] == [OUTPUT]


class _Server(BaseHTTPRequestHandler):
    def do_POST(self):
        self.send_response(204)
        self.send_header("Set-Cookie", "b=a-cookie-of-the-answer; HttpOnly")
        self.end_headers()

    def log_message(self, *_):
        pass


def test_secrets_of_another_process_are_noted_where_they_pass_this_one():
    """In its environment, in requests to it, and in the cookies that it sets."""
    environment = {"GATEWRIGHT_JWT_SECRET": "a secret in the environment"}
    subprocess.run([sys.executable, "-S", "-c", ""], check=True, env=environment)
    given = {"headers": {"Authorization": "Bearer a-token-of-a-session", "Cookie": "a=a-cookie-of-the-request"}}
    with HTTPServer(("127.0.0.1", 0), _Server) as server:
        Thread(target=server.handle_request, daemon=True).start()
        httpx.post(f"http://127.0.0.1:{server.server_port}", json={"password": SECRET}, trust_env=False, **given)
    told = (*environment.values(), "a-token-of-a-session", "a-cookie-of-the-request", "a-cookie-of-the-answer", SECRET)
    assert [each for each in told if not CANARIES.is_known(each)] == []


def test_what_a_place_may_show_is_no_leak(find_leaks):
    """The link in the address of a form that is shown again, for one."""
    CANARIES.born("link", SECRET)
    data({"action": f"/password-reset/{SECRET}"}, status=422)
    assert find_leaks() == []


@pytest.mark.parametrize(("text", "is_found"), [("code 12345678.", True), ("id 0a12345678", False)])
def test_digits_within_an_identifier_are_no_code(find_leaks, text, is_found):
    """They stand there by chance."""
    CANARIES.born("mailed code", "12345678")
    _logger.warning(text)
    assert bool(find_leaks()) == is_found


@pytest.mark.parametrize(
    ("text", "is_found"),
    [
        *(("The code 123456 is wrong.", True), ("{'code': '123456'}", True), ("code=123456&next=/", True)),
        *(("At 12:00:00.123456.", False), ("id 0a123456", False), ("#123456", False), ("1234567", False)),
    ],
)
def test_a_code_of_six_digits_is_found_as_a_word(find_leaks, text, is_found):
    """Wherever it is told; not where its digits stand by chance."""
    CANARIES.born("app code", "123456")
    _logger.warning(text)
    print(text)
    assert len(find_leaks()) == 2 * is_found


def test_a_code_is_looked_for_in_what_was_seen_after_its_birth(find_leaks):
    """Before, it was a number."""
    _logger.warning("There were 123456 before.")
    CANARIES.born("app code", "123456")
    assert find_leaks() == []
    _logger.warning("There were 123456 behind.")
    assert len(find_leaks()) == 1


def test_every_test_begins_without_the_secrets_of_others():
    """Else one's password would be another's user name."""
    assert CANARIES.kinds() == set()


def test_a_leak_of_one_of_many_is_found(tmp_path, find_leaks):
    """In a test of minutes, which has thousands of secrets."""
    for number in range(2 * FEW):
        CANARIES.born("secret", f"{number:09} is a secret")
    CANARIES.born("password", SECRET)
    assert find_leaks() == []
    log_it(tmp_path)
    assert {(place, kind) for place, kind, _ in find_leaks()} == {(LOG, "password")}
