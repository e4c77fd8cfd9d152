"""``gatewright audit``: read the record, filter it, follow it, export it; and ``purge``, which ends it."""

from __future__ import annotations

import json
import os
import select
import signal
from dataclasses import fields
from datetime import datetime, timedelta

import pytest

from gatewright.errors import UserNotFoundError
from gatewright.model import AuditEntry
from gatewright.system import SystemClock

SECONDS = 60
OLD = "2001-01-01T00:00:00.000000"


def lines_of(result):
    return [json.loads(line) for line in result.stdout.splitlines()]


def read_line(stream):
    """Read a line that must come."""
    ready, _, _ = select.select([stream], [], [], SECONDS)

    assert ready, "no line came"
    return stream.readline()


@pytest.fixture
def many(database, add_rows):
    """2,500 old lines about one user: more than two pages."""
    add_rows("audit", [(n, OLD, "signed_in", None, "alice", None, None, None, None, None) for n in range(1, 2501)])


def test_an_export_has_every_line_once(invoke, many):
    """In order, a JSON document a line."""
    result = invoke("audit", "--json")

    assert result.exit_code == 0
    assert [line["id"] for line in lines_of(result)] == list(range(1, 2501))


def test_a_line_of_an_export_has_every_field(invoke, database):
    """With the number that paging goes by, and the time as ISO text."""
    database.create_user("alice", actor="me")
    (line,) = lines_of(invoke("audit", "--json"))
    ((number, entry),) = database.list_audit()

    assert set(line) == {"id"} | {field.name for field in fields(AuditEntry)}
    assert (line["id"], line["event"], line["username"], line["actor"]) == (number, "user_created", "alice", "me")
    assert datetime.fromisoformat(line["at"]) == entry.at


def test_people_read_a_line_an_event(invoke, database):
    """Time, event and what is known of it."""
    user = database.create_user("alice", actor="me")
    ((_, entry),) = database.list_audit()

    assert invoke("audit").stdout == (
        f"{entry.at.isoformat(timespec='seconds')} user_created user_id={user.id} username=alice actor=me\n"
    )


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("x reason=ok actor=root", 'username="x reason=ok actor=root"'),
        ('x" actor="root', r'username="x\" actor=\"root"'),
        ("\x1b[31m\nx", r'username="\\x1b[31m\\nx"'),
        ("\u202ex", r'username="\\u202ex"'),
    ],
)
def test_what_somebody_typed_cannot_look_like_a_fact(invoke, database, add_rows, name, shown):
    """A name with spaces, quotation marks or control characters is one fact on one line."""
    add_rows("audit", [(1, OLD, "sign_in_failed", None, name, None, None, None, None, None)])
    result = invoke("audit")

    assert result.stdout == f"2001-01-01T00:00:00+00:00 sign_in_failed {shown}\n"


def test_the_record_is_filtered(invoke, database):
    """By event, by user in whatever spelling, and by both."""
    database.create_user("alice")
    database.create_user("bob")
    for name in ("alice", "bob", "ALICE"):
        with pytest.raises(UserNotFoundError):
            database.attempt(name, "wrong password", "SQLUserProvider")
    database.disable_user("alice")

    def events(*options):
        return [line["event"] for line in lines_of(invoke("audit", "--json", *options))]

    assert events("--event", "sign_in_failed") == ["sign_in_failed"] * 3
    assert events("--user", "Alice") == ["user_created", "sign_in_failed", "sign_in_failed", "user_disabled"]
    assert events("--user", "bob", "--event", "sign_in_failed") == ["sign_in_failed"]
    assert events("--user", "nobody") == []


@pytest.mark.parametrize(("limit", "expected"), [(1, [2500]), (3, [2498, 2499, 2500]), (10_000, list(range(1, 2501)))])
def test_a_limit_keeps_the_newest_lines(invoke, many, limit, expected):
    """As ``tail`` does, the newest last."""
    assert [line["id"] for line in lines_of(invoke("audit", "--json", "--limit", str(limit)))] == expected


@pytest.mark.parametrize("since", ["90s", "30m", "2h", "7d", "4w", "date", "time", "offset"])
def test_the_record_is_read_from_a_moment_on(invoke, database, many, since):
    """An age or an ISO time; one without an offset is UTC."""
    database.create_user("bob")
    moment = SystemClock().now() - timedelta(days=1)
    spellings = {
        "date": moment.date().isoformat(),
        "time": moment.replace(tzinfo=None).isoformat(),
        "offset": moment.isoformat(),
    }
    result = invoke("audit", "--json", "--since", spellings.get(since, since))

    assert [line["username"] for line in lines_of(result)] == ["bob"]


