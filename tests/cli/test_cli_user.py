"""``gatewright user``: create, inspect and change users."""

from __future__ import annotations

import json
from datetime import datetime

import pytest

from gatewright.errors import (
    BusyError,
    InactiveUserError,
    PermissionNotFoundError,
    ProviderUnavailableError,
    TakenError,
    UnverifiedUserError,
    UserNotFoundError,
    WeakPasswordError,
)

PASSWORD = "walrus umbrella Tuesday lantern"
ANOTHER = "gravel teapot seventeen violin"
NONSENSE = {
    "empty": "",
    "space": " ",
    "NUL": "\0",
    "lone surrogate": "\udcff\ud800",
    "control characters": "\x1b[31m\r\n\x07",
    "large": "x" * 1_000_000,
    "SQL": "'; DROP TABLE users; --",
    "option-like": "--nonsense",
    "percent": "%s%n{}",
}


@pytest.fixture
def alice(database):
    """A verified user with a password."""
    return database.create_user("alice", email="alice@example.org", password=PASSWORD, is_verified=True)


def proves(database, name, password):
    """Whether the password is the user's."""
    try:
        return database.attempt(name, password, "SQLUserProvider").username == name
    except UserNotFoundError:
        return False


def test_a_user_is_made_with_a_password_from_a_pipe(invoke, database):
    """The line's end is no part of the password."""
    result = invoke("user", "create", "alice", "--verified", "--password-file", "-", stdin=f"{PASSWORD}\n")

    assert (result.exit_code, result.stdout) == (0, f"Created alice ({database.get_user('alice').id}).\n")
    assert proves(database, "alice", PASSWORD)


@pytest.mark.parametrize("line_end", ["", "\n", "\r\n"])
def test_a_user_is_made_with_a_password_from_a_file(invoke, database, folder, line_end):
    """Outer spaces are part of the password, the line's end is not."""
    (folder / "password").write_bytes(f" {PASSWORD} {line_end}".encode())
    result = invoke("user", "create", "alice", "--verified", "--password-file", "password")

    assert result.exit_code == 0
    assert proves(database, "alice", f" {PASSWORD} ")


def test_the_document_of_a_new_user(invoke, database):
    """It has every field of the account, wallets and rights, and no password."""
    database.create_role("editor")
    database.create_permission("general.read")
    database.grant_permission("general.*", role="editor")
    options = ("--email", "Alice@Example.org", "--role", "editor", "--verified", "--password-file", "-", "--json")
    document = json.loads(invoke("user", "create", "Alice", *options, stdin=PASSWORD).stdout)
    user = database.get_user("alice")

    assert "general.*" in user.permissions
    assert document == {
        "id": user.id,
        "username": "alice",
        "email": "alice@example.org",
        "evrmore_address": None,
        "is_active": True,
        "is_verified": True,
        "created_at": user.created_at.isoformat(),
        "last_login": None,
        "wallets": [],
        "roles": ["editor"],
        "permissions": list(user.permissions),
    }


def test_a_user_without_a_password_is_asked_for_none(invoke, database):
    """Nothing is read, and no password fits."""
    result = invoke("user", "create", "alice", "--no-password", "--verified")

    assert result.exit_code == 0
    assert not proves(database, "alice", PASSWORD)


@pytest.mark.parametrize(
    ("stdin", "reason"),
    [
        ("", "There is no password"),
        ("\n", "There is no password"),
        ("short", "too short"),
        ("passwordpassword", "too common"),
        ("x" * 1_000_000, "too long"),
        (f"{PASSWORD}\n{ANOTHER}\n", "must be one line"),
        (b"\xff\xfe" + PASSWORD.encode(), "not UTF-8 text"),
        ("alice has a password", "contains the name"),
    ],
)
@pytest.mark.parametrize("is_file", [True, False], ids=["file", "stdin"])
def test_what_is_no_password_is_bad_input(invoke, database, folder, stdin, reason, is_file):
    """No user is made of it, and it is not quoted."""
    (folder / "password").write_bytes(stdin if isinstance(stdin, bytes) else stdin.encode())
    result = invoke("user", "create", "alice", "--password-file", "password" if is_file else "-", stdin=stdin)

    assert (result.exit_code, result.stdout) == (2, "")
    assert reason in result.stderr
    assert PASSWORD not in result.stderr
    assert database.list_users() == []


