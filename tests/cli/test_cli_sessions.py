"""``gatewright sessions``: see and end sessions without their tokens."""

from __future__ import annotations

import json
from datetime import datetime

import pytest

from gatewright import EvrmoreAuth, MemoryUserProvider

NASTY = "[bold]Mozilla[/bold] \x1b[31mred\x1b[0m\nid  user \u202e\x9b2J"


@pytest.fixture
def sessions(database, sign_in, alice, bob):
    """Two sessions of Alice and one of Bob, in the order of their making."""
    wallets = alice, alice, bob
    return [sign_in(database, wallet, ip_address="192.0.2.1", user_agent="Mozilla") for wallet in wallets]


def alive(database):
    return {session.id for session in database.list_sessions()}


def test_the_list_for_programs_holds_every_field_but_the_token(invoke, sessions):
    """Newest first, with ISO timestamps; a token is nowhere."""
    result = invoke("sessions", "list", "--json")
    listed = json.loads(result.stdout)["sessions"]

    assert [session.id for session in reversed(sessions)] == [row["id"] for row in listed]
    assert sessions[0].expires_at == datetime.fromisoformat(listed[2]["expires_at"])
    assert (listed[0]["ip_address"], listed[0]["user_agent"]) == ("192.0.2.1", "Mozilla")
    assert "token" not in listed[0]
    assert not any(session.token in result.output for session in sessions)


def test_the_list_for_people_breaks_no_line(invoke, sessions):
    """Off a terminal a session is one line with whole identifiers, without colours."""
    result = invoke("sessions", "list")
    heading, *rows = result.stdout.splitlines()

    assert heading.startswith("id ")
    assert len(rows) == 3
    for session, row in zip(reversed(sessions), rows, strict=True):
        assert {session.id, session.user_id, session.evrmore_address} <= set(row.split())
    assert "\x1b" not in result.stdout


def test_the_list_for_people_has_each_value_under_its_heading(invoke, sessions):
    """A cell begins where its heading does."""
    heading, row, *_ = invoke("sessions", "list").stdout.splitlines()
    newest = sessions[-1]

    for name in ("id", "user_id", "username", "provider", "ip_address", "user_agent"):
        assert row[heading.index(name) :].startswith(getattr(newest, name)), name
    for name in ("created_at", "expires_at"):
        assert row[heading.index(name) :].startswith(getattr(newest, name).isoformat(timespec="seconds")), name


def test_colours_are_not_forced_into_a_pipe(invoke, sessions):
    """FORCE_COLOR is for terminals; a pipe is read by a program."""
    assert "\x1b" not in invoke("sessions", "list", FORCE_COLOR="1").stdout


def test_what_a_browser_said_is_shown_escaped(invoke, sessions, sql):
    """Markup stays text, and control characters reach no terminal and start no line."""
    sql("UPDATE sessions SET user_agent = ? WHERE id = ?", NASTY, sessions[0].id)
    result = invoke("sessions", "list")

    assert r"[bold]Mozilla[/bold] \x1b[31mred\x1b[0m\nid  user \u202e\x9b2J" in result.stdout
    assert len(result.stdout.splitlines()) == 4
    assert json.loads(invoke("sessions", "list", "--json").stdout)["sessions"][2]["user_agent"] == NASTY


def test_the_list_of_one_user(invoke, sessions):
    """--user leaves out everybody else."""
    listed = json.loads(invoke("sessions", "list", "--user", sessions[2].user_id, "--json").stdout)["sessions"]

    assert [sessions[2].id] == [row["id"] for row in listed]


def test_no_sessions_is_a_list_too(invoke, database):
    """For people a word on stderr, for programs an empty list."""
    for_people = invoke("sessions", "list")

    assert (for_people.exit_code, for_people.stdout, for_people.stderr) == (0, "", "There are no sessions.\n")
    assert json.loads(invoke("sessions", "list", "--json").stdout) == {"sessions": []}


def test_one_session_is_ended_once(invoke, database, sessions):
    """The second time there is nothing to revoke: exit code 1."""
    first = invoke("sessions", "revoke", sessions[0].id)
    second = invoke("sessions", "revoke", sessions[0].id, "--json")

    assert (first.exit_code, first.stdout) == (0, "1 session ended.\n")
    assert (second.exit_code, json.loads(second.stdout)) == (1, {"revoked": 0})
    assert database.validate_token(sessions[0].token) is None
    assert {sessions[1].id, sessions[2].id} == alive(database)