def test_an_offset_counts(invoke, database, add_rows):
    """Twelve o'clock in Kathmandu is not twelve o'clock."""
    moments = ["2001-01-01T06:14:00.000000", "2001-01-01T06:16:00.000000"]
    add_rows("audit", [(n, at, "x", None, None, None, None, None, None, None) for n, at in enumerate(moments, 1)])

    assert [line["id"] for line in lines_of(invoke("audit", "--json", "--since", "2001-01-01T12:00+05:45"))] == [2]


@pytest.mark.parametrize(
    "when",
    [
        "",
        " ",
        "soon",
        "2x",
        "-2h",
        "2 h",
        "٢h",
        "999999999w",
        "0001-01-01T00:00+23:59",
        "9999-12-31T23:59-23:59",
        "\0",
        "\udcff",
    ],
)
def test_what_is_no_moment_is_bad_input(invoke, folder, when):
    """The error says what is one, before any database is opened."""
    result = invoke("audit", "--since", when)

    assert (result.exit_code, result.stdout) == (2, "")
    assert "--since takes an age such as 90s" in result.stderr
    assert list(folder.iterdir()) == []


@pytest.mark.parametrize("option", ["--event", "--user"])
@pytest.mark.parametrize("nonsense", ["\0", "\udcff", "x" * 1_000_000])
def test_nonsense_for_a_filter_is_bad_input(invoke, many, option, nonsense):
    """It is told in a line."""
    result = invoke("audit", option, nonsense)

    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.startswith("error: ")


@pytest.mark.parametrize("limit", ["0", "-1", "x", ""])
def test_a_limit_is_a_positive_number(invoke, limit):
    """Exit code 2."""
    assert invoke("audit", "--limit", limit).exit_code == 2


def test_an_empty_record_is_told(invoke, database):
    """For people a word on stderr, for programs nothing."""
    for_people, for_programs = invoke("audit"), invoke("audit", "--json")

    assert (for_people.exit_code, for_people.stdout) == (0, "")
    assert for_people.stderr == "The audit record has no matching lines.\n"
    assert (for_programs.exit_code, for_programs.output) == (0, "")


def test_the_record_is_followed_until_ctrl_c(start, database):
    """What comes is shown as it comes, once; then the exit code is 130."""
    for name in ("alice", "bob"):
        database.create_user(name)
    process = start("audit", "--follow", "--json", "--limit", "1")
    shown = [read_line(process.stdout)]
    database.create_user("carol")
    shown.append(read_line(process.stdout))
    database.disable_user("carol")
    shown.append(read_line(process.stdout))
    process.send_signal(signal.SIGINT)
    stdout, stderr = process.communicate(timeout=SECONDS)

    assert [json.loads(line)["id"] for line in shown] == [2, 3, 4]
    assert (process.returncode, stdout) == (130, b"")
    assert b"Traceback" not in stderr


def test_following_begins_with_an_empty_record_and_keeps_its_filter(start, database):
    """Only what was asked for is shown."""
    process = start("audit", "--follow", "--json", "--user", "bob")
    for name in ("alice", "bob"):
        database.create_user(name)

    assert json.loads(read_line(process.stdout))["username"] == "bob"


@pytest.mark.skipif(not hasattr(select, "poll"), reason="only poll tells of a reader who is gone")
def test_following_ends_when_nobody_reads_any_more(start, database):
    """Though nothing comes that could not be written."""
    database.create_user("alice")
    process = start("audit", "--follow")
    read_line(process.stdout)
    process.stdout.close()
    process.stdout = None
    _, stderr = process.communicate(timeout=SECONDS)

    assert (process.returncode, stderr) == (1, b"")


def test_a_reader_that_has_had_enough_is_no_error(start, many):
    """``gatewright audit | head`` ends quietly, in the middle of the record."""
    process = start("audit")
    os.read(process.stdout.fileno(), 100)
    process.stdout.close()
    process.stdout = None
    _, stderr = process.communicate(timeout=SECONDS)

    assert (process.returncode, stderr) == (1, b"")


def test_a_purge_ends_old_lines_of_the_record(invoke, database, many):
    """Lines older than the setting go, batch by batch, the others stay."""
    database.create_user("bob")
    kept, purged = (
        json.loads(invoke("purge", "--json", GATEWRIGHT_AUDIT_DAYS=days).stdout) for days in ("36500", "365")
    )

    assert (kept["audit"], purged["audit"]) == (0, 2500)
    assert [entry.username for _, entry in database.list_audit()] == ["bob"]


def test_numbers_go_on_behind_a_purge(invoke, database, many):
    """So that whoever follows the record misses nothing."""
    invoke("purge")
    database.create_user("bob")

    assert [number for number, _ in database.list_audit(after_id=2500)] == [2501]