@pytest.mark.parametrize("place", [".", "nowhere", PASSWORD, "\0", "x" * 10_000])
def test_a_password_file_that_cannot_be_read_is_bad_input(invoke, place):
    """The name is not shown: it may be the password itself, given in place of its file."""
    result = invoke("user", "create", "alice", "--password-file", place)

    assert (result.exit_code, result.stdout) == (2, "")
    assert "The file named by --password-file cannot be read" in result.stderr
    assert place == "." or place not in result.stderr


@pytest.mark.parametrize("command", [("create", "alice"), ("set-password", "alice")])
@pytest.mark.parametrize("option", [("--password", PASSWORD), (f"--password={PASSWORD}",), ("-p", PASSWORD)])
def test_a_password_is_no_argument(invoke, alice, command, option):
    """No option takes the password itself, as any user of the machine reads arguments."""
    result = invoke("user", *command, *option)

    assert (result.exit_code, result.stdout) == (2, "")
    assert PASSWORD not in result.stderr


def test_no_password_and_a_password_file_contradict(invoke, folder):
    """It is told before any database is opened."""
    result = invoke("user", "create", "alice", "--no-password", "--password-file", "-", stdin=PASSWORD)

    assert result.exit_code == 2
    assert list(folder.iterdir()) == []


@pytest.mark.parametrize(("name", "email"), [("ALICE", None), ("bob", "alice@EXAMPLE.org")])
def test_a_name_that_is_taken_is_a_no(invoke, alice, name, email):
    """In whatever spelling: exit code 1."""
    options = () if email is None else ("--email", email)
    result = invoke("user", "create", name, *options, "--no-password", "--json")

    assert (result.exit_code, result.stdout) == (1, "")
    assert json.loads(result.stderr)["error"]["code"] == "taken"


def test_an_undeclared_role_makes_no_user(invoke, database):
    """It is bad input, and nothing is left halfway."""
    result = invoke("user", "create", "alice", "--no-password", "--role", "nope")

    assert result.exit_code == 2
    assert database.list_users() == []


@pytest.mark.parametrize("name", ["alice", "ALICE", "alice@example.org"])
def test_a_user_is_shown_by_any_name(invoke, alice, name):
    """For people a field a line, for programs a document."""
    for_people = invoke("user", "show", name).stdout
    for_programs = json.loads(invoke("user", "show", name, "--json").stdout)

    assert ["is_active", "yes"] in [line.split() for line in for_people.splitlines()]
    assert for_programs["id"] == alice.id
    assert datetime.fromisoformat(for_programs["created_at"]) == alice.created_at


def test_a_disabled_user_is_out_at_once(invoke, database, alice):
    """Sessions end, sign-in is refused, and both are over when the user is enabled again."""
    visit = {}
    database.guard(visit).login("alice", PASSWORD, "SQLUserProvider")
    disabled = json.loads(invoke("user", "disable", "alice", "--json").stdout)

    assert disabled["is_active"] is False
    assert database.guard(visit).is_guest()
    with pytest.raises(InactiveUserError):
        database.attempt("alice", PASSWORD, "SQLUserProvider")
    assert invoke("user", "enable", "alice").stdout == "alice is enabled.\n"
    assert proves(database, "alice", PASSWORD)


def test_a_user_is_verified(invoke, database):
    """Before that the right password is not enough."""
    database.create_user("bob", password=PASSWORD)
    with pytest.raises(UnverifiedUserError):
        database.attempt("bob", PASSWORD, "SQLUserProvider")
    result = invoke("user", "verify", "bob")

    assert (result.exit_code, result.stdout) == (0, "bob is verified.\n")
    assert proves(database, "bob", PASSWORD)


def test_a_new_password_replaces_the_old_one_and_ends_sessions(invoke, database, alice):
    """Whoever was signed in by the old one is a guest."""
    visit = {}
    database.guard(visit).login("alice", PASSWORD, "SQLUserProvider")
    result = invoke("user", "set-password", "alice", "--password-file", "-", stdin=ANOTHER)

    assert (result.exit_code, result.stdout) == (0, "alice has a new password.\n")
    assert [proves(database, "alice", password) for password in (PASSWORD, ANOTHER)] == [False, True]
    assert database.guard(visit).is_guest()


