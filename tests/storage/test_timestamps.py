"""Moments in the database are what the Evrmore documents query: UTC ISO text with ``T``, without offset."""

from __future__ import annotations

import re
import time
from datetime import UTC, datetime, timedelta, timezone

import pytest

from gatewright.drive import run_to_completion
from gatewright.ports import Owner
from gatewright.storage.sql import SQLStore
from gatewright.storage.sql.dialect import SQLITE, text_of
from gatewright.testing.store_conformance.authenticators import an_authenticator, enrol
from gatewright.testing.store_conformance.pending_steps import a_step, begin, find

MOMENT = datetime(2025, 3, 14, 15, 9, 26, 535897, tzinfo=UTC)


@pytest.fixture(params=["UTC", "America/New_York", "Asia/Kolkata"])
def time_zone(request, monkeypatch):
    """The machine's own time zone, which must not matter."""
    if not hasattr(time, "tzset"):
        pytest.skip("needs tzset")
    monkeypatch.setenv("TZ", request.param)
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


@pytest.mark.parametrize(
    "moment", [MOMENT, MOMENT.replace(microsecond=0), MOMENT.astimezone(timezone(timedelta(hours=-7)))]
)
def test_a_moment_is_26_characters_of_utc(moment):
    """Text order is time order, so every moment is written in one length, the microseconds included."""
    text = text_of(moment)

    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}", text)
    assert moment == SQLITE.read_aware(text)


def test_every_stored_moment_has_that_form(auth, signed, query):
    """In all tables, after a sign-in."""
    auth.authenticate(*signed(auth))
    columns = {
        "users": ["created_at", "last_login"],
        "wallets": ["linked_at"],
        "challenges": ["created_at", "expires_at"],
        "sessions": ["created_at", "expires_at", "last_seen_at"],
        "audit": ["at"],
    }
    rows = [query(f"SELECT {', '.join(names)} FROM {table}") for table, names in columns.items()]
    moments = [moment for (row,) in rows for moment in row]

    assert len(moments) == 9
    assert all(re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}", moment) for moment in moments)


@pytest.mark.parametrize("naive", [False, True])
def test_records_carry_the_stored_moments_in_any_time_zone(make_auth, signed, time_zone, naive):
    """Aware UTC, or naive UTC where asked for; the same from the first sign-in, a later one, and the store."""
    auth = make_auth(naive_timestamps=naive)
    wallet = auth.create_wallet_address()
    users, challenges = [], []
    auth.add_hook("post_auth", lambda user: users.append(user))
    auth.add_hook("post_challenge", lambda challenge_record: challenges.append(challenge_record))
    sessions = [auth.authenticate(*signed(auth, wallet)) for _ in range(2)]
    stored = auth.get_user_by_id(sessions[0].user_id)

    assert {None if naive else timedelta(0)} == {
        moment.utcoffset()
        for record in (*users, *challenges, *sessions, stored)
        for moment in (record.created_at, getattr(record, "expires_at", record.created_at))
    }
    assert [stored.created_at] * 2 == [user.created_at for user in users]
    assert sessions[1].created_at == users[1].last_login == stored.last_login


@pytest.mark.parametrize("naive", [False, True])
def test_authenticators_and_pending_steps_carry_them_too(auth, naive):
    """And what has never been used says so."""
    store = SQLStore(auth._parts.store._database, naive_timestamps=naive)
    owner, expected = Owner("ann", "Elsewhere"), MOMENT.replace(tzinfo=None) if naive else MOMENT
    enrol(store, run_to_completion, an_authenticator("1", owner, created_at=MOMENT), owner=owner)
    begin(store, run_to_completion, a_step("1", created_at=MOMENT, expires_at=MOMENT + timedelta(minutes=5)))
    (new,) = run_to_completion(store.list_authenticators(owner))
    run_to_completion(store.touch_authenticator("1", now=MOMENT))
    used, _ = run_to_completion(store.find_authenticator("passkey", new.key))
    step = find(store, run_to_completion, now=MOMENT)

    assert (new.created_at, new.last_used_at) == (expected, None)
    assert (used.created_at, used.last_used_at) == (expected, expected)
    assert (step.created_at, step.expires_at) == (expected, expected + timedelta(minutes=5))