def test_a_users_sessions_are_ended_together(invoke, database, sessions):
    """The others' stay."""
    result = invoke("sessions", "revoke", "--user", sessions[0].user_id, "--json")

    assert json.loads(result.stdout) == {"revoked": 2}
    assert {sessions[2].id} == alive(database)


@pytest.mark.parametrize("answer", ["y\n", "YES\n", None])
def test_all_sessions_are_ended_after_a_yes(invoke, database, sessions, answer):
    """By word of mouth or by --yes; the question is not on stdout."""
    options = ("--yes",) if answer is None else ()
    result = invoke("sessions", "revoke", "--all", *options, "--json", stdin=answer)

    assert (result.exit_code, json.loads(result.stdout)) == (0, {"revoked": 3})
    assert ("End all 3 sessions?" in result.stderr) is (answer is not None)
    assert set() == alive(database)


def test_all_sessions_means_those_of_every_provider(invoke, database, sessions):
    """Users whom another provider brings have sessions here too."""
    with EvrmoreAuth(
        "sqlite:///gatewright.db", providers=[MemoryUserProvider([{"email": "dave@example.com"}])]
    ) as auth:
        auth.guard({}).store(auth.bypass("dave@example.com", "MemoryUserProvider"))
    result = invoke("sessions", "revoke", "--all", "--yes", "--json")

    assert (result.exit_code, json.loads(result.stdout)) == (0, {"revoked": 4})
    assert set() == alive(database)


@pytest.mark.parametrize("answer", ["n\n", "\n", "", "yes please\n", b"\xff\xfe\n", "y" * 1_000_000])
def test_any_other_answer_ends_nothing(invoke, database, sessions, answer):
    """No, nothing, the end of the input or nonsense: exit code 1, and everybody stays."""
    result = invoke("sessions", "revoke", "--all", stdin=answer)

    assert (result.exit_code, result.stdout) == (1, "")
    assert "Nothing was done." in result.stderr
    assert len(alive(database)) == 3


def test_all_of_nothing_asks_no_question(invoke, database):
    """Nothing to revoke is a no without a question."""
    result = invoke("sessions", "revoke", "--all")

    assert (result.exit_code, result.stdout, result.stderr) == (1, "0 sessions ended.\n", "")


@pytest.mark.parametrize("arguments", [(), ("x", "--all"), ("x", "--user", "y"), ("--user", "y", "--all")])
def test_which_sessions_must_be_clear(invoke, folder, arguments):
    """None or two ways of saying which is bad input, before any database is opened."""
    result = invoke("sessions", "revoke", *arguments)

    assert result.exit_code == 2
    assert "an ID, --user ID, or --all" in result.stderr
    assert list(folder.iterdir()) == []


@pytest.mark.parametrize("nonsense", ["", "\udcff", "x" * 256, "x" * 1_000_000])
@pytest.mark.parametrize("command", [("list", "--user"), ("revoke", "--user"), ("revoke",)])
def test_what_can_be_no_identifier_is_bad_input(invoke, command, nonsense):
    """Nonsense in place of an id never reaches the database."""
    result = invoke("sessions", *command, nonsense)

    assert result.exit_code == 2
    assert "is not an identifier" in result.stderr


@pytest.mark.parametrize("stranger", ["ä", "Zoë Müller", "x" * 255, "*", "%"])
def test_an_identifier_of_nobody_has_no_sessions(invoke, database, sessions, stranger):
    """Another provider's identifiers may be any text; one that nobody has ends nothing."""
    by_user = invoke("sessions", "revoke", "--user", stranger, "--json")
    by_id = invoke("sessions", "revoke", stranger, "--json")
    listed = invoke("sessions", "list", "--user", stranger, "--json")

    assert [(done.exit_code, json.loads(done.stdout)) for done in (by_user, by_id)] == [(1, {"revoked": 0})] * 2
    assert (listed.exit_code, json.loads(listed.stdout)) == (0, {"sessions": []})
    assert len(alive(database)) == 3
