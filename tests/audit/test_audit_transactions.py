"""A line is written in the transaction of what it records: both are there, or neither is."""

from __future__ import annotations

from contextlib import contextmanager

import pytest

from audit.audited_acts import ACTS
from gatewright.errors import StoreUnavailableError
from gatewright.storage.sql import SQLiteDatabase

REFUSED = {
    "a wrong password",
    "no password",
    "an unknown name",
    "a wrong signature",
    "an unknown challenge",
    "a failed bypass",
    "fail to link a wallet",
    "fail to enrol a method",
    "fail to verify an address",
    "fail to reset a password",
    "fail to move to another address",
}
"""Acts that are refused whether or not the refusal can be recorded."""

WRITING = {name: act for name, (act, _) in ACTS.items() if name not in REFUSED}


@pytest.fixture
def transactions(monkeypatch):
    """Count transactions, and let the power fail at the end of each one where ``dying`` is set."""
    exclusive_connection = SQLiteDatabase.exclusive_connection
    seen = {"count": 0, "dying": False}

    @contextmanager
    def counted(self, **options):
        with exclusive_connection(self, **options) as connection:
            yield connection
            seen["count"] += 1
            if seen["dying"]:
                raise StoreUnavailableError("The power failed.")

    monkeypatch.setattr(SQLiteDatabase, "exclusive_connection", counted)
    return seen


BEFORE = {
    "sign in by password": 2,
    "sign in by wallet": 1,
    "sign up": 2,
    "sign up again": 2,
    "ask for a verification": 1,
    "ask for a reset": 1,
    "ask for nobody's reset": 1,
    "ask for another address": 2,
    "ask for somebody's address": 1,
    "send a mail": 2,
}
"""Acts with transactions of their own beside the event's: challenge, attempts counted and forgiven, mails claimed."""


@pytest.mark.parametrize("name", WRITING)
def test_event_and_line_are_one_transaction(auth, world, transactions, name):
    """There is no moment in which one of the two could be missing."""
    WRITING[name](auth, world)
    assert transactions["count"] == BEFORE.get(name, 0) + 1


@pytest.mark.parametrize("act", WRITING.values(), ids=WRITING)
def test_a_transaction_that_dies_leaves_neither(auth, world, transactions, snapshot, act):
    """Whatever was under way is as if it had not been."""
    before = snapshot()
    transactions["dying"] = True
    with pytest.raises(StoreUnavailableError):
        act(auth, world)
    assert snapshot() == before


UNDECIDED = ["attempts", "challenges"]
"""What was counted before anything was decided."""


@pytest.mark.parametrize("name", sorted(WRITING.keys() - {"send a mail"}))
def test_what_cannot_be_recorded_does_not_happen(auth, world, sql, snapshot, name):
    """Where the line cannot be written, nothing else is: no event goes unrecorded. But no mail can be called back."""
    sql("ALTER TABLE audit RENAME TO elsewhere")
    before = snapshot(but=UNDECIDED)
    with pytest.raises(StoreUnavailableError):
        WRITING[name](auth, world)
    assert snapshot(but=UNDECIDED) == before


@pytest.mark.parametrize("name", sorted(REFUSED))
def test_a_failure_that_cannot_be_recorded_is_still_a_failure(auth, world, sql, name):
    """Nobody is let in because the record is broken."""
    sql("ALTER TABLE audit RENAME TO elsewhere")
    ACTS[name][0](auth, world)
    assert len(auth.list_sessions(world.carol.id)) == 3