def test_a_password_that_is_refused_changes_nothing(invoke, database, alice):
    """The old one still fits."""
    result = invoke("user", "set-password", "alice", "--password-file", "-", "--json", stdin="short")

    assert (result.exit_code, result.stdout) == (2, "")
    assert json.loads(result.stderr)["error"]["code"] == "weak_password"
    assert proves(database, "alice", PASSWORD)


@pytest.mark.parametrize("command", ["show", "disable", "enable", "verify", "set-password"])
def test_an_unknown_user_is_a_no(invoke, database, command):
    """Exit code 1, before any password is asked for."""
    result = invoke("user", command, "nobody")

    assert (result.exit_code, result.stdout, result.stderr) == (1, "", "error: There is no user 'nobody'.\n")


@pytest.mark.parametrize("command", ["create", "show", "disable", "enable", "verify", "set-password"])
@pytest.mark.parametrize("kind", NONSENSE)
def test_nonsense_for_a_name_is_refused_in_words(invoke, database, command, kind):
    """The answer is no or bad input, and nothing is stored; what can be a name may be one."""
    options = ("--password-file", "-") if command in ("create", "set-password") else ()
    result = invoke("user", command, NONSENSE[kind], *options, stdin=PASSWORD)

    if command == "create" and kind in ("SQL", "percent"):
        assert (result.exit_code, len(database.list_users())) == (0, 1)
    else:
        assert (result.exit_code, result.stdout) in ((1, ""), (2, ""))
        assert database.list_users() == []
    assert "\x1b" not in result.output


@pytest.mark.parametrize("option", ["--email", "--role"])
@pytest.mark.parametrize("kind", [kind for kind in NONSENSE if kind != "option-like"])
def test_nonsense_for_an_option_is_refused_in_words(invoke, database, option, kind):
    """No user is made."""
    result = invoke("user", "create", "alice", "--no-password", option, NONSENSE[kind])

    assert (result.exit_code, result.stdout) == (2, "")
    assert database.list_users() == []


def test_the_record_names_who_did_it(invoke, database, run):
    """The actor is the operating system's user, whom the environment cannot pretend to be."""
    run("user", "create", "alice", "--no-password", env={"LOGNAME": "mallory", "USER": "mallory"})
    for command in ("disable", "enable", "verify"):
        invoke("user", command, "alice")
    record = [entry for _, entry in database.list_audit()]

    assert [entry.event for entry in record] == ["user_created", "user_disabled", "user_enabled", "user_verified"]
    assert len({entry.actor for entry in record}) == 1
    assert record[0].actor.startswith("cli:")
    assert "mallory" not in record[0].actor


def test_a_password_is_on_no_stream_and_in_no_record(run, store_environment):
    """Whatever is made, shown and listed."""
    shown = b""
    for *arguments, stdin in (
        ("user", "create", "alice", "--password-file", "-", "--json", PASSWORD),
        ("user", "set-password", "alice", "--password-file", "-", ANOTHER),
        ("user", "set-password", "alice", "--password-file", "-", f"alice {PASSWORD}"),
        ("user", "show", "alice", "--json", ""),
        ("user", "list", "--json", ""),
        ("audit", "--json", ""),
    ):
        _, stdout, stderr = run(*arguments, stdin=stdin.encode(), env=store_environment)
        shown += stdout + stderr

    assert b"alice" in shown
    for secret in (PASSWORD, ANOTHER, "$argon2"):
        assert secret.encode() not in shown


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (UserNotFoundError(), 1),
        (TakenError(), 1),
        (PermissionNotFoundError(), 1),
        (WeakPasswordError(), 2),
        (BusyError(retry_after=1), 3),
        (ProviderUnavailableError(), 3),
    ],
)
def test_errors_about_users_have_their_exit_codes(error, code):
    """No, bad input, unavailable."""
    from gatewright.cli.exit_codes import exit_code_of

    assert exit_code_of(error) == code
