"""The check of every test finds a leak wherever there is one, and so has not passed because it does not look."""

from __future__ import annotations

import logging
import sqlite3
from contextlib import closing, suppress

import pytest

from canaries import ANSWER, CANARIES, DATABASE, ERROR, FEW, LOG
from gatewright.errors import GatewrightError
from gatewright.web.response import data

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
}


@pytest.mark.parametrize("leak", LEAKS)
def test_a_leak_is_found(leak, tmp_path, find_leaks):
    """In each place, by each way into it."""
    CANARIES.born("password", SECRET)
    assert find_leaks() == []
    with suppress(GatewrightError):
        leak(tmp_path)
    assert {(place, kind) for place, kind, _ in find_leaks()} == {(LEAKS[leak], "password")}
    for path in tmp_path.iterdir():
        path.unlink()


def test_what_a_place_may_show_is_no_leak(find_leaks):
    """The link in the address of a form that is shown again, for one."""
    CANARIES.born("secret", SECRET)
    data({"action": f"/password-reset/{SECRET}"}, status=422)
    assert find_leaks() == []


@pytest.mark.parametrize(("text", "is_found"), [("code 12345678.", True), ("id 0a12345678", False)])
def test_digits_within_an_identifier_are_no_code(find_leaks, text, is_found):
    """They stand there by chance."""
    CANARIES.born("mailed code", "12345678")
    _logger.warning(text)
    assert bool(find_leaks()) == is_found


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
