"""``gatewright user rename``, ``email``, ``export`` and ``delete``."""

from __future__ import annotations

import json

import pytest

from gatewright.cli.audit_actor import acting_user

PASSWORD = "walrus umbrella Tuesday lantern"


@pytest.fixture
def alice(database):
    """A verified user with a password."""
    return database.create_user("alice", email="alice@example.org", password=PASSWORD, is_verified=True)


def only_line(database, event):
    """The one line of the audit record about an event."""
    ((_, line),) = database.list_audit(event=event)
    return line


def test_a_user_is_renamed(invoke, database, alice):
    """By any of their names; who did it is in the record."""
    result = invoke("user", "rename", "alice@example.org", "Alicia")

    assert (result.exit_code, result.stdout) == (0, "alice@example.org is now alicia.\n")
    assert database.get_user("alicia").id == alice.id
    assert only_line(database, "username_changed").actor == acting_user()
    assert json.loads(invoke("user", "rename", "alicia", "ann", "--json").stdout)["username"] == "ann"


@pytest.mark.parametrize("name", ["bob", "bob@example.org", "", "a\x1bb"])
def test_a_name_that_cannot_be_is_refused(invoke, database, alice, name):
    """Taken, somebody's email address, nothing or nonsense."""
    database.create_user("bob", email="bob@example.org")

    assert invoke("user", "rename", "alice", name).exit_code != 0
    assert database.get_user("alice").id == alice.id


def test_an_address_changes_only_by_its_link(invoke, database, alice):
    """The command has a link sent, and says no more."""
    result = invoke("user", "email", "alice", "new@example.org", GATEWRIGHT_MAIL_DELIVERY="command")

    assert result.exit_code == 0
    assert "Nothing has changed yet." in result.stdout
    assert database.get_user("alice").email == "alice@example.org"
    assert sorted((mail.kind, mail.email) for mail in database.list_queued_mails()) == [
        ("email_change", "new@example.org"),
        ("email_change_requested", "alice@example.org"),
    ]
    assert invoke("user", "email", "alice", "nonsense").exit_code == 2


def test_the_data_come_as_one_document(invoke, database, alice):
    """On stdout, for a file."""
    document = json.loads(invoke("user", "export", "alice").stdout)

    assert document["account"]["id"] == alice.id
    assert only_line(database, "user_exported").actor == acting_user()


@pytest.mark.parametrize("answer", ["n\n", "", "\n", "no\n"])
def test_nobody_is_deleted_without_a_yes(invoke, database, alice, answer):
    """The question names the user, on stderr."""
    result = invoke("user", "delete", "alice", stdin=answer)

    assert (result.exit_code, result.stdout) == (1, "")
    assert "Delete alice" in result.stderr
    assert database.get_user("alice").id == alice.id


def test_a_user_is_deleted(invoke, database, alice):
    """With the id, which is all that the record keeps."""
    result = invoke("user", "delete", "alice", stdin="y\n")

    assert (result.exit_code, result.stdout) == (0, f"Deleted alice ({alice.id}).\n")
    assert database.list_users() == []
    line = only_line(database, "user_deleted")
    assert (line.user_id, line.username, line.actor) == (alice.id, None, acting_user())


def test_scripts_are_not_asked(invoke, database, alice):
    """And get JSON."""
    result = invoke("user", "delete", "alice", "--yes", "--json")

    assert json.loads(result.stdout) == {"deleted": alice.id}


def test_the_last_of_a_role_is_named(invoke, database, alice):
    """Whoever deletes the last administrator is told first."""
    for role in ("admin", "editor"):
        database.create_role(role)
        database.assign_role(role, username="alice")
    database.create_user("bob", roles=["editor"])
    result = invoke("user", "delete", "alice", stdin="n\n")

    assert "Nobody else has the role admin." in result.stderr
    assert "editor" not in result.stderr


@pytest.mark.parametrize("command", [["rename", "x"], ["email", "x@example.org"], ["export"], ["delete", "--yes"]])
def test_nobody_is_an_error(invoke, database, command):
    """With the exit code of every other unknown user."""
    act, *rest = command
    unknown = invoke("user", "show", "nobody").exit_code

    assert invoke("user", act, "nobody", *rest).exit_code == unknown
