"""``gatewright purge``."""

from __future__ import annotations

import json

import pytest

PAST, FUTURE = "2001-01-01T00:00:00.000000", "2999-01-01T00:00:00.000000"


@pytest.fixture
def rows(database, add_rows):
    """2,500 expired challenges, 1,000 sessions and 1,500 old lines of the audit record, of which three each live.

    Of links, attempts, remembered browsers and pending steps one is over and one lives.
    """
    add_rows("users", [("user", None, None, True, False, PAST, None, None, False)])
    expiries = {"challenges": [PAST] * 2500 + [FUTURE] * 3, "sessions": [PAST] * 1000 + [FUTURE] * 3}
    add_rows(
        "challenges",
        [
            (f"{i}", "address", f"text {i}", PAST, expiry, False, None)
            for i, expiry in enumerate(expiries["challenges"])
        ],
    )
    add_rows(
        "sessions",
        [
            (
                f"{i}",
                "user",
                "address",
                "wallet",
                PAST,
                expiry,
                True,
                None,
                None,
                "address",
                PAST,
                True,
                "user",
                None,
                "",
            )
            for i, expiry in enumerate(expiries["sessions"])
        ],
    )
    links = [("1", "password_reset", PAST), ("2", "email_verification", FUTURE)]
    add_rows("links", [(i, purpose, "user", "mail", PAST, expiry, i, None) for i, purpose, expiry in links])
    add_rows("attempts", [(at, "sign_in", "name", None, at) for at in (PAST, FUTURE)])
    series = ("user", "user", "SQLUserProvider", PAST)
    add_rows("remembered", [(at, *series, at, PAST, "user", b"digest", None, "") for at in (PAST, FUTURE)])
    step = ("sign_in", "user", "user", "SQLUserProvider", "{}", PAST)
    add_rows("pending_steps", [(at, *step, at, 0, "user", at.encode()) for at in (PAST, FUTURE)])
    lines = [PAST] * 1500 + [FUTURE] * 3
    add_rows("audit", [(i, at, "signed_in", *[None] * 7) for i, at in enumerate(lines, start=1)])


def test_what_has_expired_is_deleted_and_counted(invoke, rows, sql, count):
    """Every expired row goes, every other stays, and a second run finds nothing."""
    first, second = (json.loads(invoke("purge", "--json").stdout) for _ in range(2))

    ones = {"links": 1, "attempts": 1, "remembered": 1, "pending_steps": 1}
    assert first == {"challenges": 2500, "sessions": 1000, **ones, "audit": 1500}
    assert second == dict.fromkeys(first, 0)
    assert {table: count(table) for table in first} == {"challenges": 3, "sessions": 3, **ones, "audit": 3}
    assert count("users") == 1
    assert sql("SELECT DISTINCT expires_at FROM challenges UNION SELECT expires_at FROM sessions") == [(FUTURE,)]


def test_off_a_terminal_there_is_no_bar(invoke, rows):
    """A log gets one line on stdout and none on stderr."""
    result = invoke("purge")

    assert result.stdout == (
        "Deleted what has expired: challenges: 2500, sessions: 1000, mailed links: 1, "
        "failed attempts: 1, remembered browsers: 1, pending steps: 1, audit lines: 1500.\n"
    )
    assert result.stderr == ""
