"""``gatewright permission``: declare, grant and revoke permissions."""

from __future__ import annotations

import json

import pytest

NONSENSE = ["", " ", "\0", "\udcff", "\x1b[31m\r\n", "x" * 1_000_000, "--nonsense", "a..b", ".*", "*", "a.*.b"]


@pytest.fixture
def alice(database):
    """A user, a role and two permissions."""
    database.create_role("editor")
    database.create_permission("post.edit")
    database.create_permission("post.delete")
    return database.create_user("alice")


def test_a_permission_is_declared_with_the_branches_above(invoke, database):
    """They are listed in order, one a line for people, a list for programs."""
    created = invoke("permission", "create", "general.delete.local")
    listed = json.loads(invoke("permission", "list", "--json").stdout)

    assert (created.exit_code, created.stdout) == (0, "The permission general.delete.local is declared.\n")
    assert listed == {"permissions": ["general", "general.delete", "general.delete.local"]}
    assert invoke("permission", "list").stdout == "general\ngeneral.delete\ngeneral.delete.local\n"


def test_no_permissions_is_a_list_too(invoke, database):
    """For people a word on stderr, for programs an empty list."""
    for_people = invoke("permission", "list")

    assert (for_people.exit_code, for_people.stdout, for_people.stderr) == (0, "", "There are no permissions.\n")
    assert json.loads(invoke("permission", "list", "--json").stdout) == {"permissions": []}


@pytest.mark.parametrize("holder", [("--user", "alice"), ("--role", "editor")])
@pytest.mark.parametrize("permission", ["post.edit", "post.*"])
def test_a_permission_is_granted_and_revoked_once(invoke, database, alice, holder, permission):
    """To a user or to a role; the second time there is nothing to revoke: exit code 1."""
    database.assign_role("editor", username="alice")
    granted = invoke("permission", "grant", permission, *holder)
    held = database.get_user("alice").permissions
    revoked = invoke("permission", "revoke", permission, *holder)
    again = json.loads(invoke("permission", "revoke", permission, *holder, "--json").stdout)

    assert (granted.exit_code, granted.stdout) == (0, f"{holder[1]} holds {permission}.\n")
    assert permission in held
    assert (revoked.exit_code, revoked.stdout) == (0, f"{holder[1]} no longer holds {permission}.\n")
    assert again["revoked"] is False
    assert database.get_user("alice").permissions == ()


def test_nothing_to_revoke_is_a_no(invoke, alice):
    """A branch is not revoked by revoking what lies in it."""
    invoke("permission", "grant", "post.*", "--user", "alice")
    result = invoke("permission", "revoke", "post.edit", "--user", "alice")

    assert (result.exit_code, result.stdout) == (1, "alice was not granted post.edit.\n")


@pytest.mark.parametrize("command", ["grant", "revoke"])
@pytest.mark.parametrize("holder", [(), ("--user", "alice", "--role", "editor")])
def test_who_holds_it_must_be_clear(invoke, folder, command, holder):
    """None or two ways of saying who is bad input, before any database is opened."""
    result = invoke("permission", command, "post.edit", *holder)

    assert result.exit_code == 2
    assert "--user NAME or --role ROLE" in result.stderr
    assert list(folder.iterdir()) == []


@pytest.mark.parametrize("command", ["grant", "revoke"])
def test_what_is_not_there_is_told(invoke, alice, command):
    """An undeclared permission and an unknown user are a no, an undeclared role is bad input."""
    permission = invoke("permission", command, "post.edti", "--user", "alice", "--json")
    user = invoke("permission", command, "post.edit", "--user", "nobody", "--json")
    role = invoke("permission", command, "post.edit", "--role", "nope", "--json")
    codes = [json.loads(result.stderr)["error"]["code"] for result in (permission, user, role)]

    assert [result.exit_code for result in (permission, user, role)] == [1, 1, 2]
    assert codes == ["permission_not_found", "user_not_found", "invalid_parameter"]


@pytest.mark.parametrize("nonsense", NONSENSE)
def test_nonsense_is_refused_in_words(invoke, database, alice, nonsense):
    """A no or bad input, and nothing is declared or granted."""
    before = database.list_permissions()
    for command in (("create", nonsense), ("grant", nonsense, "--user", "alice")):
        result = invoke("permission", *command)

        assert (result.exit_code, result.stdout) in ((1, ""), (2, ""))
        assert "\x1b" not in result.stderr
    assert database.list_permissions() == before
    assert database.get_user("alice").permissions == ()


def test_the_record_names_who_did_it(invoke, database, alice):
    """Every change has its line, with the operating system's user."""
    before = len(database.list_audit())
    for command in (("create", "a.b"), ("grant", "a.b", "--role", "editor"), ("revoke", "a.b", "--role", "editor")):
        invoke("permission", *command)
    record = [entry for _, entry in database.list_audit()][before:]

    assert [entry.event for entry in record] == ["permission_created", "permission_granted", "permission_revoked"]
    assert all(entry.actor.startswith("cli:") for entry in record)
