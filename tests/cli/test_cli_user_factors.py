"""``gatewright user factors``: see what a user proves themselves by, and remove it for one who has lost it."""

from __future__ import annotations

import json

import pytest

from gatewright import Auth, User
from gatewright.cli.audit_actor import acting_user
from gatewright.errors import InvalidParameterError, UserNotFoundError
from gatewright.model import AuditEntry, Authenticator
from gatewright.ports import Owner
from gatewright.providers import UserProvider

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


def test_a_removal_that_waits_is_announced_where_there_is_something(invoke, alice):
    """The command says which of the two it was."""
    waits = QUIET | {"GATEWRIGHT_FACTOR_RESET_HOURS": "24"}
    some, none = (
        invoke("user", "factors", "alice", "--remove", method, "--reason", "called us", **waits)
        for method in ("totp", "passkey")
    )

    assert (some.exit_code, some.stdout.startswith("Announced.")) == (0, True)
    assert (none.exit_code, none.stdout, none.stderr) == (1, "", "There are none.\n")


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


class Staff(UserProvider):
    """Users of an application, which makes the provider itself."""

    def load_user_by_username(self, username, password=None):
        """Know everybody."""
        return User({"id": f"id of {username}", "username": username})


class TestOfAnotherProvider:
    """The command has no such provider: what tells it whose they are is what was enrolled."""

    @pytest.fixture
    def enrolled(self, database):
        """Two users of the application with recovery codes."""
        with Auth(settings=database.settings, providers=[Staff()]) as application:
            for name in ("root", "other"):
                visit = {}
                application.guard(visit).store(application.bypass(name, "Staff", actor="sso", reason="signed in there"))
                application.guard(visit).enrol("recovery_codes")
            yield application

    def test_they_are_listed_and_removed(self, invoke, enrolled):
        """Those of one user alone."""
        listed = json.loads(invoke("user", "factors", "root", "--provider", "Staff", "--json").stdout)
        assert {each["method"] for each in listed["authenticators"]} == {"recovery_codes"}
        removed = invoke("user", "factors", "root", "--provider", "Staff", "--remove", "all", "--reason", "lost")

        assert (removed.exit_code, removed.stdout) == (0, "Removed 10: recovery_codes.\n")
        left = [len(enrolled.list_authenticators(name, provider="Staff")) for name in ("root", "other")]
        assert left == [0, 10]
        ((_, line),) = enrolled.list_audit(event="method_removed")
        assert (line.user_id, line.username, line.provider) == ("id of root", "root", "Staff")

    def test_their_removal_waits(self, invoke, enrolled, monkeypatch):
        """As the setting says."""
        monkeypatch.setenv("GATEWRIGHT_FACTOR_RESET_HOURS", "24")
        invoke("user", "factors", "root", "--provider", "Staff", "--remove", "all", "--reason", "lost")
        ((_, line),) = enrolled.list_audit(event="method_removal_announced")
        assert (line.user_id, line.provider) == ("id of root", "Staff")
        assert len(enrolled.list_authenticators("root", provider="Staff")) == 10

    def test_who_has_enrolled_nothing_is_unknown(self, invoke, enrolled):
        """And so is a provider of whom nobody has."""
        nobody = invoke("user", "factors", "nobody", "--provider", "Staff")
        misspelt = invoke("user", "factors", "root", "--provider", "Stuff")

        assert nobody.exit_code != 0
        assert "No user of Staff with this name has enrolled anything" in nobody.stderr
        assert misspelt.exit_code != 0
        assert "There is no user provider 'Stuff'" in misspelt.stderr
        assert "Nor has any user of a provider with this name enrolled anything" in misspelt.stderr
