"""``gatewright user factors``: see what a user proves themselves by, and remove it for one who has lost it."""

from __future__ import annotations

import json

import pytest

from gatewright.cli.audit_actor import acting_user
from gatewright.errors import InvalidParameterError, UserNotFoundError
from gatewright.model import AuditEntry, Authenticator
from gatewright.ports import Owner

QUIET = {"GATEWRIGHT_MAIL_DELIVERY": "command"}


@pytest.fixture
def alice(database):
    """A user with an authenticator app and two recovery codes."""
    user = database.create_user("alice", email="alice@example.org", is_verified=True)
    for method, count in (("totp", 1), ("recovery_codes", 2)):
        rows = [
            Authenticator(
                f"{method}{n}", method, user.id, "alice", "SQLUserProvider", f"{method}{n}".encode(), "", "{}", 0,
                user.created_at,
            )
            for n in range(count)
        ]  # fmt: skip
        add = database._parts.store.add_authenticators(
            rows,
            owner=Owner(user.id),
            at_most=10,
            replaces=False,
            audit=AuditEntry(at=user.created_at, event="method_enrolled"),
            mail=None,
        )
        with pytest.raises(StopIteration):
            add.send(None)
    return user


def methods_of(database):
    return sorted(each.method for each in database.list_authenticators("alice"))


def test_what_a_user_has_is_listed(invoke, alice):
    """Without anything that proves somebody."""
    table = invoke("user", "factors", "alice@example.org")
    document = json.loads(invoke("user", "factors", "alice", "--json").stdout)

    assert [each["method"] for each in document["authenticators"]].count("recovery_codes") == 2
    assert set(document["authenticators"][0]) == {"id", "method", "name", "created_at", "last_used_at"}
    assert "totp0" in table.stdout


def test_one_method_is_removed(invoke, database, alice):
    """The user is told; who did it and why is in the record."""
    result = invoke("user", "factors", "alice", "--remove", "totp", "--reason", "showed her passport", **QUIET)

    assert (result.exit_code, result.stdout) == (0, "Removed 1: totp.\n")
    assert methods_of(database) == ["recovery_codes"] * 2
    ((_, line),) = database.list_audit(event="method_removed")
    assert (line.username, line.method, line.actor, line.reason) == (
        "alice",
        "totp",
        acting_user(),
        "showed her passport",
    )
    (mail,) = database.list_queued_mails()
    assert (mail.kind, mail.email) == ("method_removed", "alice@example.org")
    assert json.loads(mail.details)["method"] == "Authenticator app"


def test_everything_is_removed(invoke, database, alice):
    """At once; a second time there is nothing, and nobody is told again."""
    arguments = ("user", "factors", "alice", "--remove", "all", "--reason", "lost", "--json")
    assert len(json.loads(invoke(*arguments, **QUIET).stdout)["removed"]) == 3
    again = invoke(*arguments, **QUIET)

    assert (again.exit_code, json.loads(again.stdout)) == (1, {"removed": []})
    assert methods_of(database) == []
    assert len(database.list_queued_mails()) == 1


@pytest.mark.parametrize(
    "options",
    [
        ("--remove", "totp"),
        ("--reason", "x"),
        ("--remove", "nonsense", "--reason", "x"),
        ("--remove", "totp", "--reason", " "),
        ("--remove", "totp", "--reason", "x" * 300),
    ],
    ids=["no reason", "no method", "no such method", "blank reason", "endless reason"],
)
def test_half_a_command_removes_nothing(invoke, database, alice, options):
    """It says what is missing."""
    result = invoke("user", "factors", "alice", *options)

    assert result.exit_code == 2
    assert len(methods_of(database)) == 3


def test_a_user_that_there_is_not(invoke, database):
    """Is none, of ours or of another provider's."""
    assert invoke("user", "factors", "nobody").exit_code != 0
    assert invoke("user", "factors", "nobody", "--provider", "SQLUserProvider").exit_code != 0
    with pytest.raises(UserNotFoundError):
        database.remove_authenticators("nobody", actor="root", reason="x")
    with pytest.raises(InvalidParameterError):
        database.remove_authenticators("nobody", actor="", reason="x")
