"""``gatewright role``: declare, assign and unassign roles."""

from __future__ import annotations

import json

import pytest

NONSENSE = ["", " ", "\0", "\udcff", "\x1b[31m\r\n", "x" * 1_000_000, "--nonsense"]


@pytest.fixture
def alice(database):
    return database.create_user("alice")


def test_a_role_is_declared_and_inherits(invoke, database, alice):
    """Whoever has the role holds what the inherited one holds."""
    invoke("role", "create", "editor")
    created = json.loads(invoke("role", "create", "chief", "--inherits", "editor", "--json").stdout)
    invoke("permission", "create", "post.edit")
    invoke("permission", "grant", "post.edit", "--role", "editor")
    invoke("role", "assign", "chief", "alice")

    assert created == {"role": "chief", "inherits": ["editor"]}
    assert set(database.get_user("alice").roles) == {"chief", "editor"}
    assert database.get_user("alice").permissions == ("post.edit",)


def test_roles_are_listed_in_order(invoke, database):
    """One a line for people, a list for programs."""
    for role in ("editor", "author"):
        database.create_role(role)

    assert invoke("role", "list").stdout == "author\neditor\n"
    assert json.loads(invoke("role", "list", "--json").stdout) == {"roles": ["author", "editor"]}


def test_no_roles_is_a_list_too(invoke, database):
    """For people a word on stderr, for programs an empty list."""
    for_people = invoke("role", "list")

    assert (for_people.exit_code, for_people.stdout, for_people.stderr) == (0, "", "There are no roles.\n")
    assert json.loads(invoke("role", "list", "--json").stdout) == {"roles": []}


def test_a_role_is_given_and_taken_once(invoke, database, alice):
    """The second time there is nothing to take: exit code 1."""
    database.create_role("editor")
    given = invoke("role", "assign", "editor", "alice")
    roles = database.get_user("alice").roles
    taken = invoke("role", "unassign", "editor", "alice")
    again = invoke("role", "unassign", "editor", "alice", "--json")

    assert (given.exit_code, given.stdout) == (0, "alice has the role editor.\n")
    assert roles == ("editor",)
    assert (taken.exit_code, taken.stdout) == (0, "alice no longer has the role editor.\n")
    assert (again.exit_code, json.loads(again.stdout)) == (
        1,
        {"role": "editor", "user": "alice", "unassigned": False},
    )
    assert database.get_user("alice").roles == ()


@pytest.mark.parametrize("command", ["assign", "unassign"])
def test_an_undeclared_role_is_bad_input_and_an_unknown_user_a_no(invoke, database, alice, command):
    """Exit codes 2 and 1."""
    database.create_role("editor")
    undeclared = invoke("role", command, "edtior", "alice")
    unknown = invoke("role", command, "editor", "nobody")

    assert (undeclared.exit_code, unknown.exit_code) == (2, 1)
    assert "The role 'edtior' has not been declared" in undeclared.stderr
    assert unknown.stderr == "error: There is no user 'nobody'.\n"


@pytest.mark.parametrize("nonsense", NONSENSE)
@pytest.mark.parametrize(
    "command",
    [("create",), ("create", "editor", "--inherits"), ("assign", "editor"), ("unassign", "editor"), ("assign",)],
)
def test_nonsense_is_refused_in_words(invoke, database, alice, command, nonsense):
    """Bad input, and no role is declared or given."""
    result = invoke("role", *command, nonsense, *(("alice",) if command == ("assign",) else ()))

    assert (result.exit_code, result.stdout) == (2, "")
    assert "\x1b" not in result.stderr
    assert database.list_roles() == []


def test_the_record_names_who_did_it(invoke, database, alice):
    """Every change has its line, with the operating system's user."""
    for command in (("create", "editor"), ("assign", "editor", "alice"), ("unassign", "editor", "alice")):
        invoke("role", *command)
    record = [entry for _, entry in database.list_audit()][1:]

    assert [entry.event for entry in record] == ["role_created", "role_assigned", "role_unassigned"]
    assert all(entry.actor.startswith("cli:") for entry in record)
