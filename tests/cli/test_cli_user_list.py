"""``gatewright user list``."""

from __future__ import annotations

import json
from dataclasses import asdict

import pytest

PAST = "2001-01-01T00:00:00.000000"


@pytest.fixture
def many(database, add_rows):
    """2,500 users: more than two pages."""
    rows = [(f"{number:05}", f"user{number}", None, True, False, PAST, None, None, False) for number in range(2500)]
    add_rows("users", rows)


def test_every_user_is_in_the_document_once(invoke, database, many):
    """In the order of their identifiers, as one JSON document."""
    listed = json.loads(invoke("user", "list", "--json").stdout)["users"]

    assert [user["id"] for user in listed] == [f"{number:05}" for number in range(2500)]
    assert set(listed[0]) == set(asdict(database.get_user("user0").entity))


def test_the_list_for_people_is_a_user_a_line(invoke, many):
    """With a heading for each page."""
    lines = invoke("user", "list").stdout.splitlines()

    assert len(lines) == 2503
    assert sum(line.startswith("id ") for line in lines) == 3
    assert {"02499", "user2499", "yes", "no"} <= set(lines[-1].split())


def test_no_users_is_a_list_too(invoke, database):
    """For people a word on stderr, for programs an empty list."""
    for_people = invoke("user", "list")

    assert (for_people.exit_code, for_people.stdout, for_people.stderr) == (0, "", "There are no users.\n")
    assert json.loads(invoke("user", "list", "--json").stdout) == {"users": []}


def test_a_reader_that_has_had_enough_is_no_error(start, many):
    """``gatewright user list | head`` ends quietly, in the middle of the list."""
    process = start("user", "list")
    process.stdout.read(100)
    process.stdout.close()
    process.stdout = None
    _, stderr = process.communicate(timeout=60)

    assert (process.returncode, stderr) == (1, b"")
